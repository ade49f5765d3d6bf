package glob

import "testing"

func TestMatch(t *testing.T) {
	tests := []struct {
		rules []Rule
		path  string
		want  bool
	}{
		{nil, "a/b", true},
		{[]Rule{{"*.mp3", true}}, "a/b.mp3", true},
		{[]Rule{{"*.mp3", true}}, "a/b.flac", false},
		{[]Rule{{"a/", true}}, "a/b/c", true},
		{[]Rule{{"a/", true}}, "b/a", false},
		{[]Rule{{"/a/**", true}}, "a/b/c", true},
		{[]Rule{{"a", true}, {"*.tmp", false}}, "a/x.tmp", false},
		{[]Rule{{"b", false}}, "a/b/c", false},
	}
	for _, tt := range tests {
		f, err := Compile(tt.rules)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(tt.path); got != tt.want {
			t.Errorf("%v on %q: %v", tt.rules, tt.path, got)
		}
	}
	if _, err := Compile([]Rule{{"[", true}}); err == nil {
		t.Error("a bad pattern was accepted")
	}
}
