package create

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Reused tells what was not hashed because it was known.
type Reused struct {
	Pieces  int   // taken over, from journals and the old torrent together
	Bytes   int64 // of content in them
	FromOld int   // pieces taken over from Options.Reuse
	// Sampled is how many pieces of Options.Reuse were hashed, and found to be what
	// it says: of every file the first and the last that are taken over, and others
	// spread over all; with Options.Recheck every one.
	Sampled int
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

// known is digests that need not be computed.
type known struct {
	log *journal.Log
	old map[int]journal.Digest // of pieces that an old torrent knows, and the journals do not
}

// digest returns what is known of a piece.
func (k *known) digest(i int) (journal.Digest, bool) {
	if d, ok := k.old[i]; ok {
		return d, true
	}
	return k.log.Known(i)
}

// recall collects what journals and the old torrent say of the plan's pieces.
func (p *Plan) recall() (*known, error) {
	id := journal.Files(p.content.tree, func(i layout.FileIndex) content.FileIndex { return p.content.order[p.source.place(i)] })
	if r := p.content.remote(); r != nil {
		id = r.identity(func(i layout.FileIndex) string { return p.content.scanned(p.source.place(i)).Path })
	}
	log, err := journal.Open(p.o.Journals, p.draft.Layout(), id)
	if err != nil {
		return nil, err
	}
	k := &known{log: log}
	if log != nil {
		p.Reused.Damaged = log.Damaged
	}
	if p.old != nil {
		p.recallOld(k)
	}
	return k, nil
}

// byName describes pieces by the paths and sizes in a torrent.
func byName(l *layout.Layout, path func(i layout.FileIndex) string) *journal.Describer {
	return &journal.Describer{Layout: l, Identity: journal.Identity{Append: func(b []byte, i layout.FileIndex, _ int64) ([]byte, bool) {
		name := path(i)
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
		return binary.AppendUvarint(b, uint64(l.File(i).Length)), true
	}}}
}

// recallOld takes over what an old torrent says of pieces that have the same
// bytes of files of the same paths and sizes.
func (p *Plan) recallOld(k *known) {
	old := p.old
	if old.Layout() == nil || old.Single != (p.Files[0].Path == "" && len(p.Files) == 1) {
		p.Reused.OldRefused = "it is of another kind of content"
		return
	}
	index := indexOld(old, p.Files)
	ours := byName(p.draft.Layout(), p.pathOf)
	k.old = make(map[int]journal.Digest)
	for i := range p.NumPieces {
		if _, ok := k.log.Known(i); ok {
			continue
		}
		key, _ := ours.Key(i)
		at, ok := index[key]
		if !ok {
			continue
		}
		want := p.draft.Layout().Piece(i)
		sha, root := old.PieceSHA1(at), old.PieceRoot(at)
		if want.SHA1 && sha == nil || want.Leaves > 0 && root == nil {
			continue
		}
		var d journal.Digest
		copy(d.SHA1[:], sha)
		copy(d.Root[:], root)
		k.old[i] = d
	}
	if p.Reused.FromOld = len(k.old); p.Reused.FromOld == 0 {
		p.Reused.OldRefused = "none of its pieces has the same place in the same files"
	}
}

// pathOf is the path of a file of the layout that is no padding.
func (p *Plan) pathOf(i layout.FileIndex) string { return p.Files[p.source.place(i)].Path }

// indexOld makes keys of the pieces of an old torrent that hold bytes of a file
// which is one of files too: it may name others of any length.
func indexOld(old *metainfo.Torrent, files []metainfo.File) map[journal.Key]int {
	type named struct {
		path   string
		length int64
	}
	ours := make(map[named]bool, len(files))
	for i := range files {
		ours[named{files[i].Path, files[i].Length}] = true
	}
	theirs := byName(old.Layout(), func(i layout.FileIndex) string { return old.Files[i].Path })
	index := make(map[journal.Key]int)
	for i := range old.Files {
		if f := &old.Files[i]; f.Pad() || !ours[named{f.Path, f.Length}] {
			continue
		}
		for r := old.Layout().RunOf(layout.FileIndex(i)); r.First < r.End; r.First++ {
			key, _ := theirs.Key(r.First)
			index[key] = r.First
		}
	}
	return index
}

// refuseOld notes that a piece is not what the old torrent says.
func (p *Plan) refuseOld(k *known, i int) {
	k.old = nil
	p.Reused.FromOld, p.Reused.Sampled = 0, 0
	p.Reused.OldRefused = fmt.Sprintf("piece %d is not what it says", i)
}

// SharedWith tells how many bytes of the content are in files that a torrent has under the
// same path and in the same size. See Options.Reuse.
func (c *Content) SharedWith(t *metainfo.Torrent) (bytes int64) {
	type named struct {
		path   string
		length int64
	}
	theirs := make(map[named]bool, len(t.Files))
	for _, f := range t.Content() {
		theirs[named{f.Path, f.Length}] = true
	}
	for k := range c.order {
		if f := c.file(k, false); theirs[named{f.Path, f.Length}] {
			bytes += f.Length
		}
	}
	return bytes
}

// contradicted notes the files of a piece that is not what a journal says.
func (p *Plan) contradicted(i int) {
	l := p.draft.Layout()
	for span := range l.Spans(i) {
		if span.Zero {
			continue
		}
		if name := cmp.Or(p.pathOf(span.File), p.Name); !slices.Contains(p.Reused.Contradicted, name) {
			p.Reused.Contradicted = append(p.Reused.Contradicted, name)
		}
	}
}
