package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/glob"
)

// What an fs.FS tells is not to be trusted: whoever wrote it may have made mistakes that no system makes.
const (
	maxFSDepth   = 1000    // folders in folders
	maxFSEntries = 1 << 24 // in all folders together
	maxIdleReads = 100     // that give neither bytes nor an error
)

// ScanFS is Scan for a file or folder of an fs.FS. Symbolic links are left out with a note.
func ScanFS(ctx context.Context, fsys fs.FS, root string, o ScanOptions) (*Tree, Notes, error) {
	o.Links = SkipLinks
	s := &scanner{ctx: ctx, o: o, fsys: fsys, name: root, base: root}
	if err := s.prepare([]string{root}); err != nil {
		return nil, nil, err
	}
	t := &Tree{seen: time.Now(), name: root, fsys: fsys}
	if !fs.ValidPath(root) {
		return nil, nil, fmt.Errorf("scanning %q: %w", root, fs.ErrInvalid)
	}
	info, err := fs.Stat(fsys, root)
	if err != nil {
		return nil, nil, fmt.Errorf("scanning %q: %w", root, Bare(err))
	}
	st, err := statFS(info)
	switch {
	case err != nil:
	case st.kind == kindFile:
		s.decide(true, "")
		s.add(path.Base(root), &st, true)
	case st.kind == kindFolder:
		err = s.walkFS(glob.NoRule)
	default:
		err = fmt.Errorf("it is %v, not a file or folder", st.kind)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("scanning %q: %w", root, err)
	}
	if o, again := s.splitRules(); again {
		return ScanFS(ctx, fsys, root, o)
	}
	if missing := s.only.missing(); missing != "" {
		return nil, nil, fmt.Errorf("scanning %q: there is no %q in it, or it was left out", root, missing)
	}
	sortNotes(s.notes)
	sortFiles(s.files)
	t.files, t.decisions = s.files, s.decisions
	return t, s.notes, nil
}

// walkFS visits the folder at s.path of an fs.FS, whose verdict was given.
func (s *scanner) walkFS(verdict int) error {
	folder := path.Join(s.base, string(s.path))
	if strings.Count(folder, "/") > maxFSDepth {
		return fmt.Errorf("folder %q lies deeper than %d folders", folder, maxFSDepth)
	}
	list, err := fs.ReadDir(s.fsys, folder)
	if err != nil {
		return fmt.Errorf("reading folder %q: %w", folder, Bare(err))
	}
	if s.entries += len(list); s.entries > maxFSEntries {
		return fmt.Errorf("more than %d files and folders", maxFSEntries)
	}
	mark := len(s.path)
	for _, d := range list {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if d == nil {
			return fmt.Errorf("folder %q: %w", folder, fs.ErrInvalid)
		}
		e := entry{name: d.Name()}
		if e.name == "" || e.name == "." || e.name == ".." || strings.ContainsAny(e.name, "/\x00") { // not [fs.ValidPath], which wants UTF-8
			return fmt.Errorf("folder %q holds %q, which is no name", folder, e.name)
		}
		var info fs.FileInfo
		if info, e.err = d.Info(); e.err == nil {
			e.stat, e.err = statFS(info)
		}
		e.err, e.link = Bare(e.err), e.stat.kind == kindLink
		s.enter(e.name)
		if err := s.visit(&e, verdict, folderID{}, &s.ignores); err != nil {
			return err
		}
		s.path = s.path[:mark]
	}
	return nil
}

// statFS is what a file of an fs.FS tells of itself.
func statFS(info fs.FileInfo) (st stat, err error) {
	if info == nil {
		return st, fs.ErrInvalid
	}
	if st.size = info.Size(); st.size < 0 && info.Mode().IsRegular() {
		return st, fmt.Errorf("a file of %d bytes", st.size)
	}
	st.mtime, st.kind = info.ModTime().UnixNano(), kindOf(info.Mode())
	st.exec = st.kind == kindFile && info.Mode()&0o111 != 0
	return st, nil
}

// LocateFS is Locate for an fs.FS. What lies outside of the root is for the file system to keep out, as [os.Root] does.
func LocateFS(ctx context.Context, fsys fs.FS, root string, files int, want func(FileIndex) Want) (*Located, error) {
	l := &Located{Tree: &Tree{seen: time.Now(), name: root, sightings: make([]sighting, files), path: pathOf(want), fsys: fsys}, absent: &absences{n: files}}
	for i := range FileIndex(files) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		w := want(i)
		if w.IsLink {
			l.sightings[i].mark(link, true)
			l.sightings[i].number(uint32(len(l.links)))
			l.links = append(l.links, w.Link)
		}
		l.absent.note(i, l.find(i, w))
	}
	l.missing = func(i FileIndex) error {
		if p := l.absent.of(i); p != nil {
			return &absence{p}
		}
		return nil
	}
	return l, nil
}

// find looks for one file: nil if it is Present.
func (l *Located) find(i FileIndex, want Want) *Presence {
	single := want.Path == "" && len(l.sightings) == 1
	if why := unsafePath(want.Path); why != "" && !single {
		return &Presence{Kind: Unreadable, Err: ErrUnsafe, Detail: "path " + why}
	}
	name := l.fsPath(i)
	if want.IsLink {
		leads, err := fs.ReadLink(l.fsys, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return refusal(err)
		case err != nil || path.Join(path.Dir(want.Path), leads) != path.Clean(want.Link):
			return &Presence{Kind: WrongType, Err: ErrWrongType, Detail: "it is not the symbolic link that was wanted"}
		}
		return nil
	}
	info, err := fs.Stat(l.fsys, name)
	var st stat
	if err == nil {
		st, err = statFS(info)
	}
	if err != nil {
		return refusal(err)
	}
	if st.kind != kindFile {
		return wrongType(st.kind)
	}
	st.hidden = strings.HasPrefix(path.Base(name), ".")
	l.sightings[i].take(&st)
	return nil
}

