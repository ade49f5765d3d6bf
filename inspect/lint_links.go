package inspect

import (
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// links judges symbolic links (BEP 47): each must lead to a file or folder of the
// torrent, over other links or not.
func (l *linter) links() {
	var links []int
	for i, f := range l.t.Content() {
		if f.IsLink() {
			links = append(links, i)
		}
	}
	if len(links) == 0 {
		return
	}
	m := newLinkMap(l.t)
	for _, i := range links {
		f := &l.t.Files[i]
		at := l.file(i)
		if f.Link() == "" {
			continue // that was found by reading it
		}
		switch m.follow(f.Link()) {
		case leadsNowhere:
			l.addAt("link-target", at, "%q leads to %q, which is not in the torrent", f.Path, f.Link())
		case leadsInCircle:
			l.addAt("link-circle", at, "%q leads to %q, and so to itself", f.Path, f.Link())
		}
	}
}

// linkMap knows what is where in a torrent.
type linkMap struct {
	links  map[string]string // path -> target
	places map[string]bool   // files and folders
}

func newLinkMap(t *metainfo.Torrent) *linkMap {
	m := &linkMap{map[string]string{}, map[string]bool{}}
	for _, f := range t.Content() {
		if f.IsLink() {
			m.links[f.Path] = f.Link()
		} else {
			m.places[f.Path] = true
		}
		for folder := f.Path; ; {
			i := strings.LastIndexByte(folder, '/')
			if i < 0 || m.places[folder[:i]] {
				break
			}
			folder = folder[:i]
			m.places[folder] = true
		}
	}
	return m
}

type leads int

const (
	leadsSomewhere leads = iota
	leadsNowhere
	leadsInCircle
)

// maxHops is how many links are followed; Linux follows 40.
const maxHops = 40

// follow goes where a link leads, name by name, over other links.
func (m *linkMap) follow(target string) leads {
	at := ""
	rest := target
	for hops := 0; hops <= maxHops; {
		name, more, _ := strings.Cut(rest, "/")
		at, rest = join(at, name), more
		if to, ok := m.links[at]; ok {
			hops++
			at, rest = "", join(to, rest)
			continue
		}
		switch {
		case !m.places[at]:
			return leadsNowhere
		case rest == "":
			return leadsSomewhere
		}
	}
	return leadsInCircle
}

// join puts two parts of a path together, either of which may be empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "/" + b
}
