package inspect

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

// season is a season of a series.
type season struct {
	series string // letters and digits of what stands in front of the number
	number int
}

// episodes are those that one file has, from the first to the last of them.
type episodes struct{ first, last, file int }

// seasons judges whether a season has gaps. Only what lies between two episodes of the
// torrent is missing: where a season begins and ends is not known.
func (l *linter) seasons() {
	if l.allow["season-gap"] {
		return
	}
	re := newEpisodeNames()
	found := make(map[season][]episodes)
	var order []season
	for i, f := range l.t.Content() {
		name := f.Path
		if name == "" {
			name = l.t.Name
		}
		s, e, ok := re.read(name)
		if !ok {
			continue
		}
		e.file = i
		if found[s] == nil {
			order = append(order, s)
		}
		found[s] = append(found[s], e)
	}
	for _, s := range order {
		l.gaps(s.number, found[s])
	}
}

// gaps tells what is missing between the episodes of a season.
func (l *linter) gaps(number int, list []episodes) {
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return cmp.Or(a.first-b.first, a.last-b.last, a.file-b.file) < 0
	})
	last := list[0].last
	for _, e := range list[1:] {
		name := func(n int) string { return fmt.Sprintf("S%02dE%02d", number, n) }
		switch e.first - last {
		case 0, 1:
		case 2:
			l.addAt("season-gap", l.file(e.file), "%s is missing between E%02d and E%02d", name(last+1), last, e.first)
		default:
			if e.first > last {
				l.addAt("season-gap", l.file(e.file), "%s to E%02d are missing between E%02d and E%02d", name(last+1), e.first-1, last, e.first)
			}
		}
		last = max(last, e.last)
	}
}

// episodeNames reads names of episodes, as in Show.S01E02.mkv, Show.S01E02E03.mkv and
// Show - s1e02-e04.mkv.
type episodeNames struct{ number, more *regexp.Regexp }

func newEpisodeNames() *episodeNames {
	return &episodeNames{
		number: regexp.MustCompile(`(?i)(?:^|[^a-z0-9])s([0-9]{1,4})[ ._-]?e([0-9]{1,4})`),
		more:   regexp.MustCompile(`(?i)^(?:[ ._-]{0,3}e|-)([0-9]{1,4})`),
	}
}

// read returns which episodes a file has. Subtitles and samples are no episodes.
func (re *episodeNames) read(file string) (season, episodes, bool) {
	name := path.Base(file)
	if !video(name) || sample(file) {
		return season{}, episodes{}, false
	}
	at := re.number.FindStringSubmatchIndex(name)
	if at == nil {
		return season{}, episodes{}, false
	}
	number := func(text string) int { n, _ := strconv.Atoi(text); return n } // digits
	s := season{letters(name[:at[0]]), number(name[at[2]:at[3]])}
	first := number(name[at[4]:at[5]])
	last := first
	for rest := name[at[5]:]; ; {
		m := re.more.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		n := number(rest[m[2]:m[3]])
		rest = rest[m[3]:]
		if n <= last || rest != "" && (unicode.IsDigit(rune(rest[0])) || strings.ContainsRune("pPiI", rune(rest[0]))) {
			break // a resolution, as in S01E02-720p
		}
		last = n
	}
	return s, episodes{first: first, last: last}, true
}

// letters are the letters and digits of a name, which is written with dots or with blanks.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// video tells names of files that hold an episode.
func video(name string) bool {
	return slices.Contains([]string{".mkv", ".mp4", ".m4v", ".avi", ".mov", ".wmv", ".webm", ".ts", ".m2ts", ".mpg", ".mpeg", ".ogm", ".flv"}, strings.ToLower(path.Ext(name)))
}

// sample tells files that are a part of an episode, by their name or folder.
func sample(file string) bool {
	return slices.Contains(strings.FieldsFunc(strings.ToLower(file), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "sample")
}
