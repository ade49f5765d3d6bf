package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Output is a place where a command will write a file. What can be refused is refused when it is made, before the long
// work; nothing stays on the disk until write, so a run that fails or is interrupted has nothing to clean up.
type Output struct {
	App    *console.Console
	name   string // as the user gave it, with the default name where that was a folder
	Path   string // where the data goes: symbolic links are resolved
	Kind   outputKind
	force  bool
	same   func(there, wanted []byte) bool
	soon   bool
	in     *Folder     // which it does not leave; nil for what the user named
	below  bool        // a folder was named, and not the file: no link is followed in its place
	folder fs.FileInfo // the one that it lies in, as it was checked
	before fs.FileInfo // the file that is there, if any
}

type outputKind int

const (
	ToFile   outputKind = iota
	toDevice            // /dev/null, a named pipe: opened and written
	ToStdout
)

// OutputOptions say how an output may be written.
type OutputOptions struct {
	// defaultName is the file's name where the target is a folder. It must be a single path element.
	DefaultName string
	// force allows replacing a file that exists.
	Force bool
	// binary data is not written to a terminal.
	Binary bool
	// same allows for a file that exists, and leaves it, if it tells that what is there will do.
	Same func(there, wanted []byte) bool
	// Soon is for what is written at once: whether files can be made in the folder shows then.
	Soon bool
	// In is a folder that the target lies below: no link below it is followed.
	In *Folder
}

// NewOutput checks a target: a file, an existing folder, or - for standard output. A file that exists is refused
// without force, and so is a folder that cannot be written.
func NewOutput(con *console.Console, target string, o OutputOptions) (*Output, error) {
	out := &Output{App: con, name: target, force: o.Force, same: o.Same, soon: o.Soon, in: o.In, below: o.In != nil}
	if o.In != nil {
		return out, out.check()
	}
	if target == "-" {
		out.Kind = ToStdout
		if o.Binary && con.OnTerminal() {
			return nil, console.WithHint(errors.New("binary data is not written to a terminal"), "give -o FILE, or pipe the output: ... -o - | less")
		}
		return out, nil
	}
	if target == "" {
		return nil, errors.New("the name of the output file is empty")
	}
	info, err := os.Stat(target)
	switch {
	case err == nil && info.IsDir():
		if !filepath.IsLocal(o.DefaultName) || filepath.Base(o.DefaultName) != o.DefaultName || o.DefaultName == "." {
			return nil, fmt.Errorf("%q cannot be the name of a file in %q", o.DefaultName, target)
		}
		out.name, out.below = filepath.Join(target, o.DefaultName), true
	case err == nil && !info.Mode().IsRegular():
		if why := refusedName(filepath.Base(target)); why != nil && !strings.EqualFold(target, os.DevNull) {
			return nil, out.wrap(why) // else what is written to "aux.torrent" would be lost
		}
		// Opened by the name that was given: what /dev/stdout links to has no name of its own.
		out.Kind, out.Path = toDevice, target
		return out, nil
	case os.IsPathSeparator(target[len(target)-1]):
		return nil, fmt.Errorf("writing %q: there is no such folder", target)
	}
	return out, out.check()
}

// String names the output in messages and results: - is standard output.
func (o *Output) String() string { return o.name }

// check resolves symbolic links and applies the rules to what is there.
func (o *Output) check() error {
	o.Path = o.name
	if !o.below {
		path, err := followLinks(o.name)
		if err != nil {
			return o.wrap(err)
		}
		o.Path = path
	}
	dir, err := o.enter()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing %q: there is no folder %q", o.name, filepath.Dir(o.Path))
	}
	if err != nil {
		return o.wrap(err)
	}
	defer dir.Close()
	info, err := lstat(dir, o.base())
	if why := refusedName(o.base()); why != nil {
		err = why
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return o.wrap(err)
	case info.IsDir():
		return fmt.Errorf("writing %q: it is a folder", o.name)
	case !info.Mode().IsRegular() && o.below:
		return fmt.Errorf("writing %q: it is %s", o.name, kindOf(info.Mode()))
	case !info.Mode().IsRegular():
		o.Kind = toDevice
		return nil
	case !o.force && o.same == nil:
		return o.exists()
	default:
		o.before = info
	}
	o.sweep(dir)
	if o.soon {
		return nil
	}
	temp, probe, err := o.createTemp(dir)
	if err != nil {
		return o.wrap(err)
	}
	if heldOpen { // once it is closed, another process may take it for left behind, and have a file of its own by that name
		return o.wrap(errors.Join(dir.Remove(temp), probe.Close()))
	}
	err = errors.Join(probe.Close(), dir.Remove(temp))
	return o.wrap(err)
}

