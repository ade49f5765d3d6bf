package magnet

import (
	"bytes"
	"slices"
	"strconv"
)

// Difference is a field in which two links differ.
type Difference struct {
	Field string   // the parameter: xt, dn, tr and so on
	A, B  []string // what each says
}

// SameTorrent reports whether both links name the same torrent: an infohash or
// key in common, and none in conflict. A v1 infohash that is the beginning of
// the other's v2 infohash counts as common, since v2 infohashes are found cut
// to 20 bytes.
func (l Link) SameTorrent(o Link) bool {
	if !l.Key.IsZero() && l.Key == o.Key && bytes.Equal(l.Salt, o.Salt) {
		return true
	}
	if !l.V1.IsZero() && !o.V1.IsZero() && l.V1 != o.V1 {
		return false
	}
	if !l.V2.IsZero() && !o.V2.IsZero() && l.V2 != o.V2 {
		return false
	}
	return !l.V1.IsZero() && l.V1 == o.V1 || !l.V2.IsZero() && l.V2 == o.V2 || cut(l, o) || cut(o, l)
}

func cut(short, long Link) bool {
	return !short.V1.IsZero() && !long.V2.IsZero() && short.V1 == long.V2.Short()
}

// Diff returns the fields in which two links differ, in the order in which a
// link is written: none where they say the same.
func (l Link) Diff(o Link) []Difference {
	a, b := l.fields(), o.fields()
	var out []Difference
	for i := range a {
		if !slices.Equal(a[i].values, b[i].values) {
			out = append(out, Difference{a[i].name, a[i].values, b[i].values})
		}
	}
	return out
}

type fieldValues struct {
	name   string
	values []string
}

func (l Link) fields() []fieldValues {
	one := func(ok bool, s string) []string {
		if !ok {
			return nil
		}
		return []string{s}
	}
	var so, extra []string
	for _, r := range l.Select {
		so = append(so, r.String())
	}
	for _, p := range l.Extra {
		extra = append(extra, p.Key+"="+p.Value)
	}
	return []fieldValues{
		{"xt=urn:btih", one(!l.V1.IsZero(), l.V1.String())},
		{"xt=urn:btmh", one(!l.V2.IsZero(), l.V2.String())},
		{"xs=urn:btpk", one(!l.Key.IsZero(), l.Key.String())},
		{"s", one(len(l.Salt) > 0, string(l.Salt))},
		{"dn", one(l.Name != "", l.Name)},
		{"xl", one(l.Size != 0, strconv.FormatInt(l.Size, 10))},
		{"tr", l.Trackers}, {"ws", l.WebSeeds}, {"xs", l.Sources}, {"as", l.Mirrors},
		{"x.pe", l.Peers}, {"so", so}, {"kt", l.Keywords}, {"mt", l.Manifests}, {"dht", l.Nodes},
		{"xt", l.Topics}, {"other", extra},
	}
}
