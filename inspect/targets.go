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

// The targets. What they load is data, in limits. A name without a version is the
// newest that is known.
const (
	QBittorrent   Target = "qbittorrent"
	QBittorrent4  Target = "qbittorrent-4"
	QBittorrent5  Target = "qbittorrent-5"
	Transmission  Target = "transmission"
	Transmission3 Target = "transmission-3"
	Transmission4 Target = "transmission-4"
	Libtorrent    Target = "libtorrent"
	Libtorrent20  Target = "libtorrent-2.0"
	Libtorrent21  Target = "libtorrent-2.1"
	RTorrent      Target = "rtorrent"
	Aria2         Target = "aria2"
	WebTorrent    Target = "webtorrent"
	TorrustIndex  Target = "torrust-index"
)

// Targets returns the targets that Lint knows.
func Targets() []Target {
	return []Target{
		QBittorrent, QBittorrent4, QBittorrent5, Transmission, Transmission3, Transmission4, Libtorrent, Libtorrent20, Libtorrent21,
		RTorrent, Aria2, WebTorrent, TorrustIndex,
	}
}

// limits are what a target loads; 0 is no limit.
type limits struct {
	size           int // of the .torrent, in bytes
	tokens         int // values and brackets in it
	depth          int // of lists and dictionaries in it
	names          int // in the path of a file
	pieces         int
	minPieceLength int64
	maxPieceLength int64
	evenBlocks     bool // what is left of a piece length after halving it to 16 KiB must divide it
	needsV1        bool // a v2 torrent is not loaded
	onlyV1         bool // nor is a hybrid
	needsContent   bool
	sortedInfo     bool // unsorted keys of info are refused
	noUpward       bool // so are names that are . or ..
	noStrayLayers  bool // so are piece layers of no file
	uniquePaths    bool // so are two files of one path, pad files too
	noClash        bool // so are two files of one path, or a file in place of a folder; pad files are no matter
	padsOnDisk     bool // pad files are files like others (BEP 47 is not known)
	schemes        string
	// browser is set where peers in browsers find each other over WebSockets only.
	browser bool
	// rasterbar is set where libtorrent reads the torrent.
	rasterbar bool
}

// limitsOf gives the defaults of libtorrent 2.0.9 and later, and 2.1
// (load_torrent_limits), of qBittorrent 4.5 and 5.3 (the same, with limits of its own
// for size and tokens), Transmission 3.00 and 4.1.4, rTorrent 0.9.8 and 0.16, aria2 1.36
// and 1.37, webtorrent 3, and the request limit of the Torrust index.
// TestLimitsOfClients asks the programs.
func limitsOf(t Target) limits {
	const rasterbarPiece = 536854528 // file_storage::max_piece_size; older releases of 2.0 load up to 1 GiB
	const bittorrent, fourGiB = "http https udp", 1 << 32
	switch t {
	case QBittorrent, QBittorrent4, QBittorrent5:
		return limits{size: 100 << 20, tokens: 10_000_000, pieces: 0x200000, maxPieceLength: rasterbarPiece, schemes: bittorrent, rasterbar: true}
	case Libtorrent, Libtorrent20, Libtorrent21:
		m := limits{size: 10_000_000, tokens: 3_000_000, pieces: 0x200000, maxPieceLength: rasterbarPiece, schemes: bittorrent, rasterbar: true}
		if t != Libtorrent20 {
			m.names, m.noStrayLayers = 100, true
		}
		return m
	case Transmission, Transmission4:
		return limits{depth: 31, maxPieceLength: fourGiB - 1, needsV1: true, needsContent: true, uniquePaths: true, padsOnDisk: true, schemes: bittorrent}
	case Transmission3:
		return limits{maxPieceLength: fourGiB - 1, evenBlocks: true, onlyV1: true, needsContent: true, padsOnDisk: true, schemes: bittorrent}
	case RTorrent:
		return limits{
			minPieceLength: 1<<10 + 1, maxPieceLength: 512 << 20, needsV1: true, needsContent: true, sortedInfo: true, noUpward: true, noClash: true, padsOnDisk: true,
			schemes: bittorrent,
		}
	case Aria2:
		return limits{depth: 50, needsV1: true, noUpward: true, padsOnDisk: true, schemes: bittorrent}
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
	if target == TorrustIndex {
		l.index(raw)
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
	l.targetShape(target, m)
	if m.needsContent && t.Layout() != nil && t.Layout().TotalLength() == 0 {
		l.add("target-content", "info", info, "%s does not load torrents without content", target)
	}
	if m.sortedInfo {
		l.sortedInfo(target)
	}
	l.targetTrackers(target, m)
}

// targetShape judges how deep the torrent and its folders are, and what its pieces and
// names are like.
func (l *linter) targetShape(target Target, m limits) {
	t := l.t
	if n := l.root.Depth(); m.depth > 0 && n > m.depth {
		l.add("target-content", "info", l.doc["info"].Offset(), "%s loads what is nested %d deep, this is %d deep: lists and dictionaries, among them folders of a file tree",
			target, m.depth, n)
	}
	if n := t.PieceLength; m.evenBlocks && n > 0 {
		block := n
		for block > 16384 {
			block /= 2
		}
		if n%block != 0 {
			l.add("target-piece-length", "info.piece length", l.info["piece length"].Offset(), "%s loads pieces that can be halved to 16 KiB or less, these have %d bytes", target, n)
		}
	}
	if m.uniquePaths {
		l.uniquePaths(target)
	}
	for _, p := range t.Problems {
		if m.noClash && p.ID == "duplicate-path" {
			l.add("target-content", p.Path, p.Offset, "%s ends at two files of one name", target)
			break
		}
	}
	pads := 0
	for i := range t.Files {
		f := &t.Files[i]
		if f.Pad() {
			pads++
		}
		if n := strings.Count(f.Path, "/") + 1; m.names > 0 && n > m.names {
			l.addAt("target-content", l.file(i), "%s loads paths of %d names, this has %d", target, m.names, n)
		}
		if m.noUpward && (upward(f.Path) || i == 0 && upward(t.Name)) {
			l.addAt("target-content", l.file(i), "%s does not load names that are . or ..", target)
		}
	}
	if m.padsOnDisk && pads > 0 {
		l.add("target-padding", "info.files", l.doc["info"].Offset(), "%s takes the %d pad files for files: who has the content without them stays incomplete", target, pads)
	}
}

// uniquePaths finds the first path that stands twice. What makes torrents names a pad file by its length: two of one length have one name.
func (l *linter) uniquePaths(target Target) {
	seen := make(map[string]bool, len(l.t.Files))
	for i := range l.t.Files {
		path := l.t.Files[i].Path
		if seen[path] {
			l.addAt("target-content", l.file(i), "%s 4.1.4 does not load two files of one name, pad files too: there are two of %.100q", target, path)
			return
		}
		seen[path] = true
	}
}

// upward tells whether a name of a path is "." or "..".
func upward(path string) bool {
	for name := range strings.SplitSeq(path, "/") {
		if name == "." || name == ".." {
			return true
		}
	}
	return false
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
		if !ok || !slices.Contains(metainfo.TrackerSchemes(), scheme) {
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
