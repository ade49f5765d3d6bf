// Package magnet reads, repairs and writes magnet links, and fetches the
// metadata they stand for from peers.
//
// # Links
//
// A link is read by [Parse], which accepts what is found in the wild and tells
// by [Issue]s what was unusual, what was repaired and what was lost. A [Link] is
// written by its String method, always in the same form, so that parsing and
// writing repairs a link; [CheckPeer] tells which addresses of peers it can hold. [FromTorrent] makes the link of a torrent,
// [Stored] finds the one that a client keeps until it has that; [ParseRanges] reads which files it selects (BEP 53), [QR] draws it.
//
// # Metadata
//
// [Fetch] goes the other way: it asks peers for the info dictionary of a link
// (BEP 9, BEP 10), checks it against every infohash of the link, adds the piece
// layers of a v2 torrent (BEP 52), and gives back a .torrent. Peers come from the
// caller ([Peers]), from the link, and from the DHT ([OpenDHT]); [Count] sums up
// what became of them. [Download] gets a .torrent from a URL.
//
// The package asks no tracker, downloads and serves no content, and does not
// print.
package magnet

import (
	"encoding/hex"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// PublicKey is the ed25519 key of a mutable torrent (BEP 46). The zero value
// means that there is none.
type PublicKey [32]byte

// IsZero reports whether there is no key.
func (k PublicKey) IsZero() bool { return k == PublicKey{} }

// String returns the key in lower-case hex, 64 characters.
func (k PublicKey) String() string { return hex.EncodeToString(k[:]) }

// Link is what a magnet link says. Text is as it was meant, with escapes
// undone; it comes from strangers and may hold any bytes.
type Link struct {
	V1 metainfo.HashV1 // xt=urn:btih:
	V2 metainfo.HashV2 // xt=urn:btmh:1220; a hybrid has both

	Key  PublicKey // xs=urn:btpk: (BEP 46)
	Salt []byte    // s, beside a key

	Name     string   // dn
	Size     int64    // xl, bytes; 0 when the link does not say
	Trackers []string // tr
	WebSeeds []string // ws
	Sources  []string // xs, where a .torrent may be had
	Mirrors  []string // as, acceptable sources, asked after Sources
	Peers    []string // x.pe, host:port
	Select   []Range  // so (BEP 53), sorted, apart from each other; empty means all files

	Keywords  []string // kt
	Manifests []string // mt
	Nodes     []string // dht, host:port

	Topics []string // other exact topics, like urn:sha1:...
	Extra  []Param  // parameters with no meaning here, in order
}

// Hashes returns the infohashes of the link.
func (l Link) Hashes() metainfo.Hashes { return metainfo.Hashes{V1: l.V1, V2: l.V2} }

// Range is a run of file indices, both ends included, counted from 0 (BEP 53).
type Range struct{ First, Last int64 }

// Param is a parameter that the package does not understand. Value is as it
// stood in the link, with its percent escapes.
type Param struct{ Key, Value string }

// String writes the range as BEP 53 does.
func (r Range) String() string {
	if r.First == r.Last {
		return strconv.FormatInt(r.First, 10)
	}
	return strconv.FormatInt(r.First, 10) + "-" + strconv.FormatInt(r.Last, 10)
}

// String writes the link in normal form: topics first and unescaped, since some
// clients need that, hashes in lower-case hex, everything else percent-escaped.
func (l Link) String() string {
	w := writer{}
	if !l.V1.IsZero() {
		w.add("xt", "urn:btih:"+l.V1.String())
	}
	if !l.V2.IsZero() {
		w.add("xt", "urn:btmh:1220"+l.V2.String())
	}
	if !l.Key.IsZero() {
		w.add("xs", "urn:btpk:"+l.Key.String())
		if len(l.Salt) > 0 {
			w.add("s", hex.EncodeToString(l.Salt))
		}
	}
	if l.Name != "" {
		w.add("dn", escape(l.Name, ""))
	}
	if l.Size > 0 {
		w.add("xl", strconv.FormatInt(l.Size, 10))
	}
	w.each("tr", l.Trackers, "")
	w.each("ws", l.WebSeeds, "")
	w.each("xs", l.Sources, "")
	w.each("as", l.Mirrors, "")
	w.each("x.pe", l.Peers, ":[]")
	if len(l.Select) > 0 {
		w.add("so", formatRanges(l.Select))
	}
	if len(l.Keywords) > 0 {
		words := make([]string, len(l.Keywords))
		for i, k := range l.Keywords {
			words[i] = escape(k, "")
		}
		w.add("kt", strings.Join(words, "+"))
	}
	w.each("mt", l.Manifests, "")
	w.each("dht", l.Nodes, ":[]")
	w.each("xt", l.Topics, ":")
	for _, p := range l.Extra {
		w.add(escape(p.Key, ""), p.Value)
	}
	return w.String()
}

type writer struct{ strings.Builder }

func (w *writer) add(key, escaped string) {
	if w.Len() == 0 {
		w.WriteString("magnet:?")
	} else {
		w.WriteByte('&')
	}
	w.WriteString(key)
	w.WriteByte('=')
	w.WriteString(escaped)
}

func (w *writer) each(key string, values []string, safe string) {
	for _, v := range values {
		w.add(key, escape(v, safe))
	}
}

func formatRanges(ranges []Range) string {
	var b strings.Builder
	for i, r := range ranges {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(r.String())
	}
	return b.String()
}

// normalRanges sorts ranges and joins those that touch or overlap. It reports
// whether they were in that form already.
func normalRanges(ranges []Range) ([]Range, bool) {
	normal := true
	for i := 1; i < len(ranges); i++ {
		normal = normal && ranges[i-1].Last+1 < ranges[i].First
	}
	if normal {
		return ranges, true
	}
	sorted := slices.Clone(ranges)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].First < sorted[j].First })
	out := sorted[:1]
	for _, r := range sorted[1:] {
		if last := &out[len(out)-1]; r.First <= last.Last+1 {
			last.Last = max(last.Last, r.Last)
		} else {
			out = append(out, r)
		}
	}
	return out, false
}
