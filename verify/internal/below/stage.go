package below

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/torrentkit/torrentkit/internal/content"
)

// ErrBusy is that another process works at the same.
var ErrBusy = errors.New("another run is at work there")

// Stage is a folder in a Folder for files that have no names yet, by numbers: a process that is killed leaves parts of
// files there only, and the next one removes them.
type Stage struct {
	home *Folder
	name string
	own  *content.Own // what removing links does to files
	held *os.File     // keeps other processes out
}

// NewStage makes a stage of a name that is its own. What a process that was killed left on it is removed; one that works
// on it is [ErrBusy]. own is told of what becomes of files that have links there.
func (d *Folder) NewStage(name string, own *content.Own) (*Stage, error) {
	for {
		if err := d.Mkdir(name); err != nil {
			return nil, err
		}
		sub, err := d.Sub(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // another process has just removed it
		}
		if err != nil {
			return nil, err
		}
		held, err := lock(sub.root)
		sub.Close()
		if err != nil {
			return nil, content.Bare(err)
		}
		if d.Is(held, name) == nil {
			s := &Stage{d, name, own, held}
			return s, s.clear()
		}
		held.Close()
	}
}

// clear removes what is on the stage.
func (s *Stage) clear() error {
	names, err := s.names()
	for _, n := range names {
		if err := s.remove(s.name + "/" + n); err != nil {
			return fmt.Errorf("removing %q: %w", s.name+"/"+n, err)
		}
	}
	return err
}

// names lists what is on the stage, and opens it for that: Wine tells of a folder that stays open what it told before.
func (s *Stage) names() ([]string, error) {
	sub, err := s.home.Sub(s.name)
	if err != nil {
		return nil, err
	}
	defer sub.Close()
	f, err := sub.root.Open(".")
	if err != nil {
		return nil, content.Bare(err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	return names, content.Bare(err)
}

// remove removes what may be a link to a file that was hashed.
func (s *Stage) remove(name string) error {
	f, err := s.home.Open(name, os.O_RDONLY)
	if err != nil { // then nobody has hashed it
		return s.home.Remove(name)
	}
	defer f.Close()
	return s.own.Change(f, func() error { return s.home.Remove(name) })
}

// Path is the name of a file on the stage, from the Folder.
func (s *Stage) Path(i int) string { return s.name + "/" + strconv.Itoa(i) }

// Close removes the stage, with what is on it.
func (s *Stage) Close() error {
	return errors.Join(s.clear(), s.home.Remove(s.name), content.Bare(s.held.Close()))
}
