package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// wideTorrent has names of all widths.
func wideTorrent() string {
	file := func(length, folder, name string) string {
		return "d6:lengthi" + length + "e4:pathl" + bstring(folder) + bstring(name) + "ee"
	}
	return "d4:infod5:filesl" + file("123456", "日本語のフォルダ", "とても長い名前のファイルです、とても長い名前のファイルです.mkv") +
		file("5", "日本語のフォルダ", "🇩🇪 flag.txt") + file("70000", "emoji 🎉", "e\u0301 ü 👍🏽.txt") + file("9", "plain", "a") +
		"e4:name" + bstring("アルバム 🎵") + "12:piece lengthi16384e6:pieces" + bstring(strings.Repeat("x", 12*20)) + "ee"
}

func TestColumnsLineUp(t *testing.T) {
	size := regexp.MustCompile(`\d (B|KiB)\b`)
	for _, args := range [][]string{{"inspect", "--tree", "-"}, {"inspect", "--files", "-"}, {"inspect", "--table", "-"}} {
		_, out, _ := runFor(t, true, wideTorrent(), args...)
		column, rows := -1, 0
		for line := range strings.Lines(out) {
			line = strings.TrimRight(line, "\n")
			if w := console.DisplayWidth(line); w > 80 {
				t.Errorf("%v: %d columns: %s", args, w, line)
			}
			at := size.FindStringIndex(line)
			if at == nil || strings.Contains(line, ":  ") {
				continue // a heading, or what stands above the tree
			}
			rows++
			if w := console.DisplayWidth(line[:at[1]]); column < 0 {
				column = w
			} else if w != column {
				t.Errorf("%v: a size ends in column %d, another in %d:\n%s", args, w, column, out)
			}
		}
		if rows == 0 {
			t.Errorf("%v: no rows in\n%s", args, out)
		}
	}
}
