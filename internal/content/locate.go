package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Want is a file to look for, as a stranger's torrent names it. Its size is not asked for: a file of any size is Present.
type Want struct {
	Path string // slash path below the root; "" if the root itself is the file, which must then be the only one
	// IsLink: a symbolic link is wanted (BEP 47, attribute l), which leads to Link, a slash path below the root.
	IsLink bool
	Link   string
}

// Located is a [Tree] of the files that were looked for, in that order. Open of a file that is not Present returns the
// error of its Presence, with its name. Files have size 0 unless they are Present.
type Located struct {
	*Tree
	absent *absences
}

// Presence is what was found for a file.
func (l *Located) Presence(i FileIndex) Presence {
	if p := l.absent.of(i); p != nil {
		return *p
	}
	return Presence{Kind: Present, Size: l.Size(i)}
}

// Locate stats so many files of a torrent below a folder (or a single file), for checking data against it. want says what
// each is; it is asked for one file after the other, by several goroutines at once. Files that are
// missing or of the wrong kind, even all of them, are findings, not errors: it fails when ctx is done, or when the root
// is not known by name. found, if not nil, is told now and then how many of them were looked for.
//
// Nothing outside the root is ever opened: not by "..", not by absolute paths, and not by symbolic links. A link below
// the root is followed as long as it leads to something below the root. The root itself may be a link to anywhere.
func Locate(ctx context.Context, root string, files int, want func(FileIndex) Want, found func(files int)) (*Located, error) {
	base, err := filepath.Abs(root)
	if err != nil || root == "" {
		return nil, fmt.Errorf("looking for files in %q: %w", root, errors.Join(fs.ErrInvalid, err))
	}
	l := &Located{Tree: &Tree{seen: time.Now(), name: root, sightings: make([]sighting, files), path: pathOf(want)}, absent: &absences{n: files}}
	open := &locatedFiles{root: base, absent: l.absent, tree: l.Tree}
	l.open = open
	single := files == 1 && l.Path(0) == ""
	if refused := open.enter(base, single); refused != nil {
		for i := range FileIndex(files) {
			l.absent.note(i, refused)
		}
		return l, nil
	}
	if err := open.locate(ctx, want, single, found); err != nil {
		open.close()
		return nil, err
	}
	if !single {
		open.tellTwins()
	}
	return l, nil
}

// locatedFiles finds and opens files below a root that nothing leads out of.
type locatedFiles struct {
	folders *folders               // nil if the root could not be opened
	root    string                 // absolute
	real    func() (string, error) // the same without links, which is rarely asked for
	tree    *Tree
	absent  *absences
	mu      sync.Mutex           // guards what follows until all files were located
	moved   map[FileIndex]string // where the files are that a link, or the root itself, stands for: local slash paths
	links   map[FileIndex]bool   // links that were wanted and are there
}

func pathOf(want func(FileIndex) Want) func(FileIndex) string {
	return func(i FileIndex) string { return want(i).Path }
}

// enter opens the root, or the folder that holds it if it is a single file. It returns what to say of every file if
// that cannot be done.
func (l *locatedFiles) enter(base string, single bool) *Presence {
	st, err := statPath(base)
	if err != nil {
		return refusal(err)
	}
	if !single && st.kind != kindFolder {
		return &Presence{Kind: Missing, Err: fs.ErrNotExist, Detail: fmt.Sprintf("the root is %v, not a folder", st.kind)}
	}
	l.real = sync.OnceValues(func() (string, error) { return filepath.EvalSymlinks(base) })
	if single && st.kind != kindFile {
		return wrongType(st.kind)
	}
	folder := base
	if single {
		real, err := l.real()
		if err != nil {
			return refusal(err)
		}
		l.moved = map[FileIndex]string{0: filepath.Base(real)}
		folder = filepath.Dir(real)
		l.real = func() (string, error) { return folder, nil }
	}
	r, err := os.OpenRoot(folder)
	if err != nil {
		return refusal(err)
	}
	l.folders = &folders{root: r}
	return nil
}

