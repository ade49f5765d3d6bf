package content

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sort"
)

// ChangedError is a file that is not what it was when the tree was made, or that changed while it was read.
type ChangedError struct {
	Path   string // as in [File], or the root's name if the tree is a single file
	Detail string // how it changed
	Err    error  // what the system said, if it was asked for the file in vain; else nil

	name string // with the root
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%q changed while it was read: %s", e.name, e.Detail)
}

func (e *ChangedError) Unwrap() error { return e.Err }

// Changed is a file that is not known to be what it was when the tree was made.
type Changed struct {
	File FileIndex
	Err  error // a [*ChangedError], or why the system does not let us look at the file
}

// Changed lists, in rising order, the files that Open, or Close of what it returned, found changed, and those that were
// opened and whose paths lead to something else by now: to another file, or to the same one in another state. It is
// called once all files are closed. Files that were not opened, and those of an fs.FS, are not looked at.
func (t *Tree) Changed(ctx context.Context) []Changed {
	if t.open != nil {
		t.lookAgain(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []Changed
	for i, err := range t.changed {
		list = append(list, Changed{i, err})
	}
	sort.Slice(list, func(a, b int) bool { return list[a].File < list[b].File })
	return list
}

// lookAgain looks at the paths of all files that were opened.
func (t *Tree) lookAgain(ctx context.Context) {
	opened := 0
	for _, word := range t.opened {
		opened += bits.OnesCount64(word)
	}
	files := make([]FileIndex, 0, opened)
	for w, word := range t.opened {
		for ; word != 0; word &= word - 1 {
			files = append(files, FileIndex(w*64+bits.TrailingZeros64(word)))
		}
	}
	t.open.lookAgain(ctx, files, func(i FileIndex, now *stat, stable func() bool, err error) {
		if err != nil {
			t.noteLost(i, err)
			return
		}
		f := t.at(i)
		was := f.stamp()
		if detail := was.difference(f.Size, now, stable); detail != "" {
			t.hasChanged(i, detail, nil)
		}
	})
}

// noteLost notes that a path which led to a file does so no more.
func (t *Tree) noteLost(i FileIndex, err error) {
	absent, _ := err.(*absence)
	switch {
	case isGone(err), absent != nil && absent.Kind == Missing:
		t.hasChanged(i, "it is not there any more", err)
	case absent != nil && absent.Kind == WrongType:
		t.hasChanged(i, absent.Detail+" now", nil)
	case errors.Is(err, ErrOutside):
		t.hasChanged(i, "its path is a symbolic link now, which leads outside the folder", nil)
	default:
		err = fmt.Errorf("looking at %q: %w", t.display(i), err)
		t.noteRefused(err)
		t.noteChanged(i, err)
	}
}

func (t *Tree) noteOpened(i FileIndex) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.opened == nil {
		t.opened = make([]uint64, (t.count()+63)/64)
	}
	t.opened[i/64] |= 1 << (i % 64)
}

// hasChanged notes how a file changed.
func (t *Tree) hasChanged(i FileIndex, detail string, err error) error {
	e := &ChangedError{Path: t.Path(i), Detail: detail, Err: err, name: t.display(i)}
	if e.Path == "" {
		e.Path = t.name
	}
	t.noteChanged(i, e)
	return e
}

// noteChanged notes what was found first of a file.
func (t *Tree) noteChanged(i FileIndex, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = map[FileIndex]error{}
	}
	if t.changed[i] == nil {
		t.changed[i] = err
	}
}
