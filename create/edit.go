package create

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// NewEntropy returns a random text that makes the infohash of a torrent its own.
func NewEntropy() string { return rand.Text() }

// Edited is a torrent after an edit.
type Edited struct {
	Raw      []byte
	Old, New metainfo.Hashes
	Changes  []metainfo.Change // in the order of the keys; empty if nothing changed
	// Cut counts the bytes around the document that are not in Raw: line feeds in
	// front of it, or whatever follows its end.
	Cut int
	// Secrets are the keys that hold what looks like a secret after
	// metainfo.Edit.StripSecrets: see metainfo.Torrent.Secrets.
	Secrets []string
	// Missing are the renames (metainfo.Edit.Rename) of what is not in the torrent.
	Missing []metainfo.Rename
}

// InfoHashError is an edit that would change the infohash without
// metainfo.Edit.NewInfoHash.
type InfoHashError struct {
	Keys     []string // that are part of info
	Old, New metainfo.Hashes
}

func (e *InfoHashError) Error() string {
	return fmt.Sprintf("changing %s changes the infohash from %s to %s", strings.Join(e.Keys, ", "), e.Old, e.New)
}

// Edit changes keys of a .torrent. Everything that is not edited keeps its
// exact bytes: unknown keys, unsorted dictionaries, and with them the infohash.
// Any torrent can be edited that has an info dictionary.
// An edit of keys in info is an [*InfoHashError] unless it was asked for by
// NewInfoHash. An edit that changes nothing returns the same bytes.
func Edit(raw []byte, o metainfo.Edit) (*Edited, error) {
	t, problems := metainfo.Read(raw)
	if t == nil {
		return nil, problems[len(problems)-1]
	}
	added := metainfo.Fields{Trackers: append(o.Trackers.Set[:len(o.Trackers.Set):len(o.Trackers.Set)], o.Trackers.Add...)}
	added.WebSeeds = append(o.WebSeeds.Set[:len(o.WebSeeds.Set):len(o.WebSeeds.Set)], o.WebSeeds.Add...)
	added.HTTPSeeds = append(o.HTTPSeeds.Set[:len(o.HTTPSeeds.Set):len(o.HTTPSeeds.Set)], o.HTTPSeeds.Add...)
	if err := checkURLs(&added); err != nil {
		return nil, err
	}
	now, changes, err := t.Apply(o)
	if err != nil {
		return nil, err
	}
	if len(o.Replace) > 0 {
		if err := checkReplaced(t, now); err != nil {
			return nil, err
		}
	}
	front, behind := t.Around()
	e := &Edited{Raw: now.Raw(), Old: t.Hashes(), New: now.Hashes(), Changes: changes, Cut: front + behind}
	for _, r := range o.Rename {
		if !t.Has(r.Old) {
			e.Missing = append(e.Missing, r)
		}
	}
	if o.StripSecrets {
		e.Secrets = now.Secrets()
	}
	if e.Old != e.New && !o.NewInfoHash {
		refused := &InfoHashError{Old: e.Old, New: e.New}
		for _, c := range changes {
			if strings.HasPrefix(c.Key, "info.") {
				refused.Keys = append(refused.Keys, c.Key)
			}
		}
		return nil, refused
	}
	return e, nil
}

// Undo is the edit that gives a torrent the bytes that it had before, backup, which must
// be those of a torrent too.
func Undo(raw, backup []byte) (*Edited, error) {
	now, problems := metainfo.Read(raw)
	if now == nil {
		return nil, problems[len(problems)-1]
	}
	old, problems := metainfo.Read(backup)
	if old == nil {
		return nil, fmt.Errorf("the backup: %w", problems[len(problems)-1])
	}
	return &Edited{Raw: backup, Old: now.Hashes(), New: old.Hashes(), Changes: now.Changes(old)}, nil
}

// checkReplaced refuses URLs that an edit broke; those that were broken before
// are left alone.
func checkReplaced(old, now *metainfo.Torrent) error {
	before := make(map[string]bool)
	for _, list := range append(old.Trackers, old.WebSeeds, old.HTTPSeeds) {
		for _, u := range list {
			before[u] = true
		}
	}
	fresh := func(list []string) (urls []string) {
		for _, u := range list {
			if !before[u] {
				urls = append(urls, u)
			}
		}
		return urls
	}
	f := metainfo.Fields{WebSeeds: fresh(now.WebSeeds), HTTPSeeds: fresh(now.HTTPSeeds)}
	for _, tier := range now.Trackers {
		f.Trackers = append(f.Trackers, fresh(tier))
	}
	return checkURLs(&f)
}
