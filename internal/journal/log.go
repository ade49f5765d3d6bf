package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// Identity tells which bytes the files of a layout have.
type Identity struct {
	// Kind is what the files are, as "piece" of files on disk: two kinds share no keys.
	Kind string
	// Append appends to b what file i is known by: as long as that is the same, so
	// are its bytes up to end. It is false if they may be others all the same, and
	// then for any end behind that one too.
	Append func(b []byte, i layout.FileIndex, end int64) ([]byte, bool)
}

// Files is the identity of files on disk: their paths, sizes, times and inodes.
// index tells which file of the tree a file of the layout is.
func Files(tree *content.Tree, index func(i layout.FileIndex) content.FileIndex) Identity {
	return Identity{"piece", func(b []byte, i layout.FileIndex, end int64) ([]byte, bool) {
		k := index(i)
		b, settled := tree.AppendState(b, k)
		return b, settled && tree.Size(k) >= end
	}}
}

// Describer makes keys of the pieces of a layout: hashes of everything that
// decides what their digests are.
type Describer struct {
	Layout *layout.Layout
	Identity
	buf []byte
}

// Key describes the i-th piece: what is computed, and over which bytes of which
// files, pad files among them. It is false where a file's bytes are not known.
func (d *Describer) Key(i int) (Key, bool) {
	key, unknown := d.describe(i)
	return key, unknown < 0
}

// describe makes the key of a piece. unknown is a file whose bytes in the piece are
// not known; -1 if there is none.
func (d *Describer) describe(i int) (key Key, unknown layout.FileIndex) {
	p := d.Layout.Piece(i)
	b := append(d.buf[:0], "torrentkit "+d.Kind+"\x00"...)
	b = binary.AppendUvarint(b, uint64(p.Leaves))
	b = append(b, flag(p.SHA1))
	unknown = -1
	for span := range d.Layout.Spans(i) {
		b = append(b, flag(span.Zero))
		b = binary.AppendUvarint(b, uint64(span.Offset))
		b = binary.AppendUvarint(b, uint64(span.Length))
		if !span.Zero {
			var ok bool
			if b, ok = d.Append(b, span.File, span.Offset+span.Length); !ok {
				unknown = span.File
			}
		}
	}
	d.buf = b
	sum := sha256.Sum256(b)
	return Key(sum[:]), unknown
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

// Log is journals in use: what they know of the pieces of a layout, and what is
// computed of others, which goes into the first of them. It is for one goroutine.
// nil knows nothing and notes nothing.
type Log struct {
	Damaged int64 // bytes of the journals that belong to no whole record

	pieces  Describer
	set     Set
	path    string
	file    *Writer
	pending int64 // bytes of content whose digests may still be lost by a kill
}

// flushBytes is how much content is hashed for one write to the journal: a kill
// loses no more than that, beside what is being hashed.
const flushBytes = 512 << 10

// Open reads journals, as far as they exist, and opens the first for writing. No
// paths are no Log.
func Open(paths []string, l *layout.Layout, id Identity) (*Log, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	j := &Log{pieces: Describer{Layout: l, Identity: id}, path: paths[0]}
	for _, path := range paths {
		damaged, err := j.set.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading journal %q: %w", path, content.Bare(err))
		}
		j.Damaged += damaged
	}
	if len(paths) == 1 {
		if err := compact(j.path, &j.set); err != nil {
			return nil, j.wrap(err)
		}
	}
	var err error
	j.file, err = Append(j.path)
	if err != nil {
		return nil, j.wrap(err)
	}
	return j, nil
}

// Empty tells whether the journals know nothing of any content.
func (j *Log) Empty() bool { return j == nil || j.set.Len() == 0 && len(j.set.sights) == 0 }

// Known returns what the journals know of a piece.
func (j *Log) Known(i int) (Digest, bool) {
	if j.Empty() {
		return Digest{}, false
	}
	key, ok := j.pieces.Key(i)
	if !ok {
		return Digest{}, false
	}
	return j.set.Get(key)
}

// Recall yields what the journals know of the pieces of a run, in order. Pieces of
// files that are not known cost nothing, however many they are.
func (j *Log) Recall(r layout.Run) iter.Seq2[int, Digest] {
	return func(yield func(int, Digest) bool) {
		if j.Empty() {
			return
		}
		for i := r.First; i < r.End; {
			key, unknown := j.pieces.describe(i)
			if unknown >= 0 {
				i = j.pieces.Layout.RunOf(unknown).End
				continue
			}
			if d, ok := j.set.Get(key); ok && !yield(i, d) {
				return
			}
			i++
		}
	}
}

// Note writes down what was computed of a piece, unless the journals know it, or
// its files may have other bytes the next time.
func (j *Log) Note(i int, d Digest) error {
	if j == nil {
		return nil
	}
	key, ok := j.pieces.Key(i)
	if old, known := j.set.Get(key); !ok || known && old == d {
		return nil
	}
	err := j.file.Put(key, d)
	if j.pending += j.pieces.Layout.Piece(i).Length; j.pending >= flushBytes && err == nil {
		j.pending = 0
		err = j.file.Flush()
	}
	return j.wrap(err)
}

// Close writes what is pending to the disk.
func (j *Log) Close() error {
	if j == nil {
		return nil
	}
	return j.wrap(j.file.Close())
}

func (j *Log) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing journal %q: %w", j.path, content.Bare(err))
}
