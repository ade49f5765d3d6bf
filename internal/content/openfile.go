package content

import (
	"errors"
	"fmt"
	"os"
)

// OpenFile is Open for what is done with file i as a whole: a file of the system, which is known at once to be the one that
// the tree saw. Another file of the same name, or a symbolic link, is a [*ChangedError]; what own knows of is no change.
func (t *Tree) OpenFile(i FileIndex, own *Own) (*os.File, error) {
	if t.fsys != nil {
		return nil, fmt.Errorf("opening %q: %w", t.display(i), errors.ErrUnsupported)
	}
	raw, err := t.openRaw(i)
	if err != nil {
		return nil, err
	}
	f := raw.osFile(t.display(i))
	if err := t.Look(i, f, own); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Look says by a [*ChangedError] how an open file differs from file i as the tree saw it, but for what own knows of.
func (t *Tree) Look(i FileIndex, f *os.File, own *Own) error {
	if now, err := rawOf(f).stat(); err == nil && own.knows(t.at(i), &now) {
		return nil
	}
	return (&openFile{tree: t, index: i, raw: rawOf(f)}).look()
}

// Own is what was done to files since they were seen: links and writes of the program itself, which change the times of a
// file under each of its names. The zero value knows of nothing.
type Own struct{ files map[fileID]ownChange }

type fileID struct {
	dev deviceNumber
	ino uint64
}

type ownChange struct{ seen, now state }

// state is what a file is known by.
type state struct {
	stamp
	size int64
}

// Change does what changes an open file, and takes the file as it is then for what it was before. That others had changed
// it by then shows as ever.
func (o *Own) Change(f *os.File, do func() error) error {
	end, err := o.Begin(f)
	if err == nil {
		err = do()
	}
	if err != nil {
		return err
	}
	return end()
}

// Begin is Change in two halves: what it returns is called once the file was changed.
func (o *Own) Begin(f *os.File) (end func() error, err error) {
	before, err := stateOf(f)
	if err != nil {
		return nil, err
	}
	return func() error {
		now, err := stateOf(f)
		if err != nil {
			return err
		}
		if o.files == nil {
			o.files = map[fileID]ownChange{}
		}
		id, seen := fileID{now.dev, now.ino}, before
		if earlier, again := o.files[id]; again && earlier.now == before {
			seen = earlier.seen
		}
		o.files[id] = ownChange{seen, now}
		return nil
	}, nil
}

func stateOf(f *os.File) (state, error) {
	now, err := rawOf(f).stat()
	return state{now.stamp, now.size}, err
}

// knows says whether a file was changed from what was seen to what it is now.
func (o *Own) knows(seen *sighting, now *stat) bool {
	if o == nil {
		return false
	}
	change, ok := o.files[fileID{now.dev, now.ino}]
	return ok && now.kind == kindFile && change == ownChange{state{seen.stamp(), seen.Size}, state{now.stamp, now.size}}
}

// SameFile says whether an open file is the one that was seen. Where systems invent the numbers that tell files apart,
// and may give a file another one, it is taken for the same.
func SameFile(seen os.FileInfo, f *os.File) (bool, error) {
	now, err := f.Stat()
	return err == nil && (os.SameFile(seen, now) || !rawOf(f).stable()), err
}
