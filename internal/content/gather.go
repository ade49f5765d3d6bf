package content

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Gather lists the regular files below a folder of which want is true, by their sizes in bytes, to look into them: in the
// order of names, those of a folder before those of the folders in it. What cannot be looked into is passed over, but for the folder itself. The folder may
// be a file, or be named by a symbolic link; what lies below it is reached from its descriptor, and no link leads out of
// it, then or when a file is opened.
func Gather(ctx context.Context, folder string, want func(size int64) bool) (*Tree, error) {
	g := &gatheredFiles{want: want}
	t := &Tree{seen: time.Now(), name: folder, open: g}
	err := g.enter(ctx, folder)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		g.close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("searching %q: %w", folder, Bare(err))
	}
	t.files, t.refused = g.files, g.refused
	return t, nil
}

// gatheredFiles finds and opens files below a root, whatever their names.
type gatheredFiles struct {
	folders folders
	files   []File
	want    func(size int64) bool
	single  string // the name of the file in the root, if what is named is a file
	refused error  // the first of what could not be looked into
}

// enter opens the root and looks around.
func (g *gatheredFiles) enter(ctx context.Context, named string) error {
	st, err := statPath(named)
	if err != nil {
		return err
	}
	if st.kind != kindFolder && st.kind != kindFile {
		return fmt.Errorf("it is %v, not a file or folder", st.kind)
	}
	if st.kind == kindFile {
		if named, err = filepath.EvalSymlinks(named); err != nil {
			return err
		}
		named, g.single = filepath.Dir(named), filepath.Base(named)
	}
	if g.folders.root, err = os.OpenRoot(named); err != nil {
		return err
	}
	if g.single == "" {
		return g.walk(ctx, "")
	}
	top, err := openFolder(g.folders.root, ".")
	if err != nil {
		return err
	}
	defer top.close()
	if st, err = top.lstat(g.single); err == nil {
		g.add("", &st)
	}
	return err
}

// walk takes what is wanted of the folder at a slash path, and then of those in it: what cannot be looked into there is
// passed over.
func (g *gatheredFiles) walk(ctx context.Context, name string) error {
	dir, err := openFolder(g.folders.root, localPath(name))
	if err != nil {
		return err
	}
	var folders []string
	err = dir.each(ctx, func(e *entry) {
		switch at := path.Join(name, e.name); {
		case e.err != nil:
			g.passOver(at, e.err)
		case e.link:
		case e.stat.kind == kindFolder:
			folders = append(folders, at)
		default:
			g.add(at, &e.stat)
		}
	})
	dir.close()
	if strings.Count(name, "/") < maxFSDepth {
		for _, below := range folders {
			if err := g.walk(ctx, below); err != nil {
				g.passOver(below, err)
			}
		}
	}
	return err
}

func (g *gatheredFiles) passOver(name string, err error) {
	if g.refused == nil && Refused(err) {
		g.refused = fmt.Errorf("looking into %q: %w", name, Bare(err))
	}
}

func (g *gatheredFiles) add(name string, st *stat) {
	if st.kind == kindFile && g.want(st.size) {
		f := File{Path: name}
		f.take(st)
		g.files = append(g.files, f)
	}
}

// openFile opens a file below the root, without following a link in its place.
func (g *gatheredFiles) openFile(i FileIndex) (rawFile, error) {
	if g.single != "" {
		return g.folders.open(g.single)
	}
	return g.folders.open(g.files[i].Path)
}

func (g *gatheredFiles) lookAgain(ctx context.Context, files []FileIndex, tell func(FileIndex, *stat, func() bool, error)) {
	for _, i := range files {
		if ctx.Err() != nil {
			return
		}
		f, err := g.openFile(i)
		if err != nil {
			tell(i, nil, nil, err)
			continue
		}
		st, err := f.stat()
		tell(i, &st, f.stable, err)
		f.close()
	}
}

func (g *gatheredFiles) close() error {
	if g.folders.root == nil {
		return nil
	}
	return g.folders.close()
}
