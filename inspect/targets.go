package inspect

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Target is a program or site that a torrent is made for.
type Target string

// The targets. What they load is data, in limits.
const (
	QBittorrent  Target = "qbittorrent"
	Transmission Target = "transmission"
	// Transmission3 cannot read a file tree, beside v1 or not.
	Transmission3 Target = "transmission-3"
	Libtorrent    Target = "libtorrent"
	RTorrent      Target = "rtorrent"
	WebTorrent    Target = "webtorrent"
	TorrustIndex  Target = "torrust-index"
)

// Targets returns the targets that Lint knows.
func Targets() []Target {
	return []Target{QBittorrent, Transmission, Transmission3, Libtorrent, RTorrent, WebTorrent, TorrustIndex}
}

// limits are what a target loads; 0 is no limit.
type limits struct {
	size           int // of the .torrent, in bytes
	tokens         int // values and brackets in it
	pieces         int
	minPieceLength int64
	maxPieceLength int64
	needsV1        bool // a v2 torrent is not loaded
	onlyV1         bool // nor is a hybrid
	needsContent   bool
	sortedInfo     bool // unsorted keys of info are refused
	schemes        string
	// browser is set where peers in browsers find each other over WebSockets only.
	browser bool
	// rasterbar is set where libtorrent reads the torrent.
	rasterbar bool
}

// limitsOf gives the defaults of current releases: libtorrent 2.0
// (load_torrent_limits), qBittorrent 5 (the same, with limits of its own for
// size and tokens), Transmission 4, rTorrent 0.15, webtorrent 2, and the
// request limit of the Torrust index.
func limitsOf(t Target) limits {
	const rasterbarPiece = 536854528 // file_storage::max_piece_size; older releases of 2.0 load up to 1 GiB
	switch t {
	case QBittorrent:
		return limits{size: 100 << 20, tokens: 10_000_000, pieces: 0x200000, maxPieceLength: rasterbarPiece, schemes: "http https udp", rasterbar: true}
	case Libtorrent:
		return limits{size: 10_000_000, tokens: 3_000_000, pieces: 0x200000, maxPieceLength: rasterbarPiece, schemes: "http https udp", rasterbar: true}
	case Transmission:
		return limits{needsV1: true, schemes: "http https udp"}
	case Transmission3:
		return limits{onlyV1: true, schemes: "http https udp"}
	case RTorrent:
		return limits{needsV1: true, minPieceLength: 1<<10 + 1, maxPieceLength: 512 << 20, needsContent: true, sortedInfo: true, schemes: "http https udp"}
	case WebTorrent:
		return limits{needsV1: true, schemes: "http https udp ws wss", browser: true}
	case TorrustIndex:
		return limits{size: 10 << 20, needsV1: true}
	}
	return limits{}
}

// target judges by what a target loads. Of a torrent that Read makes nothing of,
// a target may make something.
func (l *linter) target(target Target, raw []byte) {
	m, t := limitsOf(target), l.t
	if n := len(raw); m.size > 0 && n > m.size {
		l.add("target-size", "", 0, "%s loads %d bytes, these are %d", target, m.size, n)
	}
	if m.rasterbar {
		if r := rasterbarRefuses(raw, m); r.rule != "" {
			l.add(r.rule, r.key, r.offset, "%s does not load it: %s", target, r.why)
		}
	}
	if t == nil {
		return
	}
	info := l.doc["info"].Offset()
	if n := t.PieceLength; !m.rasterbar && n > 0 && (n < m.minPieceLength || m.maxPieceLength > 0 && n > m.maxPieceLength) {
		l.add("target-piece-length", "info.piece length", l.info["piece length"].Offset(), "%s loads pieces from %d to %d bytes, these have %d",
			target, max(m.minPieceLength, 1), m.maxPieceLength, n)
	}
	if m.needsV1 && t.Format == metainfo.V2 {
		l.add("target-format", "info", info, "%s does not load torrents that are v2 only", target)
	}
	if m.onlyV1 && t.Format.HasV2() {
		l.add("target-format", "info", info, "%s does not load torrents with a file tree", target)
	}
	if m.rasterbar {
		l.renamed(target)
	}
	if m.needsContent && t.Layout() != nil && t.Layout().TotalLength() == 0 {
		l.add("target-content", "info", info, "%s does not load torrents without content", target)
	}
	if m.sortedInfo {
		l.sortedInfo(target)
	}
	l.targetTrackers(target, m)
	if target == TorrustIndex {
		l.index()
	}
}

// renamed finds files that libtorrent stores under other names because their
// paths differ only in the case of ASCII letters, or not at all
// (torrent_info::resolve_duplicate_filenames): it does so on every system.
func (l *linter) renamed(target Target) {
	seen := make(map[uint64]string, len(l.t.Files))
	seed := maphash.MakeSeed()
	for i, f := range l.t.Content() {
		folded := lowerASCII(f.Path)
		hash := maphash.String(seed, folded)
		if other, ok := seen[hash]; ok && lowerASCII(other) == folded {
			l.addAt("target-name", l.file(i), "%s stores %.100q under another name, as there is %.100q", target, f.Path, other)
			continue
		}
		seen[hash] = f.Path
	}
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func (l *linter) sortedInfo(target Target) {
	last := ""
	for k := range l.doc["info"].Entries() {
		key, _ := k.Text()
		if key < last {
			l.add("target-content", "info", k.Offset(), "%s does not load an info whose keys are out of order", target)
			return
		}
		last = key
	}
}

func (l *linter) targetTrackers(target Target, m limits) {
	schemes := strings.Fields(m.schemes)
	browser := false
	for _, tr := range l.urls {
		scheme, _, ok := strings.Cut(strings.ToLower(tr.url), "://")
		if !ok || !oneOf(scheme, "http", "https", "udp", "ws", "wss") {
			continue
		}
		browser = browser || scheme == "ws" || scheme == "wss"
		if len(schemes) > 0 && !slices.Contains(schemes, scheme) {
			l.add("target-tracker", tr.key, tr.offset, "%s does not announce over %s", target, scheme)
		}
	}
	if m.browser && !browser {
		l.add("target-tracker", "announce-list", l.doc["announce-list"].Offset(), "no tracker over ws or wss: %s in browsers finds no peers", target)
	}
}

// ParseTarget reads the name of a target.
func ParseTarget(s string) (Target, error) {
	if t := Target(s); slices.Contains(Targets(), t) {
		return t, nil
	}
	names := make([]string, 0, 8)
	for _, t := range Targets() {
		names = append(names, string(t))
	}
	return "", fmt.Errorf("there is no target %q: want %s", s, strings.Join(names, ", "))
}
