// Package create makes torrents of files on disk.
//
// [NewPlan] scans a file or folder and settles everything that can be known
// without reading content: the files, the piece length, the exact size of the
// .torrent. [Plan.Torrent] then reads and hashes the content and returns the
// bytes of the .torrent. [Torrent] does both.
//
// The same tree gives the same bytes on every system and with any number of
// workers. Files that change while they are read are an error, and so is a
// file that cannot be read: a torrent of something else is never returned.
//
// The package prints nothing, and writes no files but the journal that the
// options name.
package create

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/metainfo"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// Format says which metadata versions a torrent gets.
type Format = layout.Format

// The formats: BEP 3, BEP 52, and both in one torrent.
const (
	V1     = layout.V1
	V2     = layout.V2
	Hybrid = layout.Hybrid
)

// ParseFormat reads "v1", "v2" or "hybrid".
func ParseFormat(s string) (Format, error) { return layout.ParseFormat(s) }

// Fields are the keys of a torrent that say nothing about its content.
type Fields = metainfo.Fields

// Rule includes or excludes files by a glob; the last that matches decides.
type Rule = content.Rule

// Note is what the scan of a folder has to say: a file that was left out, a
// link that leads outside.
type Note = content.Note

// Order is how content is read.
type Order = piecehash.Order

// ParseOrder reads "auto", "parallel" or "sequential".
func ParseOrder(s string) (Order, error) { return piecehash.ParseOrder(s) }

// Options say what torrent to make. The zero value makes a v1 torrent named
// after its path, with a piece length that fits its size.
type Options struct {
	Fields
	InfoFields
	// Set and SetInfo are arbitrary keys outside of info and in it.
	Set, SetInfo []Entry
	Name         string // default: the last element of the path
	Format       Format // default: V1

	PieceLength    int64 // in bytes; 0 chooses one, by what follows
	TargetPieces   int   // if not 0, the smallest piece length that gives no more pieces
	MaxPieceLength int64 // in bytes; 0 is 16 MiB, or 128 MiB where TargetPieces or MaxTorrentSize want it
	MaxTorrentSize int64 // in bytes: pieces grow until the .torrent is no larger; 0 is any

	Align      bool // give a v1 torrent pad files, so that each file starts a piece (BEP 47)
	Attributes bool // keep the executable and hidden bits of files (BEP 47)

	Rules    []Rule
	KeepJunk bool // take .DS_Store, Thumbs.db, desktop.ini and ._* too
	Workers  int  // 0: one for each processor
	Order    Order
	// DropCache does not leave what was read in the system's page cache.
	DropCache bool

	// Journals are files that remember the digests of pieces. All are read, as
	// far as they exist; what is hashed is added to the first. Their records
	// hold for files with the same path, size, times of modification and of
	// inode change, and inode number.
	Journals []string
	Recheck  bool // read everything though journals know it, and compare
	// Reuse is an old .torrent whose hashes are taken over for files of the same
	// path and size, if a sample of its pieces is right.
	Reuse []byte

	// ExpectInfoHash, in hex, is the infohash (either one of a hybrid) that the
	// torrent must get; another one is an [*UnexpectedHashError].
	ExpectInfoHash string
	// Progress, if not nil, is told how many bytes of content are hashed.
	Progress func(done, total int64)
}

// File is a file that goes into a torrent.
type File struct {
	Path   string // slash-separated; "" if the content is one file
	Length int64  // in bytes
}

// Plan is a torrent of which everything is known but the hashes.
type Plan struct {
	Name        string
	Format      Format
	PieceLength int64  // in bytes
	NumPieces   int    // of v1; in v2 every file starts a piece of its own
	TotalLength int64  // bytes of content
	Files       []File // in the order of the torrent, without padding
	// Size is the size in bytes of the .torrent. Files with equal content share
	// a piece layer in v2, which cannot be foreseen: where that is possible
	// SizeIsExact is false and Size an upper bound.
	Size        int64
	SizeIsExact bool
	// Notes are what the scan left out or found remarkable.
	Notes []Note
	// Warnings are about choices that some clients do not accept.
	Warnings []string
	// Reused is set by Torrent and Shard.
	Reused Reused

	// Progress is that of Options, and may be set later.
	Progress func(done, total int64)

	tree    *content.Tree
	files   []metainfo.File
	fields  Fields
	shape   metainfo.Shape
	draft   *metainfo.Draft
	source  source
	scanned time.Time // when the scan began
	workers int
	order   Order
	expect  string

	journals []string
	recheck  bool
	old      *metainfo.Torrent
}