// fsPath is the path of file i in the fs.FS.
func (t *Tree) fsPath(i FileIndex) string { return path.Join(t.name, t.Path(i)) }

// openFS opens file i of an fs.FS.
func (t *Tree) openFS(i FileIndex) (Reader, error) {
	if t.missing != nil {
		if err := t.missing(i); err != nil {
			return nil, fmt.Errorf("opening %q: %w", t.display(i), err)
		}
	}
	if t.at(i).IsLink() {
		return noContent{}, nil
	}
	f := &fsFile{tree: t, index: i}
	if err := f.reopen(); err != nil {
		return nil, err
	}
	return f, nil
}

// fsFile is an open file of an fs.FS, which is read where it lies if it can be, and else from its start on: reading that
// goes back opens it again.
type fsFile struct {
	tree  *Tree
	index FileIndex
	file  fs.File
	at    io.ReaderAt // nil if it cannot be read anywhere
	pos   int64       // else: how much was read
}

func (f *fsFile) reopen() error {
	if f.file != nil {
		f.file.Close()
	}
	var err error
	f.file, err = f.tree.fsys.Open(f.tree.fsPath(f.index))
	if err == nil && f.file == nil {
		err = fs.ErrInvalid
	}
	if err != nil {
		f.file = nil
		if errors.Is(err, fs.ErrNotExist) {
			return f.tree.hasChanged(f.index, "it is not there any more", Bare(err))
		}
		return fmt.Errorf("opening %q: %w", f.tree.display(f.index), Bare(err))
	}
	f.at, _ = f.file.(io.ReaderAt)
	f.pos = 0
	return f.look()
}

// look says how the open file differs from the one that the tree saw.
func (f *fsFile) look() error {
	info, err := f.file.Stat()
	var now stat
	if err == nil {
		now, err = statFS(info)
	}
	if err != nil {
		return fmt.Errorf("looking at %q: %w", f.tree.display(f.index), Bare(err))
	}
	file := f.tree.at(f.index)
	was := file.stamp()
	if changed := was.difference(file.Size, &now, func() bool { return false }); changed != "" {
		return f.tree.hasChanged(f.index, changed, nil)
	}
	return nil
}

// Close tells whether the file changed while it was open.
func (f *fsFile) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.look()
	if e := f.file.Close(); err == nil && e != nil {
		err = fmt.Errorf("closing %q: %w", f.tree.display(f.index), Bare(e))
	}
	return err
}

func (f *fsFile) ReadAt(p []byte, off int64) (n int, err error) {
	switch {
	case f.file == nil || off < 0:
		err = fs.ErrInvalid
	case f.at != nil:
		n, err = f.at.ReadAt(p, off)
	default:
		n, err = f.readFrom(p, off)
	}
	if n < 0 || n > len(p) {
		n, err = 0, errors.New("the file system counts more bytes than were asked for")
	}
	if n == len(p) {
		return n, nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, fmt.Errorf("reading %q at byte %d: %w", f.tree.display(f.index), off+int64(n), Bare(err))
}

// readFrom reads on to an offset, and then what is wanted.
func (f *fsFile) readFrom(p []byte, off int64) (n int, err error) {
	if off < f.pos {
		if err := f.reopen(); err != nil {
			return 0, err
		}
	}
	var skipped []byte
	for f.pos < off {
		if skipped == nil {
			skipped = make([]byte, min(off-f.pos, 64<<10))
		}
		if _, err := f.read(skipped[:min(off-f.pos, int64(len(skipped)))]); err != nil {
			return 0, err
		}
	}
	return f.read(p)
}

// read fills p, or fails.
func (f *fsFile) read(p []byte) (n int, err error) {
	for idle := 0; n < len(p) && err == nil; {
		var k int
		k, err = f.file.Read(p[n:])
		if k < 0 || k > len(p)-n {
			return n, errors.New("the file system counts more bytes than were asked for")
		}
		n += k
		f.pos += int64(k)
		if idle++; k > 0 {
			idle = 0
		} else if idle == maxIdleReads && err == nil {
			err = io.ErrNoProgress
		}
	}
	if n == len(p) {
		err = nil
	}
	return n, err
}

// OneFile is an fs.FS that holds one file.
func OneFile(name string, r io.ReaderAt, size int64) fs.FS { return oneFile{name, r, size} }

type oneFile struct {
	name string
	io.ReaderAt
	size int64
}

func (o oneFile) Open(name string) (fs.File, error) {
	if name != o.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return openOneFile{o}, nil
}

// openOneFile is the file of a OneFile, which has no state.
type openOneFile struct{ oneFile }

func (o openOneFile) Read([]byte) (int, error)   { return 0, fs.ErrInvalid } // it is read by ReadAt
func (o openOneFile) Stat() (fs.FileInfo, error) { return o, nil }
func (o openOneFile) Close() error               { return nil }
func (o openOneFile) Name() string               { return o.name }
func (o openOneFile) Size() int64                { return o.size }
func (o openOneFile) Mode() fs.FileMode          { return 0o444 }
func (o openOneFile) ModTime() time.Time         { return time.Time{} }
func (o openOneFile) IsDir() bool                { return false }
func (o openOneFile) Sys() any                   { return nil }