func (o *Output) base() string { return filepath.Base(o.Path) }

// enter opens the folder that the file lies in: the same one each time, or there is an error. All that is done in it is
// done through its descriptor.
func (o *Output) enter() (within, error) {
	dir, err := o.openFolder()
	if err != nil {
		return nil, err
	}
	info, err := lstat(dir, ".")
	switch {
	case err != nil:
	case o.folder == nil:
		o.folder = info
	case !os.SameFile(o.folder, info):
		err = fmt.Errorf("its folder: %w", errReplaced)
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

func (o *Output) openFolder() (within, error) {
	if o.in == nil {
		name := filepath.Dir(o.Path)
		root, err := os.OpenRoot(name)
		if errors.Is(err, fs.ErrPermission) {
			if dropbox, err := openUnreadable(name); err == nil {
				return dropbox, nil
			}
		}
		if err != nil {
			return nil, err
		}
		return inRoot(root), nil
	}
	rel, err := filepath.Rel(o.in.name, filepath.Dir(o.Path))
	if err != nil {
		return nil, err
	}
	root, err := o.in.root.OpenRoot(inside(rel))
	if err != nil {
		return nil, err
	}
	return inRoot(root), nil
}

func (o *Output) exists() error {
	return console.WithHint(fmt.Errorf("writing %q: the file exists already", o.name), "--force replaces it")
}

func (o *Output) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing %q: %w", o.name, console.RootCause(err))
}

// followLinks returns where a chain of symbolic links ends, be there a file or not. Only the last element is followed: the
// system does the rest.
func followLinks(path string) (string, error) {
	for range 40 {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return path, err
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			// Not Join: it would take ".." off the text, and the folder may be a link itself.
			to = filepath.Dir(path) + string(filepath.Separator) + to
		}
		path = to
	}
	return "", errors.New("too many symbolic links")
}

// writeDevice writes to what is no file. A named pipe may wait for its reader for ever: the end of the context ends that.
func writeDevice(ctx context.Context, path string, data io.WriterTo) error {
	done := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			_, err = data.WriteTo(f)
			err = errors.Join(err, f.Close())
		}
		done <- err
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-done:
		return err
	}
}

// fill writes the temporary file, and gives it owner and permissions of the file that it replaces.
func (o *Output) fill(f *os.File, data io.WriterTo) error {
	if _, err := data.WriteTo(f); err != nil {
		return err
	}
	if o.force && o.before != nil {
		keepOwner(f, o.before)
		if err := f.Chmod(o.before.Mode().Perm()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return nil
}

// insist tries again, for a second, what fails because another program has the file open: those that look for viruses, or index
// what is new, do so for moments.
func insist(ctx context.Context, held func(error) bool, try func() error) error {
	for wait := 10 * time.Millisecond; ; wait += 10 * time.Millisecond {
		err := try()
		if err == nil || !held(err) {
			return err
		}
		if wait > 140*time.Millisecond { // a second and some in all
			return console.WithHint(fmt.Errorf("%w (it may be open in another program)", console.RootCause(err)), "close the program that has it open, or write to another file")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// commit gives the temporary file its name. Without force nothing may be replaced, and rename alone would replace. Where
// the system has no rename that refuses, a hard link fails where the name is taken. File systems without hard links get the
// name reserved first, by an exclusive creation of an empty file that the rename then replaces.
func (o *Output) commit(ctx context.Context, dir within, temp string) error {
	again := func(try func() error) error { return insist(ctx, isHeld, try) }
	if o.force {
		return again(func() error { return rename(dir, temp, o.base()) })
	}
	err := renameNew(dir, temp, o.base())
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	err = again(func() error { return dir.Link(temp, o.base()) })
	if err == nil {
		return again(func() error { return dir.Remove(temp) })
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return again(func() error { return reserveAndRename(dir, temp, o.base()) })
}

// rename renames until nothing interrupts, as os.Rename does and os.Root does not.
func rename(dir within, from, to string) error {
	for {
		if err := dir.Rename(from, to); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func reserveAndRename(dir within, temp, name string) error {
	f, err := dir.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	err = f.Close()
	if err == nil {
		err = rename(dir, temp, name)
	}
	if err != nil {
		dir.Remove(name)
	}
	return err
}
