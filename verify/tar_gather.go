package verify

import (
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
)

const (
	maxHeld  = 16 << 20 // bytes of an archive that wait in memory for the rest of their pieces
	maxReady = 4 << 20  // bytes of whole pieces that are gathered, so that they are hashed side by side
	blockLen = 4 << 10  // of the memory that bytes are held in: what is freed fits whatever comes next
	minAsIs  = 2 << 20  // an entry of fewer bytes is gathered; others are read when they are hashed
)

// heldPart is the bytes of a file in a piece.
type heldPart struct {
	piece int
	file  layout.FileIndex
}

// gatherer tells which pieces can be read at the place where an archive is, and
// keeps what comes before the rest of its piece does.
type gatherer struct {
	layout *layout.Layout
	open   states // of pieces: unread are those that are wanted, and neither given nor given up

	in        forward          // the entry that is read
	file      layout.FileIndex // that it is; -1 if there is none
	asIs, end int              // pieces that are still to be read from it, as it comes
	tail      int              // the piece behind them, whose bytes are held then; -1 if there is none
	through   int              // the piece that is read while entries change; -1 if there is none
	held      map[heldPart][][]byte
	have      map[int]int64 // how much of a piece is held
	spare     [][]byte      // blocks
	size      int64         // of all blocks in use
	ready     []int         // pieces that are held whole
	readySize int64
	given     []int // pieces whose reading may not have ended
	lost      []int // pieces that were given up
}

func newGatherer(l *layout.Layout, pieces states) gatherer {
	g := gatherer{
		layout: l, open: pieces.clone(), file: -1, tail: -1, through: -1,
		held: map[heldPart][][]byte{}, have: map[int]int64{},
	}
	for i := range l.NumFiles() {
		if !l.File(i).Pad {
			continue
		}
		for pieces := l.RunOf(i); pieces.First < pieces.End; pieces.First++ {
			if p := pieces.First; g.isOpen(p) && l.ContentLength(p) == 0 { // padding comes in no entry
				g.ready = append(g.ready, p)
			}
		}
	}
	g.ready = slices.Compact(g.ready)
	return g
}

func (g *gatherer) isOpen(p int) bool { return g.open.get(p) == PieceUnread }

// wanted tells whether a file has bytes in a piece that is to be read.
func (g *gatherer) wanted(i layout.FileIndex) bool {
	return g.open.any(g.layout.RunOf(i), isUnread)
}

// enter begins an entry that holds n bytes of a file.
func (g *gatherer) enter(i layout.FileIndex, n int64) {
	g.file, g.tail = i, -1
	first, end := g.layout.FilePieces(i)
	if n < g.layout.File(i).Length {
		end = g.dropFrom(i, n)
	}
	switch {
	case first < end && first == g.through: // its bytes are read first
		first++
	case n < minAsIs:
		for ; first < end && (g.fits(i, first) || !g.readable(i, first)); first++ {
			g.hold(i, first)
		}
	case first < end && !g.readable(i, first):
		g.hold(i, first)
		first++
	}
	if first < end && !g.readable(i, end-1) {
		end--
		g.tail = end
	}
	g.asIs, g.end = first, end
}

// dropFrom forgets the pieces that want bytes of a file behind the n that it has,
// and returns the first of them. No piece inside of a file is held.
func (g *gatherer) dropFrom(i layout.FileIndex, n int64) (first int) {
	pieces := layout.Run{First: g.layout.PieceAt(i, n), End: g.layout.RunOf(i).End}
	for _, p := range []int{pieces.First, pieces.End - 1} {
		g.drop(p)
	}
	g.open.fill(pieces, PieceSkipped)
	return pieces.First
}

// fits tells whether there is room to hold the bytes of a file in a piece.
func (g *gatherer) fits(i layout.FileIndex, p int) bool {
	_, length := g.layout.InFile(i, p)
	return g.size+length <= maxHeld
}

// readable tells whether a piece is read best when the entry that has its bytes
// of a file comes to them: because they are all that is missing, or because
// there is no room for them.
func (g *gatherer) readable(i layout.FileIndex, p int) bool {
	_, length := g.layout.InFile(i, p)
	if g.have[p]+length == g.layout.ContentLength(p) {
		return true
	}
	if g.fits(i, p) {
		return false
	}
	for span := range g.layout.Spans(p) {
		if span.File == i {
			return true
		}
		if _, ok := g.held[heldPart{p, span.File}]; !ok && !span.Zero {
			return false
		}
	}
	return false
}

// hold keeps the bytes of a piece that are next in the entry.
func (g *gatherer) hold(i layout.FileIndex, p int) {
	at, length := g.layout.InFile(i, p)
	whole := g.have[p]+length == g.layout.ContentLength(p)
	switch {
	case !g.isOpen(p):
		return
	case !g.fits(i, p):
		g.lose(p)
		return
	}
	key, left := heldPart{p, i}, length
	for left > 0 {
		b := g.block()[:min(left, blockLen)]
		g.held[key] = append(g.held[key], b)
		n, _ := g.in.ReadAt(b, at)
		if n < len(b) {
			break
		}
		at, left = at+int64(n), left-int64(n)
	}
	g.have[p] += length
	switch {
	case left > 0:
		g.drop(p)
	case whole:
		g.ready = append(g.ready, p)
		g.readySize += g.have[p]
	}
}

// block returns memory for the next bytes that are held.
func (g *gatherer) block() []byte {
	g.size += blockLen
	if last := len(g.spare) - 1; last >= 0 {
		b := g.spare[last]
		g.spare = g.spare[:last]
		return b
	}
	return make([]byte, blockLen)
}

// lose gives up a piece whose bytes come too far apart.
func (g *gatherer) lose(p int) {
	g.lost = append(g.lost, p)
	g.drop(p)
}

// drop forgets a piece.
func (g *gatherer) drop(p int) {
	g.open.set(p, PieceSkipped)
	if g.have[p] == 0 {
		return
	}
	for span := range g.layout.Spans(p) {
		key := heldPart{p, span.File}
		for _, b := range g.held[key] {
			g.spare = append(g.spare, b[:blockLen])
			g.size -= blockLen
		}
		delete(g.held, key)
	}
	delete(g.have, p)
}

// pass skips pieces of the entry that are not wanted.
func (g *gatherer) pass() {
	for g.asIs < g.end && !g.isOpen(g.asIs) {
		g.asIs++
	}
}
