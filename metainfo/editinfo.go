package metainfo

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// infoEntries are the changes of keys in info.
func (t *Torrent) infoEntries(e *Edit) ([]Entry, error) {
	if err := checkEntries(e.SetInfo, true); err != nil {
		return nil, err
	}
	list := slices.Clone(e.SetInfo)
	if name := (renaming{t, e}).name(); name != t.Name {
		rename, err := t.rename(name)
		if err != nil {
			return nil, err
		}
		list = append(list, rename...)
	}
	files, err := (renaming{t, e}).files()
	if err != nil {
		return nil, err
	}
	list = append(list, files...)
	if e.Source != nil && *e.Source != t.Source {
		list = append(list, optionalText("source", *e.Source))
	}
	if e.Private != nil && *e.Private != t.Private {
		list = append(list, Entry{"private", nil})
		if *e.Private {
			list[len(list)-1].Value = []byte("i1e")
		}
	}
	old := collections(t.info)
	if now := e.Collections.apply(old); !slices.Equal(now, old) {
		list = append(list, Entry{"collections", nil})
		if len(now) > 0 {
			list[len(list)-1] = ListEntry("collections", now)
		}
	}
	switch {
	case e.KeepOnly != 0 && t.Format&e.KeepOnly == 0:
		return nil, fmt.Errorf("keeping only %v of a %v torrent: %w", e.KeepOnly, t.Format, errKeepOnly)
	case t.keeps(e, V1):
		list = append(list, Entry{"file tree", nil}, Entry{"meta version", nil})
	case t.keeps(e, V2):
		list = append(list, Entry{"pieces", nil}, Entry{"files", nil}, Entry{"length", nil})
	}
	return list, nil
}

func collections(info bencode.Value) []string {
	v, _ := info.Get("collections")
	var list []string
	for _, item := range v.Items() {
		if s, ok := item.Text(); ok {
			list = append(list, s)
		}
	}
	return list
}

// rename gives the content another name. In v2 a single file is named in the
// file tree too.
func (t *Torrent) rename(name string) ([]Entry, error) {
	if why := checkName(name); why != "" {
		return nil, fmt.Errorf("name %q: %s", name, why)
	}
	entries := []Entry{TextEntry("name", name)}
	if _, ok := t.info.Get("name.utf-8"); ok {
		entries = append(entries, TextEntry("name.utf-8", name))
	}
	if t.Single && t.Format.HasV2() {
		tree, _ := t.info.Get("file tree")
		for _, leaf := range tree.Entries() {
			b := bencode.AppendString([]byte("d"), name)
			entries = append(entries, Entry{"file tree", append(append(b, leaf.Raw()...), 'e')})
		}
	}
	return entries, nil
}

// mostItems is how many items of a list are listed.
const mostItems = 1000

// describe makes text of a value, an element for each item of a list.
func describe(v bencode.Value) []string {
	switch v.Kind() {
	case bencode.None:
		return nil
	case bencode.List:
		list := []string{}
		for i, item := range v.Items() {
			if i == mostItems {
				return append(list, "...")
			}
			list = append(list, strings.Join(describe(item), ", "))
		}
		return list
	case bencode.Dict:
		return []string{fmt.Sprintf("(dictionary of %d bytes)", len(v.Raw()))}
	case bencode.Integer:
		raw := v.Raw()
		return []string{string(raw[1 : len(raw)-1])}
	}
	s, _ := v.Text()
	if len(s) > 4096 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) && len(s)%20 == 0 {
		return []string{fmt.Sprintf("(%d bytes)", len(s))}
	}
	return []string{s}
}
