package create

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// Reused tells what was not hashed because it was known.
type Reused struct {
	Pieces  int   // taken over, from journals and the old torrent together
	Bytes   int64 // of content in them
	FromOld int   // pieces taken over from Options.Reuse
	// OldRefused tells why nothing was taken over from Options.Reuse; "" if
	// it was.
	OldRefused string
	// Damaged is how many bytes of the journals belong to no whole record.
	Damaged int64
	// Contradicted are the files for which a journal holds other digests than
	// their content has, though the system calls them unchanged: the storage is
	// failing, or the journal was tampered with. Only with Options.Recheck.
	Contradicted []string
}

// describer makes keys of pieces: hashes of everything that decides what the
// digests of a piece are.
type describer struct {
	layout *layout.Layout
	// file appends what a file is known by.
	file func(b []byte, i int) []byte
	buf  []byte
}

// key describes the i-th piece: what is computed, and over which bytes of which
// files, pad files among them.
func (d *describer) key(i int) journal.Key {
	p := d.layout.Piece(i)
	b := append(d.buf[:0], "torrentkit piece\x00"...)
	b = binary.AppendUvarint(b, uint64(p.Leaves))
	sha1 := byte(0)
	if p.SHA1 {
		sha1 = 1
	}
	b = append(b, sha1)
	for span := range d.layout.Spans(i) {
		zero := byte(0)
		if span.Zero {
			zero = 1
		}
		b = append(b, zero)
		b = binary.AppendUvarint(b, uint64(span.Offset))
		b = binary.AppendUvarint(b, uint64(span.Length))
		if !span.Zero {
			b = d.file(b, span.File)
		}
	}
	d.buf = b
	sum := sha256.Sum256(b)
	return journal.Key(sum[:])
}

// appendName appends a path, so that it cannot be taken for two.
func appendName(b []byte, path string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(path))), path...)
}

// byState makes keys of the state in which the files on disk were seen. The
// offset of a span alone would do for the bytes before a file's end, but the
// size is part of the state too.
func (p *Plan) byState() *describer {
	disk := p.source.disk
	return &describer{layout: p.draft.Layout(), file: func(b []byte, i int) []byte {
		f, s := &p.content.tree.Files()[disk[i]], p.content.tree.Stamp(int(disk[i]))
		b = appendName(b, f.Path)
		for _, n := range []uint64{uint64(f.Size), uint64(s.Modified), uint64(s.Changed), s.Inode} {
			b = binary.LittleEndian.AppendUint64(b, n)
		}
		return b
	}}
}

// byName makes keys of the paths and sizes in a torrent.
func byName(l *layout.Layout, path func(i int) string) *describer {
	return &describer{layout: l, file: func(b []byte, i int) []byte {
		return binary.AppendUvarint(appendName(b, path(i)), uint64(l.File(i).Length))
	}}
}

// known is digests that need not be computed.
type known struct {
	have    []bool
	digests []journal.Digest
	old     []bool // those from an old torrent
	journal *journal.Writer
	keys    *describer
	settled []bool // by file of the tree: its state tells it from what it will be
	pending int64  // bytes of content whose digests are not written yet
}

// flushBytes is how much content is hashed for one write to the journal: a kill
// loses no more than that, beside what is being hashed.
const flushBytes = 512 << 10

// recall collects what journals and the old torrent say of the plan's pieces.
func (p *Plan) recall() (*known, error) {
	k := &known{}
	if len(p.o.Journals) == 0 && p.old == nil {
		return k, nil
	}
	n := p.draft.Layout().NumPieces()
	k.have, k.digests, k.old = make([]bool, n), make([]journal.Digest, n), make([]bool, n)
	if err := p.readJournals(k); err != nil {
		return nil, err
	}
	if p.old != nil {
		p.recallOld(k)
	}
	return k, nil
}

