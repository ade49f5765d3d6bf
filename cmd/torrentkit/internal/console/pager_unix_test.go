//go:build unix

package console

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A result of more than two screens goes through the pager, and what is said meanwhile too; a shorter one does not.
func TestPager(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lines  int
		change func(con *Console)
		paged  bool
	}{
		{"short", 8, func(*Console) {}, false},
		{"long", 9, func(*Console) {}, true},
		{"--no-pager", 9, func(con *Console) { con.Options.NoPager = true }, false},
		{"json", 9, func(con *Console) { con.Options.JSON = true }, false},
		{"no terminal", 9, func(con *Console) { con.env.OutTTY = false }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := os.Create(filepath.Join(t.TempDir(), "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			e, _, said := fakeEnv()
			e.Out, e.OutTTY, e.ErrTTY, e.Height = out, true, true, func() int { return 4 }
			e.Getenv = func(name string) string { return map[string]string{"PAGER": "tr a-z A-Z"}[name] }
			con := New(e)
			tt.change(con)
			end := con.Paged()
			for range tt.lines {
				con.Printf("line")
			}
			con.Note("remark")
			end()
			con.Finish(0)
			text, err := os.ReadFile(out.Name())
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Repeat("line\n", tt.lines)
			if tt.paged {
				want = strings.ToUpper(want + "torrentkit: remark\n")
			}
			if string(text) != want {
				t.Errorf("got %q, want %q", text, want)
			}
			if tt.paged == strings.Contains(said.String(), "remark") {
				t.Errorf("standard error: %q", said)
			}
		})
	}
}
