package inspect

import (
	"slices"
	"strings"
	"testing"
)

func TestSeasonGaps(t *testing.T) {
	for _, test := range []struct {
		files string // separated by |
		want  string // messages, separated by |
	}{
		{"Show.S01E01.mkv|Show.S01E02.mkv|Show.S01E04.mkv", "S01E03 is missing between E02 and E04"},
		{"Show.S01E02.mkv|Show.S01E09.mkv", "S01E03 to E08 are missing between E02 and E09"},
		{"Show.S01E05.mkv|Show.S01E06.mkv", ""}, // what stands before the first is not known
		{"Show.S01E01E02.mkv|Show.S01E03-E05.mkv|show s01e06-07.mkv|Show - s1e07-e08.mp4|Show_S01_E10.avi", "S01E09 is missing between E08 and E10"},
		{"Show.S01E01E02E03.mkv|Show.S01E04.mkv|Show.S01E04.720p.mkv", ""},
		{"Show.S01E01-720p.mkv|Show.S01E02-1080i.mkv", ""},
		{"Show.S01E01.mkv|Show.S02E03.mkv|Other.S01E03.mkv", ""},
		{"Season 1/Show.S01E01.mkv|Season 1/Show.S01E02.srt|Season 1/sample/show.s01e02.mkv|Season 1/show.s01e03.mkv", "S01E02 is missing between E01 and E03"},
		{"Show.S01E01.Sample.mkv|Show.S01E03.mkv", ""},
		{"Show.S01E99.mkv|Show.S01E101.mkv|Show.S01E103.mkv", "S01E100 is missing between E99 and E101|S01E102 is missing between E101 and E103"},
		{"PS1E2.mkv|PS1E4.mkv|S01E.mkv|E01.mkv", ""},
		{"S01E9999-E99999.mkv|S01E1.mkv", "S01E02 to E9998 are missing between E01 and E9999"},
	} {
		var files []dict
		for name := range strings.SplitSeq(test.files, "|") {
			var path []any
			for part := range strings.SplitSeq(name, "/") {
				path = append(path, part)
			}
			files = append(files, file(1, path...))
		}
		report, err := Lint(encode(torrent(multi(files...))), LintOptions{Deny: []string{"season-gap"}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range report.Findings {
			if report.Findings[i].Rule.ID == "season-gap" {
				got = append(got, report.Findings[i].Message)
			}
		}
		slices.Sort(got)
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s: %q, want %q", test.files, got, test.want)
		}
	}
}
