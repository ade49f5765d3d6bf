package verify

import (
	"errors"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/metainfo"
)

// ErrJournalSums is that a journal, which saves reading, and checksums, which
// need every byte, were asked for together.
var ErrJournalSums = errors.New("checksums need every byte to be read, and a journal is for reading less")

// openJournal opens the journal that the options name; nil if they name none.
func (r *run) openJournal(o Memory, id journal.Identity) (*journal.Log, error) {
	if o.Journal == "" {
		return nil, nil
	}
	return journal.Open([]string{o.Journal}, r.layout, id)
}

// recall marks the pieces that a journal knows to be good: they are not read.
func (r *run) recall(j *journal.Log, o Memory) {
	if j.Empty() || o.Recheck {
		return
	}
	known := int64(0)
	for _, run := range r.pieces.that(isUnread) {
		for i, d := range j.Recall(run) {
			if r.torrent.Check(i, d.SHA1, d.Root) == metainfo.Good {
				r.pieces.set(i, PieceOK)
				r.KnownPieces++
				known += r.layout.ContentLength(i)
			}
		}
	}
	if o.Known != nil {
		o.Known(known)
	}
}
