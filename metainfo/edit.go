package metainfo

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Edit says what is to change in a torrent. The zero value changes nothing; a
// nil pointer keeps a key, and a pointer to an empty value removes it.
type Edit struct {
	Trackers                   TierEdit
	WebSeeds, HTTPSeeds, Nodes ListEdit
	// Replace changes parts of tracker, web seed and http seed URLs, before
	// anything is added or removed.
	Replace []Replacement
	// StripSecrets takes passkeys and passwords out of all that lies outside of
	// info, after Replace and before anything is added or removed: out of URLs and
	// texts, and keys of dictionaries. What clients keep beside a torrent, such as
	// rTorrent's libtorrent_resume, is removed. See [Torrent.Secrets] for what
	// may be left.
	StripSecrets       bool
	Comment, CreatedBy *string
	CreationDate       *time.Time
	Set                []Entry // keys outside of info

	// What follows is part of info: it changes the infohash.

	Name, Source *string
	// Rename gives files and folders other paths: see [Rename]. Links to them (BEP 47)
	// follow. Where the order of a hybrid's files would change and its pieces cannot be
	// put into that order, it is an error.
	Rename []Rename
	// Normalize writes the name and all paths in Unicode's composed form (NFC), after
	// Name and Rename. What is not valid UTF-8 stays.
	Normalize   bool
	Private     *bool
	SetInfo     []Entry
	KeepOnly    Format   // V1 or V2 makes a hybrid into one of the two
	Collections ListEdit // BEP 38
	// NewInfoHash says that the infohash may change. Apply makes the edit
	// either way; who calls it refuses what was not wanted.
	NewInfoHash bool

	strip *stripper // of StripSecrets
}

// ListEdit changes a list: what it is set to, then what is removed, then what
// is added at its end. Duplicates are dropped.
type ListEdit struct {
	Set         []string // nil keeps the list; an empty one clears it
	Add, Remove []string
}

// TierEdit changes announce URLs. Tiers keep their order; URLs that stand in
// an earlier place, and tiers without URLs, are dropped.
type TierEdit struct {
	Set    [][]string // nil keeps the tiers; an empty list clears them
	Add    [][]string // a tier each, at the end
	Remove []string   // whole URLs, or host names
}

// Replacement replaces every occurrence of Old in a URL.
type Replacement struct{ Old, New string }

// Change is one key that an edit changed.
type Change struct {
	Key      string   // like announce or info.source
	Old, New []string // its values as text, one each for the items of a list; empty where there was no key
}

// Apply returns the torrent with the edit made, and what changed, in the order
// of the keys. Bytes of keys that were not edited stay as they are, whatever
// their order; an edit that changes no byte returns t. An edit after which Parse
// refuses what it takes now is an error, and so is one of keys in info where
// errors stand in the way of a layout.
func (t *Torrent) Apply(e Edit) (*Torrent, []Change, error) {
	inner, err := t.infoEntries(&e)
	if err != nil {
		return nil, nil, err
	}
	p, wrong := firstError(t.Problems)
	if wrong && t.layout == nil && len(inner) > 0 {
		return nil, nil, fmt.Errorf("only keys outside of info can be edited, as that is broken: %w", p)
	}
	outer, err := t.outerEntries(&e)
	if err != nil {
		return nil, nil, err
	}
	if info := splice(t.info, inner); !bytes.Equal(info, t.info.Raw()) {
		outer = append(outer, Entry{"info", info})
	}
	raw := splice(t.root, outer)
	if bytes.Equal(raw, t.Raw()) {
		return t, nil, nil
	}
	now, problems := Read(raw)
	if p, ok := firstError(problems); ok && (now == nil || !wrong) {
		return nil, nil, fmt.Errorf("the edit would make a torrent that cannot be used: %w", p)
	}
	if now.Single != t.Single {
		return nil, nil, ErrName
	}
	return now, t.Changes(now), nil
}

// Changes compares the keys of two torrents, those of info one by one, in their order.
func (t *Torrent) Changes(now *Torrent) []Change {
	var list []Change
	for _, c := range bencode.Changes(t.root, now.root) {
		if c.Key != "info" {
			list = append(list, Change{bencode.JoinKey("", c.Key), describe(c.Old), describe(c.New)})
		}
	}
	left := make(map[string]bool)
	for k := range repeated(now.root) {
		left[k] = true
	}
	for k, v := range repeated(t.root) {
		if !left[k] {
			list = append(list, Change{bencode.JoinKey("", k), describe(v), nil})
		}
	}
	for _, c := range bencode.Changes(t.info, now.info) {
		change := Change{bencode.JoinKey("info", c.Key), describe(c.Old), describe(c.New)}
		if lists := c.Key == "files" || c.Key == "file tree"; lists && len(change.Old) > 0 && len(change.New) > 0 {
			change.Old, change.New = differing(t, now, change)
		}
		list = append(list, change)
	}
	return list
}

