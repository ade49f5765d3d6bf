package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// ErrJournalSums is that a journal, which saves reading, and checksums, which
// need every byte, were asked for together.
var ErrJournalSums = errors.New("checksums need every byte to be read, and a journal is for reading less")

// memoir is the journal of a run: what earlier runs found of files that have
// not changed since, and what this one finds. nil remembers nothing.
type memoir struct {
	r       *Report
	path    string
	version versioner
	set     journal.Set
	file    *journal.Writer
	pending int64 // bytes of content whose digests may still be lost by a kill
	buf     []byte
}

// versioner appends to b what decides which bytes the file k of Report.Files
// has, up to its byte end. It is false if they may be others all the same.
type versioner func(b []byte, k int, end int64) ([]byte, bool)

// flushBytes is how much content is hashed for one write to the journal.
const flushBytes = 512 << 10

// remember opens the journal, and reads it unless everything is to be checked
// again.
func (r *Report) remember(o Memory, version versioner) (*memoir, error) {
	if o.Journal == "" {
		return nil, nil
	}
	path := o.Journal
	m := &memoir{r: r, path: path, version: version}
	if !o.Recheck {
		if _, err := m.set.ReadFile(path); err != nil {
			return nil, fmt.Errorf("reading journal %q: %w", path, content.Bare(err))
		}
	}
	var err error
	if m.file, err = journal.Append(path); err != nil {
		return nil, fmt.Errorf("writing journal %q: %w", path, content.Bare(err))
	}
	return m, nil
}

// knowing tells whether the journal knows anything.
func (m *memoir) knowing() bool { return m != nil && m.set.Len() > 0 }

// recall marks the pieces that are known to be good: they are not read.
func (m *memoir) recall() {
	if !m.knowing() {
		return
	}
	r := m.r
	for i, s := range r.pieces {
		key, ok := journal.Key{}, s == PieceUnread
		if ok {
			key, ok = m.key(i)
		}
		if !ok {
			continue
		}
		if d, ok := m.set.Get(key); ok && r.torrent.Check(i, d.SHA1, d.Root) == metainfo.Good {
			r.pieces[i] = PieceOK
			r.KnownPieces++
		}
	}
	m.set = journal.Set{}
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

// versions is the versions of files that were seen at a time: path, size, times
// and inode.
func (r *Report) versions(seen time.Time) versioner {
	return func(b []byte, k int, end int64) ([]byte, bool) {
		s := r.located.Stamp(k)
		path := r.located.Files()[k].Path
		b = append(binary.AppendUvarint(append(b, 1), uint64(len(path))), path...)
		for _, n := range []uint64{uint64(r.Files[k].Size), uint64(s.Modified), uint64(s.Changed), s.Inode} {
			b = binary.LittleEndian.AppendUint64(b, n)
		}
		return b, r.isSettled(k, seen) && r.Files[k].Size >= end
	}
}

// key describes a piece: what is computed, over which bytes of which versions of
// files. It is false where a version is not known.
func (m *memoir) key(i int) (journal.Key, bool) {
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
		var ok bool
		if b, ok = m.version(b, int(m.r.disk[span.File]), span.Offset+span.Length); !ok {
			return journal.Key{}, false
		}
	}
	m.buf = b
	sum := sha256.Sum256(b)
	return journal.Key(sum[:]), true
}

// note writes down what was computed of a piece that is good.
func (m *memoir) note(p piecehash.Piece) error {
	if m == nil || m.r.pieces[p.Index] != PieceOK {
		return nil
	}
	key, ok := m.key(p.Index)
	if !ok {
		return nil
	}
	err := m.file.Put(key, journal.Digest{SHA1: p.SHA1, Root: p.Root})
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
	return fmt.Errorf("writing journal %q: %w", m.path, content.Bare(err))
}

func (m *memoir) close() error {
	if m == nil {
		return nil
	}
	return m.wrap(m.file.Close())
}
