package journal

import (
	"errors"
	"os"
	"path/filepath"
)

// minCompact is the size of journals, in bytes, that are worth writing anew.
const minCompact = 1 << 20

// compact writes a journal anew if three records of four say nothing that others do not
// say: every time that a piece is read is a record, and all but the first and the last
// of them are passed over. While another process has the journal open, it stays as it is.
func compact(path string, s *Set) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() < minCompact || info.Size() < 4*s.size() {
		return nil // what is wrong with it is found out when it is opened
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	f, err := open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	if !lockAlone(f) {
		return nil
	}
	var now Set // what may have come since s was read is in it, too
	if _, err := now.Read(f); err != nil {
		return err
	}
	return now.replace(path, info.Mode().Perm())
}

// size is how many bytes a journal takes that says all that is in a set, and no more.
func (s *Set) size() int64 {
	return int64(recordSize) * int64(len(s.digests)+2*len(s.doubtful)+2*len(s.sights))
}

// replace writes a set to a file, and gives that the name of a journal.
func (s *Set) replace(path string, mode os.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	w := &Writer{file: f}
	for key, d := range s.digests {
		w.Put(key, d)
	}
	for key := range s.doubtful { // two that contradict each other
		w.Put(key, Digest{})
		w.Put(key, Digest{SHA1: [20]byte{1}})
	}
	for key, sight := range s.sights {
		w.putSum(key, sight.digest, sight.First)
		if !sight.First.Equal(sight.Last) {
			w.putSum(key, sight.digest, sight.Last)
		}
	}
	if err := errors.Join(w.Close(), os.Chmod(f.Name(), mode)); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