// differing are the paths that only one of two torrents has; the change as it is where
// the paths are the same.
func differing(old, now *Torrent, c Change) (lost, gained []string) {
	only := func(a, b *Torrent) (list []string) {
		has := make(map[string]bool, len(b.Files))
		for _, f := range b.Content() {
			has[f.Path] = true
		}
		for _, f := range a.Content() {
			if !has[f.Path] && len(list) < mostItems {
				list = append(list, f.Path)
			}
		}
		return list
	}
	if lost, gained = only(old, now), only(now, old); len(lost)+len(gained) > 0 {
		return lost, gained
	}
	return c.Old, c.New
}

// repeated are the entries whose key stood there before, which count for nothing.
func repeated(dict bencode.Value) iter.Seq2[string, bencode.Value] {
	return func(yield func(string, bencode.Value) bool) {
		seen := make(map[string]bool)
		for k, v := range dict.Entries() {
			key, _ := k.Text()
			if seen[key] && !yield(key, v) {
				return
			}
			seen[key] = true
		}
	}
}

// splice changes keys of a dictionary where they stand. New keys go in front of
// the first that sorts behind them. Where a key stands twice the first counts,
// so that is the one that is changed, and the others go.
func splice(dict bencode.Value, entries []Entry) []byte {
	want := make(map[string][]byte, len(entries))
	there := make(map[string]bool, len(entries))
	for k := range dict.Entries() {
		if key, _ := k.Text(); len(entries) > 0 {
			there[key] = true
		}
	}
	var added []Entry
	for _, e := range entries {
		want[e.Key] = e.Value
		if e.Value != nil && !there[e.Key] {
			added = append(added, e)
		}
	}
	sort.Slice(added, func(i, j int) bool { return added[i].Key < added[j].Key })
	insert := func(b []byte, e Entry) []byte { return append(bencode.AppendString(b, e.Key), e.Value...) }
	b := append(make([]byte, 0, len(dict.Raw())+256), 'd')
	done := make(map[string]bool, len(entries))
	for k, v := range dict.Entries() {
		key, _ := k.Text()
		for len(added) > 0 && added[0].Key < key {
			b, added = insert(b, added[0]), added[1:]
		}
		value, edited := want[key]
		if !edited {
			b = append(append(b, k.Raw()...), v.Raw()...)
			continue
		}
		if value != nil && !done[key] {
			b = append(append(b, k.Raw()...), value...)
		}
		done[key] = true
	}
	for _, e := range added {
		b = insert(b, e)
	}
	return append(b, 'e')
}

// outerEntries are the changes of keys outside of info.
func (t *Torrent) outerEntries(e *Edit) ([]Entry, error) {
	if err := checkEntries(e.Set, false); err != nil {
		return nil, err
	}
	for _, n := range append(slices.Clone(e.Nodes.Set), e.Nodes.Add...) {
		if _, _, err := splitNode(n); err != nil {
			return nil, err
		}
	}
	var list []Entry
	if e.StripSecrets {
		e.strip = t.stripper()
		list = e.strip.entries(t.root)
	}
	list = append(list, e.Set...)
	list = append(list, t.editTrackers(e)...)
	if now := e.WebSeeds.apply(e.mapURLs(t.WebSeeds)); !slices.Equal(now, t.WebSeeds) {
		list = append(list, seedEntry("url-list", now, isList(t.root, "url-list")))
	}
	if now := e.HTTPSeeds.apply(e.mapURLs(t.HTTPSeeds)); !slices.Equal(now, t.HTTPSeeds) {
		list = append(list, seedEntry("httpseeds", now, true))
	}
	if now := e.Nodes.apply(t.Nodes); !slices.Equal(now, t.Nodes) {
		list = append(list, nodesEntry(now))
	}
	list = append(list, textEntries("comment", t.Comment, e.Comment)...)
	list = append(list, textEntries("created by", t.CreatedBy, e.CreatedBy)...)
	if d := e.CreationDate; d != nil && !d.Equal(t.CreationDate) {
		if err := checkDate(*d); err != nil {
			return nil, err
		}
		list = append(list, dateEntry(*d))
	}
	if t.keeps(e, V1) {
		list = append(list, Entry{"piece layers", nil})
	}
	return list, nil
}

