package create

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/metainfo"
)

// NewPlan scans one or more files and folders, without reading any content.
// Several become entries of one folder, which Options.Name must name. Where no
// file is left the error is ErrEmpty, and the plan tells the Decisions and
// nothing else.
func NewPlan(ctx context.Context, paths []string, o Options) (*Plan, error) {
	if len(paths) == 0 {
		return nil, ErrEmpty
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Name == "" {
		if len(paths) > 1 {
			return nil, ErrNoName
		}
		name, err := DefaultName(paths[0])
		if err != nil {
			return nil, err
		}
		o.Name = name
	}
	scanned := time.Now()
	tree, notes, err := content.Scan(ctx, paths, o.Selection.scan(paths, o.Journals))
	if err != nil {
		return nil, err
	}
	p, err := newPlan(tree, o)
	if err == ErrEmpty {
		p = &Plan{Name: o.Name, Decisions: tree.Decisions()}
	}
	if err != nil {
		return p, fmt.Errorf("making a torrent of %q: %w", paths[0], err)
	}
	p.Notes, p.scanned = append(notes, p.Notes...), scanned
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

func newPlan(tree *content.Tree, o Options) (*Plan, error) {
	if len(tree.Files()) == 0 {
		return nil, ErrEmpty
	}
	info, err := o.InfoFields.entries(o.SetInfo)
	if err != nil {
		return nil, err
	}
	if o.Normalize {
		o.Name = content.NFC(o.Name)
	}
	p := &Plan{
		Name: o.Name, Format: o.Format, Decisions: tree.Decisions(),
		tree: tree, workers: o.Workers, reading: o.ReadOrder, Progress: o.Progress, fields: o.Fields, expect: o.ExpectInfoHash,
		selection: o.Selection, journals: o.Journals, recheck: o.Recheck,
		shape: metainfo.Shape{Format: o.Format, Name: o.Name, Align: o.Align, Outer: o.Set, Info: info},
	}
	if err := p.arrange(&o); err != nil {
		return nil, err
	}
	p.sums = p.newSums(o.Checksums)
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

// arrange names the files and puts them in order.
func (p *Plan) arrange(o *Options) error {
	scanned := p.tree.Files()
	names := make([]string, len(scanned))
	p.order = make([]int32, len(scanned))
	for i := range scanned {
		names[i], p.order[i] = scanned[i].Path, int32(i)
		if o.Normalize {
			names[i] = content.NFC(names[i])
		}
	}
	if err := o.Selection.arrange(p.order, names, scanned, o.Format); err != nil {
		return err
	}
	p.Files = make([]File, len(scanned))
	p.files = make([]metainfo.File, len(scanned))
	for k, i := range p.order {
		f := &scanned[i]
		p.Files[k] = File{names[i], f.Size, f.Link}
		p.files[k] = metainfo.File{Path: names[i], Length: f.Size, Link: f.Link}
		p.TotalLength += f.Size
		if o.Attributes {
			p.files[k].Attr = attributes(f)
		}
		if f.Link != "" {
			p.files[k].Attr = "l"
			if o.Normalize {
				p.files[k].Link = content.NFC(f.Link)
			}
		}
	}
	ordered := make([]string, 0, len(names)+1)
	for k := range p.Files {
		ordered = append(ordered, p.Files[k].Path)
	}
	if names[0] == "" {
		ordered[0] = p.Name
	}
	p.Notes = content.Portability(ordered)
	return nil
}
