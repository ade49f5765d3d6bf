package main

import (
	"testing"
	"time"
)

func sampleFields() *fields {
	var f fields
	f.text("name", "日本\t語\x1b")
	f.size("size", 3<<29)
	f.size("tiny", 12)
	f.count("pieces", 1536)
	f.text("piece length", "16 KiB")
	f.text("tracker", "a")
	f.text("tracker", "b")
	f.yesNo("private", true)
	f.time("created", time.Unix(1700000000, 0))
	f.add("state", cell{human: "all fine", raw: "ok"}.in(green))
	f.text("comment", "")
	return &f
}

func TestFieldsPiped(t *testing.T) {
	a, stdout, _ := testApp()
	a.show(sampleFields())
	a.stdout.Flush()
	const want = "name\t日本\\t語\\x1b\nsize\t1610612736\ntiny\t12\npieces\t1536\npiece_length\t16 KiB\ntracker\ta\ntracker\tb\n" +
		"private\ttrue\ncreated\t2023-11-14T22:13:20Z\nstate\tok\ncomment\t\n"
	if stdout.String() != want {
		t.Errorf("got\n%s\nwant\n%s", stdout.String(), want)
	}
}

func TestFieldsOnATerminal(t *testing.T) {
	a, stdout, _ := testApp()
	a.env.OutTTY = true
	a.show(sampleFields())
	a.stdout.Flush()
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

func sampleTable() *table {
	t := newTable(0, "path", "size", "state")
	t.row(textCell("short"), sizeCell(2048), textCell("ok").in(green))
	t.row(textCell("a/very/long/path/to/some/日本語/file.bin"), sizeCell(12), textCell("").in(red))
	return t
}

func TestTable(t *testing.T) {
	a, stdout, _ := testApp()
	a.showTable(sampleTable())
	a.stdout.Flush()
	if want := "short\t2048\tok\na/very/long/path/to/some/日本語/file.bin\t12\t\n"; stdout.String() != want {
		t.Errorf("piped: got\n%s\nwant\n%s", stdout.String(), want)
	}

	a, stdout, _ = testApp()
	a.env.OutTTY = true
	a.options.Color = "never"
	a.env.Width = func() int { return 40 }
	a.showTable(sampleTable())
	a.stdout.Flush()
	const want = `path                         size  state
short                       2 KiB  ok
a/very/long/p…語/file.bin    12 B
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
		a, _, _ := testApp()
		a.env.OutTTY, a.env.ANSI, a.options.Color = tt.tty, tt.ansi, tt.flag
		a.env.Getenv = func(key string) string { return map[string]string{"NO_COLOR": tt.noColor, "TERM": tt.term}[key] }
		if got := a.outStyle(); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
