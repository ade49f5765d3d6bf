package console

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWriteJSON(t *testing.T) {
	type inner struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	}
	tests := []struct {
		in   any
		want string
	}{
		{inner{"a<b>&c", 5}, `{"schema":1,"name":"a<b>&c","size":5}`},
		{struct{}{}, `{"schema":1}`},
		{map[string]int{}, `{"schema":1}`},
		{inner{Name: "\x1b\n\x7f"}, `{"schema":1,"name":"\u001b\n\u007f","size":0}`},
		{inner{Name: "\u0085\u202e\u2028\ufeff\u200b"}, `{"schema":1,"name":"\u0085\u202e\u2028\ufeff\u200b","size":0}`},
		{inner{Name: "\U000e0061"}, `{"schema":1,"name":"\udb40\udc61","size":0}`},
		{inner{Name: "日本 é"}, `{"schema":1,"name":"日本 é","size":0}`},
		{inner{Name: "a\xffb"}, `{"schema":1,"name":"a` + "\ufffd" + `b","size":0}`},
	}
	for _, tt := range tests {
		var b strings.Builder
		if err := writeJSON(&b, tt.in); err != nil {
			t.Errorf("%+v: %v", tt.in, err)
		}
		got := b.String()
		want := tt.want + "\n"
		// encoding/json may give U+FFFD raw or escaped: the same string.
		if strings.ReplaceAll(got, `\ufffd`, "\ufffd") != want {
			t.Errorf("got %s want %s", got, want)
		}
		checkPrintable(t, strings.TrimSuffix(got, "\n"))
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON", got)
		}
	}
}

func TestWriteJSONRefuses(t *testing.T) {
	for _, v := range []any{[]int{1}, "x", nil, make(chan int)} {
		var b strings.Builder
		if err := writeJSON(&b, v); err == nil || b.String() != "" {
			t.Errorf("%T: wrote %q, %v", v, b.String(), err)
		}
	}
}

func TestWriteJSONFlushes(t *testing.T) {
	con, stdout, _ := fake()
	if err := con.JSON(struct{}{}); err != nil || stdout.String() != "{\"schema\":1}\n" {
		t.Errorf("wrote %q, %v", stdout.String(), err)
	}
}

func FuzzWriteJSON(f *testing.F) {
	f.Add("a\x1b\u202e\xff\U000e0061")
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		if err := writeJSON(&b, map[string]string{"s": s}); err != nil {
			t.Fatal(err)
		}
		checkPrintable(t, strings.TrimSuffix(b.String(), "\n"))
		var back struct{ S string }
		if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(strings.ToValidUTF8(s, "\ufffd"), ""); strings.ReplaceAll(back.S, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("%+q came back as %+q", s, back.S)
		}
	})
}
