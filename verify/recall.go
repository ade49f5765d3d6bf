package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/metainfo"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// ErrJournalSums is that a journal, which saves reading, and checksums, which
// need every byte, were asked for together.
var ErrJournalSums = errors.New("checksums need every byte to be read, and a journal is for reading less")

// memoir is the journal of a run: what earlier runs found of files that have
// not changed since, and what this one finds. nil remembers nothing.
type memoir struct {
	r       *Report
	path    string
	file    *journal.Writer
	settled []bool // by index in Report.Files: another change would show in the file's times
	pending int64  // bytes of content whose digests may still be lost by a kill
	buf     []byte
}

// flushBytes is how much content is hashed for one write to the journal.
const flushBytes = 512 << 10

// recall opens the journal, and marks the pieces that it knows to be good: they
// are not read. With recheck none are.
func (r *Report) recall(path string, recheck bool, seen time.Time) (*memoir, error) {
	if path == "" {
		return nil, nil
	}
	m := &memoir{r: r, path: path, settled: make([]bool, len(r.Files))}
	for k := range m.settled {
		m.settled[k] = r.isSettled(k, seen)
	}
	if !recheck {
		if err := m.read(); err != nil {
			return nil, err
		}
	}
	var err error
	if m.file, err = journal.Append(path); err != nil {
		return nil, fmt.Errorf("writing journal %q: %w", path, bareCause(err))
	}
	return m, nil
}

func (m *memoir) read() error {
	var set journal.Set
	if _, err := set.ReadFile(m.path); err != nil {
		return fmt.Errorf("reading journal %q: %w", m.path, bareCause(err))
	}
	if set.Len() == 0 {
		return nil
	}
	r := m.r
	for i, s := range r.pieces {
		if s != PieceUnread || !m.knowable(i) {
			continue
		}
		if d, ok := set.Get(m.key(i)); ok && r.torrent.Check(i, d.SHA1, d.Root) == metainfo.Good {
			r.pieces[i] = PieceOK
			r.KnownPieces++
		}
	}
	return nil
}

// isSettled tells whether a file was changed last so long before it was seen
// that another change would show in its times, which may be as coarse as two
// seconds.
func (r *Report) isSettled(k int, seen time.Time) bool {
	s := r.located.Stamp(k)
	wait := 20 * time.Millisecond
	if s.Modified%int64(time.Second) == 0 && s.Changed%int64(time.Second) == 0 {
		wait = 2 * time.Second
	}
	return seen.UnixNano()-max(s.Modified, s.Changed) > int64(wait)
}

// knowable tells whether all files of a piece are there, and settled.
func (m *memoir) knowable(i int) bool {
	for span := range m.r.torrent.Layout().Spans(i) {
		if span.Zero {
			continue
		}
		k := m.r.disk[span.File]
		f := &m.r.Files[k]
		if !m.settled[k] || f.Size < span.Offset+span.Length {
			return false
		}
	}
	return true
}

// key describes a piece: what is computed, over which bytes of files in which state.
func (m *memoir) key(i int) journal.Key {
	l := m.r.torrent.Layout()
	p := l.Piece(i)
	b := append(m.buf[:0], "torrentkit verify\x00"...)
	b = binary.AppendUvarint(b, uint64(p.Leaves))
	b = binary.AppendUvarint(b, uint64(p.Length))
	if p.SHA1 {
		b = append(b, 1)
	}
	for span := range l.Spans(i) {
		b = binary.AppendUvarint(append(b, 2), uint64(span.Offset))
		b = binary.AppendUvarint(b, uint64(span.Length))
		if span.Zero {
			b = append(b, 0)
			continue
		}
		k := int(m.r.disk[span.File])
		s := m.r.located.Stamp(k)
		path := m.r.located.Files()[k].Path
		b = append(binary.AppendUvarint(append(b, 1), uint64(len(path))), path...)
		for _, n := range []uint64{uint64(m.r.Files[k].Size), uint64(s.Modified), uint64(s.Changed), s.Inode} {
			b = binary.LittleEndian.AppendUint64(b, n)
		}
	}
	m.buf = b
	sum := sha256.Sum256(b)
	return journal.Key(sum[:])
}

// note writes down what was computed of a piece that is good.
func (m *memoir) note(p piecehash.Piece) error {
	if m == nil || m.r.pieces[p.Index] != PieceOK || !m.knowable(p.Index) {
		return nil
	}
	err := m.file.Put(m.key(p.Index), journal.Digest{SHA1: p.SHA1, Root: p.Root})
	if m.pending += m.r.torrent.Layout().Piece(p.Index).Length; m.pending >= flushBytes && err == nil {
		m.pending = 0
		err = m.file.Flush()
	}
	return m.wrap(err)
}

func (m *memoir) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing journal %q: %w", m.path, bareCause(err))
}

func (m *memoir) close() error {
	if m == nil {
		return nil
	}
	return m.wrap(m.file.Close())
}
