package console

import (
	"testing"
	"time"
)

func sampleFields() *Fields {
	var f Fields
	f.Text("name", "日本\t語\x1b")
	f.Size("size", 3<<29)
	f.Size("tiny", 12)
	f.Count("pieces", 1536)
	f.Text("piece length", "16 KiB")
	f.Text("tracker", "a")
	f.Text("tracker", "b")
	f.YesNo("private", true)
	f.Time("created", time.Unix(1700000000, 0))
	f.Add("state", (&Cell{Human: "all fine", Raw: "ok"}).In(Green))
	f.Text("comment", "")
	return &f
}

func TestFieldsPiped(t *testing.T) {
	con, stdout, _ := fake()
	con.Show(sampleFields())
	con.stdout.Flush()
	const want = "name\t日本\\t語\\x1b\nsize\t1610612736\ntiny\t12\npieces\t1536\npiece_length\t16 KiB\ntracker\ta\ntracker\tb\n" +
		"private\ttrue\ncreated\t2023-11-14T22:13:20Z\nstate\tok\ncomment\t\n"
	if stdout.String() != want {
		t.Errorf("got\n%s\nwant\n%s", stdout.String(), want)
	}
}

func TestFieldsOnATerminal(t *testing.T) {
	con, stdout, _ := fake()
	con.env.OutTTY = true
	con.Show(sampleFields())
	con.stdout.Flush()
	const want = `name:          日本\t語\x1b
size:          1.50 GiB (1,610,612,736 bytes)
tiny:          12 B
pieces:        1,536
piece length:  16 KiB
tracker:       a
               b
private:       yes
created:       2023-11-14 22:13:20 UTC
state:         ` + "\x1b[32mall fine\x1b[0m" + `
comment:
`
	if stdout.String() != want {
		t.Errorf("got\n%s\nwant\n%s", stdout.String(), want)
	}
}

func sampleTable() *Table {
	t := NewTable("path", "size", "state")
	t.Row(Path("short"), Size(2048), Text("ok").In(Green))
	t.Row(Path("a/very/long/path/to/some/日本語/file.bin"), Size(12), Text("").In(Red))
	return t
}

func TestTable(t *testing.T) {
	con, stdout, _ := fake()
	con.ShowTable(sampleTable())
	con.stdout.Flush()
	if want := "short\t2048\tok\na/very/long/path/to/some/日本語/file.bin\t12\t\n"; stdout.String() != want {
		t.Errorf("piped: got\n%s\nwant\n%s", stdout.String(), want)
	}

	con, stdout, _ = fake()
	con.env.OutTTY = true
	con.Options.Color = "never"
	con.env.Width = func() int { return 40 }
	con.ShowTable(sampleTable())
	con.stdout.Flush()
	const want = `path                         size  state
short                     2,048 B  ok
…/some/日本語/file.bin       12 B
`
	if stdout.String() != want {
		t.Errorf("on a terminal: got\n%s\nwant\n%s", stdout.String(), want)
	}
}

func TestColour(t *testing.T) {
	tests := []struct {
		name, flag    string
		tty, ansi     bool
		noColor, term string
		want          bool
	}{
		{"terminal", "auto", true, true, "", "xterm", true},
		{"pipe", "auto", false, true, "", "xterm", false},
		{"NO_COLOR", "auto", true, true, "1", "xterm", false},
		{"dumb", "auto", true, true, "", "dumb", false},
		{"old console", "auto", true, false, "", "", false},
		{"always", "always", false, false, "1", "dumb", true},
		{"never", "never", true, true, "", "xterm", false},
	}
	for _, tt := range tests {
		con, _, _ := fake()
		con.env.OutTTY, con.env.ANSI, con.Options.Color = tt.tty, tt.ansi, tt.flag
		con.env.Getenv = func(key string) string { return map[string]string{"NO_COLOR": tt.noColor, "TERM": tt.term}[key] }
		if got := con.coloured(con.env.OutTTY); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
