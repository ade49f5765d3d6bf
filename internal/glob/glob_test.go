package glob

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		rules []Rule
		path  string
		want  bool
	}{
		{nil, "a/b", true},
		{[]Rule{{Pattern: "*.mp3", Include: true}}, "a/b.mp3", true},
		{[]Rule{{Pattern: "*.mp3", Include: true}}, "a/b.flac", false},
		{[]Rule{{Pattern: "a/", Include: true}}, "a/b/c", true},
		{[]Rule{{Pattern: "a/", Include: true}}, "b/a", false},
		{[]Rule{{Pattern: "/a/**", Include: true}}, "a/b/c", true},
		{[]Rule{{Pattern: "a", Include: true}, {Pattern: "*.tmp", Include: false}}, "a/x.tmp", false},
		{[]Rule{{Pattern: "b", Include: false}}, "a/b/c", false},
		{[]Rule{{Pattern: "*.jpg", Fold: true}}, "a/B.JPG", false},
		{[]Rule{{Pattern: "*.JPG", Fold: true}}, "a/b.jpg", false},
		{[]Rule{{Pattern: "*.jpg"}}, "a/B.JPG", true},
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
	if _, err := Compile([]Rule{{Pattern: "[", Include: true}}); err == nil {
		t.Error("a bad pattern was accepted")
	}
}

func TestSplit(t *testing.T) {
	for in, want := range map[string]string{
		"a": "a", "a,b": "a|b", " *.txt , *.nfo,": "*.txt|*.nfo", "{a,b}": "{a,b}", "{a,b},c": "{a,b}|c", `a\,b`: `a\,b`, "[a,b]x,y": "[a,b]x|y", ",": "",
	} {
		if got := strings.Join(Split(in), "|"); got != want {
			t.Errorf("%q is split to %q, want %q", in, got, want)
		}
	}
}