// textEntries sets a text, and removes its twin for clients that knew no UTF-8.
func textEntries(key, old string, now *string) []Entry {
	if now == nil || *now == old && old != "" {
		return nil
	}
	return []Entry{optionalText(key, *now), {key + ".utf-8", nil}}
}

func isList(root bencode.Value, key string) bool {
	v, _ := root.Get(key)
	return v.Kind() == bencode.List
}

func (e *Edit) mapURL(u string) string {
	for _, r := range e.Replace {
		if r.Old != "" {
			u = strings.ReplaceAll(u, r.Old, r.New)
		}
	}
	if e.strip != nil {
		u = e.strip.url(u)
	}
	return u
}

// mapURLs gives every URL its new text, and drops the ones that have none. What
// becomes equal to another by that is dropped; duplicates that were there stay.
func (e *Edit) mapURLs(urls []string) []string {
	var all []string
	for _, old := range urls {
		now := e.mapURL(old)
		if now != "" && (now == old || !slices.Contains(all, now)) {
			all = append(all, now)
		}
	}
	return all
}

// apply returns the list after the edit.
func (l *ListEdit) apply(old []string) []string {
	if l.Set == nil && len(l.Add) == 0 && len(l.Remove) == 0 {
		return old
	}
	if l.Set != nil {
		old = l.Set
	}
	var now []string
	for _, s := range old {
		if !slices.Contains(l.Remove, s) && !slices.Contains(now, s) {
			now = append(now, s)
		}
	}
	for _, s := range l.Add {
		if !slices.Contains(now, s) {
			now = append(now, s)
		}
	}
	return now
}

// editTrackers changes announce and announce-list. announce stays what it is as
// long as it is one of the trackers.
func (t *Torrent) editTrackers(e *Edit) []Entry {
	v, _ := t.root.Get("announce")
	announce, _ := v.Text()
	old := t.Trackers
	if announce != "" && !hasURL(old, announce) {
		old = append([][]string{{announce}}, old...)
	}
	now := e.Trackers.apply(old, e)
	if slices.EqualFunc(old, now, slices.Equal) {
		return nil
	}
	first := e.mapURL(announce)
	if len(now) > 0 && (first == "" || !hasURL(now, first)) {
		first = now[0][0]
	}
	return trackerEntries(now, first, isList(t.root, "announce-list"))
}

func hasURL(tiers [][]string, u string) bool {
	return slices.ContainsFunc(tiers, func(tier []string) bool { return slices.Contains(tier, u) })
}

func (l *TierEdit) apply(old [][]string, e *Edit) [][]string {
	edited := l.Set != nil || len(l.Add) > 0 || len(l.Remove) > 0
	if l.Set != nil {
		old = l.Set
	}
	var mapped [][]string
	for _, tier := range old {
		if urls := e.mapURLs(tier); len(urls) > 0 {
			mapped = append(mapped, urls)
		}
	}
	if !edited && slices.EqualFunc(old, mapped, slices.Equal) {
		return old
	}
	seen := make(map[string]bool)
	var now [][]string
	put := func(tier []string, added bool) {
		var urls []string
		for _, u := range tier {
			if !seen[u] && (added || !l.removes(u)) {
				seen[u] = true
				urls = append(urls, u)
			}
		}
		if len(urls) > 0 {
			now = append(now, urls)
		}
	}
	for _, tier := range mapped {
		put(tier, false)
	}
	for _, tier := range l.Add {
		put(tier, true)
	}
	return now
}

// removes tells whether a URL is one of those to be removed, which are URLs or host names.
func (l *TierEdit) removes(u string) bool {
	host := ""
	if parsed, err := url.Parse(u); err == nil {
		host = strings.ToLower(parsed.Hostname())
	}
	return slices.ContainsFunc(l.Remove, func(r string) bool {
		return r == u || host != "" && !strings.Contains(r, "://") && strings.ToLower(r) == host
	})
}

// keeps tells whether the edit makes a hybrid into a torrent of only the format.
func (t *Torrent) keeps(e *Edit, format Format) bool {
	return t.Format == Hybrid && e.KeepOnly == format
}

var errKeepOnly = errors.New("the torrent is not a hybrid and has no metadata of that format to keep")