// ErrEmpty is the error of a selection without files.
var ErrEmpty = errors.New("no files to make a torrent of")

// NewPlan scans path, a file or a folder, without reading any content.
func NewPlan(ctx context.Context, path string, o Options) (*Plan, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Name == "" {
		name, err := DefaultName(path)
		if err != nil {
			return nil, err
		}
		o.Name = name
	}
	scanned := time.Now()
	o.Rules = append(o.Rules[:len(o.Rules):len(o.Rules)], leaveOut(path, o.Journals)...)
	tree, notes, err := content.Scan(ctx, path, content.ScanOptions{Rules: o.Rules, KeepJunk: o.KeepJunk})
	if err != nil {
		return nil, err
	}
	if o.DropCache {
		tree.DropCache()
	}
	p, err := newPlan(tree, o)
	if err != nil {
		return nil, fmt.Errorf("making a torrent of %q: %w", path, err)
	}
	p.Notes, p.scanned = notes, scanned
	return p, nil
}

// leaveOut makes rules that keep files out which are written while path is read.
func leaveOut(path string, files []string) []Rule {
	var rules []Rule
	escape := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`)
	root, err := filepath.Abs(path)
	for _, f := range files {
		file, err2 := filepath.Abs(f)
		if err != nil || err2 != nil {
			continue
		}
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) && rel != "." {
			rules = append(rules, Rule{Pattern: "/" + escape.Replace(filepath.ToSlash(rel))})
		}
	}
	return rules
}

// DefaultName is the name that a torrent of path gets: that of the file or
// folder, also where path is "." or "..".
func DefaultName(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("making a torrent of %q: %w", path, err)
	}
	base := filepath.Base(abs)
	if base == string(filepath.Separator) || base == filepath.VolumeName(abs)+string(filepath.Separator) {
		return "", fmt.Errorf("making a torrent of %q: a root folder has no name: give one", path)
	}
	return base, nil
}

// check refuses options that no content could make good, and completes them.
func (o *Options) check() (err error) {
	if err := checkURLs(&o.Fields); err != nil {
		return err
	}
	for _, n := range []int64{o.PieceLength, o.MaxPieceLength} {
		if n != 0 {
			if err := layout.CheckNewPieceLength(n); err != nil {
				return err
			}
		}
	}
	if o.TargetPieces < 0 || o.MaxTorrentSize < 0 {
		return errors.New("a number of pieces or a size is negative")
	}
	if o.Format == 0 {
		o.Format = V1
	}
	o.ExpectInfoHash, err = cleanHash(o.ExpectInfoHash)
	return err
}

func newPlan(tree *content.Tree, o Options) (*Plan, error) {
	scanned := tree.Files()
	if len(scanned) == 0 {
		return nil, ErrEmpty
	}
	info, err := o.InfoFields.entries(o.SetInfo)
	if err != nil {
		return nil, err
	}
	p := &Plan{
		Name: o.Name, Format: o.Format,
		Files: make([]File, len(scanned)),
		tree:  tree, workers: o.Workers, order: o.Order, Progress: o.Progress,
		files: make([]metainfo.File, len(scanned)), fields: o.Fields, expect: o.ExpectInfoHash,
		journals: o.Journals, recheck: o.Recheck,
		shape: metainfo.Shape{Format: o.Format, Name: o.Name, Align: o.Align, Outer: o.Set, Info: info},
	}
	for i := range scanned {
		f := &scanned[i]
		p.Files[i] = File{f.Path, f.Size}
		p.TotalLength += f.Size
		p.files[i].Path, p.files[i].Length = f.Path, f.Size
		if o.Attributes {
			p.files[i].Attr = attributes(f)
		}
	}
	if err := p.choosePieceLength(&o); err != nil {
		return nil, err
	}
	if o.Reuse != nil {
		if p.old, err = metainfo.Parse(o.Reuse); err != nil {
			return nil, fmt.Errorf("reading the torrent to be reused: %w", err)
		}
	}
	p.source = p.newSource()
	p.NumPieces = p.draft.Layout().NumPieces()
	p.Warnings = limitWarnings(p, o.Trackers)
	return p, nil
}

// Torrent makes a torrent of path, a file or a folder, and returns its bytes.
func Torrent(ctx context.Context, path string, o Options) ([]byte, error) {
	p, err := NewPlan(ctx, path, o)
	if err != nil {
		return nil, err
	}
	return p.Torrent(ctx)
}
