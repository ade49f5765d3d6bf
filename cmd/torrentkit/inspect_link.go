package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/magnet"
)

// linkJSON is what "inspect --json" prints about a magnet link.
type linkJSON struct {
	Input      string   `json:"input"`
	Name       string   `json:"name"`
	NameHex    string   `json:"name_hex,omitempty"`
	InfoHash   string   `json:"infohash,omitempty"`
	InfoHashV2 string   `json:"infohash_v2,omitempty"`
	Size       int64    `json:"size,omitempty"`
	Trackers   []string `json:"trackers"`
	WebSeeds   []string `json:"web_seeds"`
	Nodes      []string `json:"nodes,omitempty"`
	Magnet     string   `json:"magnet"`
	Warnings   []string `json:"warnings,omitempty"`
}

// parseLink reads a link and says what is unusual about it.
func (a *app) parseLink(s string) (*magnet.Link, error) {
	l, issues, err := magnet.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("reading the magnet link: %w", err)
	}
	for _, i := range issues {
		a.warn(fmt.Sprintf("magnet link: %v", i))
	}
	return &l, nil
}

// inspectLink shows what a magnet link says.
func (a *app) inspectLink(s string) error {
	l, err := a.parseLink(s)
	if err != nil {
		return err
	}
	var v1, v2 string
	if !l.V1.IsZero() {
		v1 = l.V1.String()
	}
	if !l.V2.IsZero() {
		v2 = l.V2.String()
	}
	if a.global.json {
		_, issues, _ := magnet.Parse(s)
		v := linkJSON{Input: s, Name: l.Name, NameHex: hexIfNeeded(l.Name), InfoHash: v1, InfoHashV2: v2, Size: l.Size,
			Trackers: orEmpty(l.Trackers), WebSeeds: orEmpty(l.WebSeeds), Nodes: l.Nodes, Magnet: l.String()}
		for _, i := range issues {
			v.Warnings = append(v.Warnings, fmt.Sprint(i))
		}
		return writeJSON(a.out, v)
	}
	var f fields
	optional(&f, "name", l.Name)
	optional(&f, "infohash", v1)
	optional(&f, "infohash v2", v2)
	if l.Size > 0 {
		f.size("size", l.Size)
	}
	for _, u := range l.Trackers {
		f.text("tracker", a.url(u))
	}
	for _, u := range l.WebSeeds {
		f.text("web seed", a.url(u))
	}
	for _, u := range l.Sources {
		f.text("torrent at", a.url(u))
	}
	for _, n := range l.Nodes {
		f.text("node", n)
	}
	for _, p := range l.Peers {
		f.text("peer", p)
	}
	for _, p := range l.Extra {
		f.text("other", p.Key+"="+a.url(p.Value))
	}
	a.show(&f)
	return nil
}