func (p *Plan) readJournals(k *known) error {
	if len(p.o.Journals) == 0 {
		return nil
	}
	var set journal.Set
	for _, path := range p.o.Journals {
		damaged, err := set.ReadFile(path)
		if err != nil {
			return fmt.Errorf("reading journal %q: %w", path, content.Bare(err))
		}
		p.Reused.Damaged += damaged
	}
	k.keys = p.byState()
	for i := range k.have {
		k.digests[i], k.have[i] = set.Get(k.keys.key(i))
	}
	k.settled = p.settledFiles()
	w, err := journal.Append(p.o.Journals[0])
	if err != nil {
		return fmt.Errorf("writing journal %q: %w", p.o.Journals[0], content.Bare(err))
	}
	k.journal = w
	return nil
}

// settledFiles tells which files were changed last so long ago that another
// change would show in their times. A clock that ticks every 10 ms stamps two
// changes alike that come within one tick; where times have no fractions of a
// second, they may be as coarse as two seconds.
func (p *Plan) settledFiles() []bool {
	settled := make([]bool, len(p.content.tree.Files()))
	for i := range settled {
		s := p.content.tree.Stamp(i)
		wait := 20 * time.Millisecond
		if s.Modified%int64(time.Second) == 0 && s.Changed%int64(time.Second) == 0 {
			wait = 2 * time.Second
		}
		settled[i] = p.content.tree.Seen().UnixNano()-max(s.Modified, s.Changed) > int64(wait)
	}
	return settled
}

// note writes what was computed of a piece into the journal, if all its files
// are settled.
func (p *Plan) note(k *known, i int, d journal.Digest) error {
	if k.journal == nil || k.have[i] && !k.old[i] && k.digests[i] == d {
		return nil
	}
	disk := p.source.disk
	for span := range p.draft.Layout().Spans(i) {
		if !span.Zero && !k.settled[disk[span.File]] {
			return nil
		}
	}
	err := k.journal.Put(k.keys.key(i), d)
	if k.pending += p.draft.Layout().Piece(i).Length; k.pending >= flushBytes && err == nil {
		k.pending = 0
		err = k.journal.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing journal %q: %w", p.o.Journals[0], content.Bare(err))
	}
	return nil
}

// recallOld takes over what an old torrent says of pieces that have the same
// bytes of files of the same paths and sizes.
func (p *Plan) recallOld(k *known) {
	old := p.old
	if old.Layout() == nil || old.Single != (p.Files[0].Path == "" && len(p.Files) == 1) {
		p.Reused.OldRefused = "it is of another kind of content"
		return
	}
	theirs := byName(old.Layout(), func(i int) string { return old.Files[i].Path })
	index := make(map[journal.Key]int)
	for i := range old.Layout().NumPieces() {
		index[theirs.key(i)] = i
	}
	files := p.draft.Files()
	ours := byName(p.draft.Layout(), func(i int) string { return files[i].Path })
	for i := range k.have {
		if k.have[i] {
			continue
		}
		at, ok := index[ours.key(i)]
		if !ok {
			continue
		}
		want := p.draft.Layout().Piece(i)
		sha, root := old.PieceSHA1(at), old.PieceRoot(at)
		if want.SHA1 && sha == nil || want.Leaves > 0 && root == nil {
			continue
		}
		copy(k.digests[i].SHA1[:], sha)
		copy(k.digests[i].Root[:], root)
		k.have[i], k.old[i] = true, true
		p.Reused.FromOld++
	}
	if p.Reused.FromOld == 0 {
		p.Reused.OldRefused = "none of its pieces has the same place in the same files"
	}
}

// contradicted notes the files of a piece that is not what a journal says.
func (p *Plan) contradicted(i int) {
	l := p.draft.Layout()
	for span := range l.Spans(i) {
		name := p.draft.Files()[span.File].Path
		if name == "" {
			name = p.Name
		}
		if !span.Zero && !slices.Contains(p.Reused.Contradicted, name) {
			p.Reused.Contradicted = append(p.Reused.Contradicted, name)
		}
	}
}
