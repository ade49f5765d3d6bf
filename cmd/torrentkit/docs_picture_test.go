package main

import (
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// TestDocsPicture draws what README shows: real output, as a terminal would have it, on light and on dark ground.
func TestDocsPicture(t *testing.T) {
	root, err := filepath.Abs(docs + "img")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("album", 0o777); err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join("album", name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("01 Aria.flac", seededBytes(3<<20, 1))
	damaged := seededBytes(2<<20, 2)
	write("02 Variatio 1.flac", damaged)
	var screen strings.Builder
	shot := func(line string, want int) {
		e, out, errs := consoletest.Env()
		e.OutTTY, e.Width = true, func() int { return 84 }
		clock := time.Unix(1700000000, 0)
		e.Now = func() time.Time { clock = clock.Add(2 * time.Millisecond); return clock }
		e.Getenv = func(name string) string { return map[string]string{"TERM": "xterm"}[name] }
		if code := run(context.Background(), e, strings.Fields(line)); code != want {
			t.Fatalf("%s: code %d: %s", line, code, errs)
		}
		fmt.Fprintf(&screen, "\x1b[2m$\x1b[0m torrentkit %s\n%s\n", line, out)
	}
	shot("create --no-date album", console.ExitYes)
	damaged[1<<20] ^= 0xff
	write("02 Variatio 1.flac", damaged)
	shot("verify album.torrent", console.ExitNo)
	text := strings.TrimRight(screen.String(), "\n")
	// Colours that are 4.5 to 1 on their ground at least.
	generated(t, filepath.Join(root, "terminal-light.svg"), picture(text, "#ffffff", "#d0d7de", "#1f2328", map[string]string{"2": "#59636e", "31": "#b3261e", "32": "#116329", "33": "#7d4e00", "36": "#0a5c7a", "1": "#1f2328"}))
	generated(t, filepath.Join(root, "terminal-dark.svg"), picture(text, "#0d1117", "#3d444d", "#f0f6fc", map[string]string{"2": "#9198a1", "31": "#ff8a80", "32": "#6fdd8b", "33": "#f2cc60", "36": "#7fd4f0", "1": "#f0f6fc"}))
}

var sequence = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// picture draws a text with its colours.
func picture(text, ground, frame, ink string, colours map[string]string) []byte {
	const advance, height, margin = 8.4, 20, 20
	lines := strings.Split(text, "\n")
	columns := 0
	for _, line := range lines {
		columns = max(columns, console.DisplayWidth(sequence.ReplaceAllString(line, "")))
	}
	w, h := int(float64(columns)*advance)+2*margin, len(lines)*height+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="torrentkit in a terminal">
<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="%s">
`, w, h, w, h, w-1, h-1, ground, frame, ink)
	for i, line := range lines {
		column, colour := 0, ink
		y := margin + 15 + i*height
		put := func(s string) {
			if strings.TrimSpace(s) != "" {
				fmt.Fprintf(&b, `<text x="%.1f" y="%d" textLength="%.1f" fill="%s">%s</text>`+"\n",
					margin+float64(column)*advance, y, float64(console.DisplayWidth(s))*advance, colour, html.EscapeString(strings.ReplaceAll(s, " ", "\u00a0"))) // since what draws SVG joins spaces
			}
			column += console.DisplayWidth(s)
		}
		for line != "" {
			at := sequence.FindStringSubmatchIndex(line)
			if at == nil {
				put(line)
				break
			}
			put(line[:at[0]])
			colour = ink
			if c, ok := colours[line[at[2]:at[3]]]; ok {
				colour = c
			}
			line = line[at[1]:]
		}
	}
	return []byte(b.String() + "</g>\n</svg>\n")
}