func (l *locatedFiles) locate(ctx context.Context, want func(FileIndex) Want, single bool, found func(files int)) error {
	if single {
		w := finder{locatedFiles: l}
		defer w.leave()
		l.absent.note(0, w.find(0, l.moved[0], want(0)))
		return nil
	}
	var mu sync.Mutex
	all := 0
	share(l.tree.count(), func(from, to int) {
		l.locateSome(ctx, want, from, to, func(some int) {
			mu.Lock()
			defer mu.Unlock()
			if all += some; found != nil {
				found(all)
			}
		})
	})
	return ctx.Err()
}

func (l *locatedFiles) locateSome(ctx context.Context, want func(FileIndex) Want, from, to int, tell func(some int)) {
	const some = 256
	w := finder{locatedFiles: l}
	defer w.leave()
	for ; from < to && ctx.Err() == nil; from += some {
		end := min(from+some, to)
		for i := FileIndex(from); i < FileIndex(end); i++ {
			name := l.tree.Path(i)
			p := notLookedFor(name)
			if p == nil {
				p = w.find(i, name, want(i))
			}
			l.absent.note(i, p)
		}
		tell(end - from)
	}
}

// openFile opens only what was Present, below the root and without following a link.
func (l *locatedFiles) openFile(i FileIndex) (rawFile, error) {
	if p := l.absent.of(i); p != nil {
		return rawFile{}, &absence{p}
	}
	if l.links[i] {
		return rawFile{}, errNoContent
	}
	return l.folders.open(l.name(i))
}

// name is where a file is: a local slash path.
func (l *locatedFiles) name(i FileIndex) string {
	if name, ok := l.moved[i]; ok {
		return name
	}
	return l.tree.Path(i)
}

// lookBatch is how many files are looked for again at a time.
const lookBatch = 4096

// lookAgain looks for the files as they were looked for before, some at a time.
func (l *locatedFiles) lookAgain(ctx context.Context, files []FileIndex, tell func(FileIndex, *stat, func() bool, error)) {
	for len(files) > 0 {
		some := files[:min(len(files), lookBatch)]
		files = files[len(some):]
		now, err := Locate(ctx, l.root, len(some), func(k FileIndex) Want { return Want{Path: l.tree.Path(some[k])} }, nil)
		if err != nil {
			return // ctx's: the root is known by name
		}
		var st stat // one for all, as is what follows: there may be a million
		at := FileIndex(0)
		stable := func() bool { return stableAt(now.open.openFile(at)) }
		for k, i := range some {
			at = FileIndex(k)
			if p := now.absent.of(at); p != nil {
				tell(i, nil, nil, &absence{p})
				continue
			}
			f := now.at(at)
			st = stat{stamp: f.stamp(), traits: f.traits(), size: f.Size, kind: kindFile}
			tell(i, &st, stable, nil)
		}
		now.Close()
	}
}

func (l *locatedFiles) close() error {
	if l.folders == nil {
		return nil
	}
	return l.folders.close()
}

// absence is the error of a file that was not Present. It is no change that it cannot be opened.
type absence struct{ *Presence }

func (a *absence) Error() string {
	if a.Detail != "" {
		return a.Detail
	}
	return a.Err.Error()
}

func (a *absence) Unwrap() error { return a.Err }

func wrongType(k kind) *Presence {
	return &Presence{Kind: WrongType, Err: ErrWrongType, Detail: fmt.Sprintf("it is %v", k)}
}

// refusal is what to say of a path that the system did not let us look at.
func refusal(err error) *Presence {
	err = Bare(err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Presence{Kind: Missing, Err: fs.ErrNotExist}
	case errors.Is(err, syscall.ENOTDIR):
		return &Presence{Kind: Missing, Err: err, Detail: "a folder above it is not a folder"}
	case errors.Is(err, syscall.ENAMETOOLONG):
		return &Presence{Kind: Missing, Err: err, Detail: "the file system has no names that long"}
	}
	return &Presence{Kind: Unreadable, Err: err, Detail: err.Error()}
}

// localPath is a slash path, or "" for the root, as os.Root wants it.
func localPath(slash string) string {
	if slash == "" {
		return "."
	}
	return filepath.FromSlash(slash)
}
