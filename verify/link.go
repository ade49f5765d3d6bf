package verify

import (
	"context"
	"fmt"
	"path"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/assemble"
	"github.com/torrentkit/torrentkit/verify/internal/below"
)

// LinkKind is how files are brought together.
type LinkKind uint8

// The kinds of links.
const (
	HardLink = LinkKind(assemble.HardLink)
	SymLink  = LinkKind(assemble.SymLink) // with an absolute target
	RefLink  = LinkKind(assemble.RefLink) // a copy that shares its blocks, on Linux file systems that can
	Copy     = LinkKind(assemble.Copy)    // which shares its blocks where that can be
)

func (k LinkKind) String() string { return [...]string{"hard", "sym", "reflink", "copy"}[k] }

// Errors of [SearchReport.Link], beside those of the system.
var (
	// ErrNoReflink is that the system cannot share blocks between files.
	ErrNoReflink = below.ErrNoReflink
	// ErrNotProved is that what was copied is not what was found: it has changed since.
	ErrNotProved = assemble.ErrNotProved
	// ErrBusy is that another process links the same torrent in the same folder.
	ErrBusy = below.ErrBusy
)

// Linked is what [SearchReport.Link] did.
type Linked struct {
	Made int // files that were made
	Kept int // files that were there, and are what would have been made
}

// Link assembles the content in a folder, below the torrent's name: of what is
// whole in its place and what was found. Nothing that exists is replaced: it is
// kept if it is what would have been made, and else an error that is
// [io/fs.ErrExist]. A file that cannot be made is an error, too, and the work ends
// there. A missing file that is empty, or a symbolic link of the torrent (BEP 47), is
// made of nothing, and is Elsewhere then.
//
// The open file that was proved is what is linked or copied, not what has its path
// by then, and pieces of copies are hashed again before a file gets its name. Until
// then it lies in a folder .torrentkit-, with part of the infohash, in dir. What a
// process that was killed left there the next one removes.
func (s *SearchReport) Link(ctx context.Context, dir string, how LinkKind) (Linked, error) {
	if err := content.CheckPath(s.run.Name); err != nil {
		return Linked{}, fmt.Errorf("%q is not a name for a file or folder: %w", s.run.Name, err)
	}
	looked := map[layout.FileIndex]bool{}
	for _, k := range s.Lost {
		looked[s.run.indexOf(k)] = true
	}
	for _, f := range s.found.Found {
		if !f.InPlace {
			looked[s.run.indexOf(f.File)] = true
		}
	}
	job := assemble.Job{
		Torrent: s.run.torrent, Files: s.toLink(), Kind: assemble.Kind(how), Rest: s.run.source(nil), Own: &s.own, Workers: s.workers,
		Good: func(piece int) bool {
			for span := range s.run.layout.Spans(piece) {
				if !span.Zero && looked[span.File] {
					return s.found.Matches(piece)
				}
			}
			return s.run.pieces.get(piece) == PieceOK
		},
	}
	done, err := job.Into(ctx, dir)
	if err == nil {
		s.noteMade(job.Files)
	}
	return Linked(done), err
}

// noteMade notes that missing files which are empty, or links of the torrent, lie where
// they were made of nothing: there was no more to be found of them.
func (s *SearchReport) noteMade(files []assemble.File) {
	for _, f := range files {
		if k := s.run.fileOf(f.Index); f.Tree == nil && s.run.Files[k].State == Missing {
			s.run.Files[k].State, s.run.Files[k].Err = Elsewhere, nil
		}
	}
}

// toLink lists the files that are linked, and where they are.
func (s *SearchReport) toLink() []assemble.File {
	r, base := s.run, absolute(s.run.Root)
	found := map[int]int{}
	for i, f := range s.found.Found {
		found[f.File] = i
	}
	var list []assemble.File
	var onWindows []string // which has not all names: files go where libtorrent stores them there
	for k := range r.Files {
		f := assemble.File{Index: r.indexOf(k), Name: r.Name}
		if !r.Single {
			f.Name += "/" + r.Files[k].Path
		}
		if content.CheckPath(f.Name) != nil {
			if onWindows == nil {
				onWindows = r.torrent.StoredPaths(metainfo.LibtorrentWindows)
			}
			f.Name = r.Name + "/" + onWindows[f.Index]
			if content.CheckPath(f.Name) != nil {
				continue
			}
		}
		i, elsewhere := found[k]
		switch state := r.Files[k].State; {
		case state == Skipped:
			continue
		case r.Files[k].IsLink():
			if f.Link = linkFrom(&r.Files[k]); f.Link == "" {
				continue
			}
		case elsewhere && s.found.Found[i].Tree != nil:
			at := &s.found.Found[i]
			f.Tree, f.At, f.Path = at.Tree, at.Index, at.Path
		case elsewhere || state <= Unchecked:
			f.Tree, f.At, f.Path = r.located.Tree, content.FileIndex(k), placeOf(r, base, k)
		case state != Missing || r.Files[k].Length > 0:
			continue
		}
		list = append(list, f)
	}
	return list
}

// linkFrom is where a symbolic link of the torrent leads from the folder that it is in, ""
// if that is not below the torrent's name.
func linkFrom(f *FileReport) string {
	if content.CheckPath(f.Link()) != nil {
		return ""
	}
	to, err := filepath.Rel(filepath.FromSlash(path.Dir(f.Path)), filepath.FromSlash(f.Link()))
	if err != nil {
		return ""
	}
	return to
}
