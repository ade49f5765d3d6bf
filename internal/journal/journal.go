// Package journal is a log of piece digests: what was hashed once need not be
// hashed again, after an interruption, for a changed tree, or on another
// machine.
//
// A journal is a file of records of one size, each sealed with xxHash64. A
// record holds a [Key], which stands for everything that decides what the
// digest is (which bytes of which files, in which state), and the digests.
// Records of another kind tell when a digest was computed (see [Sight]).
// Records are found by their seals, wherever they stand in the file: whatever
// is torn, cut out, flipped or foreign loses the records that it touches, and
// nothing else. Two processes may append to one journal, and journals may be
// concatenated.
//
// Every reading of a piece adds a record. A journal that says the same over and over is
// written anew when it is opened, while no other process has it open.
//
// A [Log] is journals in use for the pieces of one layout. It makes the keys, so
// that all who use journals know one another's records.
//
// The package never reads content. A seal proves that a record is whole, not that nobody forged it: whoever can
// write a journal can make it lie.
package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Key stands for the content of one piece. Equal keys must mean equal digests,
// so it is to be a cryptographic hash of a description.
type Key [16]byte

// Digest is the digests of one piece: the SHA-1 of BEP 3, the merkle root of
// BEP 52, or both; what was not computed is zero.
type Digest struct {
	SHA1 [20]byte
	Root [32]byte
}

// The parts of a record, in bytes: a mark, whose last byte is the version of the
// format, the key, the digest, the seal over all of them.
const (
	mark       = "tkj1"
	recordSize = len(mark) + len(Key{}) + len(Digest{}.SHA1) + len(Digest{}.Root) + 8
	sealAt     = recordSize - 8
)

// Set is the digests that journals gave, by their keys. The zero value is empty.
type Set struct {
	digests  map[Key]Digest
	doubtful map[Key]bool
	sights   map[Key]Sight
}

// Get returns the digest of a key.
func (s *Set) Get(key Key) (Digest, bool) {
	d, ok := s.digests[key]
	return d, ok
}

// Len returns how many digests there are.
func (s *Set) Len() int { return len(s.digests) }

// add takes a record in. Where two records of one key disagree, neither can be
// trusted, and the key is left out from then on.
func (s *Set) add(key Key, d Digest) error {
	if s.digests == nil {
		s.digests, s.doubtful = make(map[Key]Digest), make(map[Key]bool)
	}
	if old, ok := s.digests[key]; ok && old != d {
		s.doubtful[key] = true
		delete(s.digests, key)
	}
	if s.doubtful[key] {
		return nil
	}
	if len(s.digests)+len(s.doubtful) >= maxRecords {
		return ErrTooLarge
	}
	s.digests[key] = d
	return nil
}

// maxRecords bounds how much of a journal is kept in memory: 2.5 TiB of
// content in pieces of 256 KiB.
const maxRecords = 10 << 20

// ErrTooLarge is a journal with more records than are kept in memory.
var ErrTooLarge = errors.New("the journal has too many records")

// Read adds the records of a journal to the set. It returns how many bytes
// belong to no whole record; they are passed over.
func (s *Set) Read(r io.Reader) (damaged int64, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	for {
		b, skipped, err := next(in)
		damaged += skipped
		if errors.Is(err, io.EOF) {
			return damaged, nil
		}
		if err != nil {
			return damaged, err
		}
		var key Key
		var d Digest
		rest := b[len(mark):]
		rest = rest[copy(key[:], rest):]
		if string(b[:len(mark)]) == sightMark {
			if err := s.addSight(key, rest); err != nil {
				return damaged, err
			}
			continue
		}
		rest = rest[copy(d.SHA1[:], rest):]
		copy(d.Root[:], rest)
		if err := s.add(key, d); err != nil {
			return damaged, err
		}
	}
}

// next returns the next whole record, wherever it begins, and how many bytes
// before it belong to none; they may come beside an error. The record is valid
// until the next call.
func next(in *bufio.Reader) (record []byte, damaged int64, err error) {
	for {
		b, err := in.Peek(recordSize)
		if len(b) < recordSize {
			return nil, damaged + int64(len(b)), err
		}
		if whole(b) {
			in.Discard(recordSize)
			return b, damaged, nil
		}
		n := 1 + bytes.IndexByte(b[1:], mark[0])
		if n == 0 {
			n = recordSize
		}
		in.Discard(n)
		damaged += int64(n)
	}
}

// whole tells whether b is a record.
func whole(b []byte) bool {
	return isMark(string(b[:len(mark)])) && xxhash.Sum64(b[:sealAt]) == binary.LittleEndian.Uint64(b[sealAt:])
}

// ReadFile adds the records of a journal file to the set. A file that does not
// exist has none; one that is something else is an error.
func (s *Set) ReadFile(path string) (damaged int64, err error) {
	f, err := open(path, os.O_RDONLY)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return s.Read(f)
}

// open opens a journal, and nothing else.
func open(path string, flag int) (*os.File, error) {
	if err := checkKind(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, err
	}
	if err := checkJournal(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// checkKind refuses what is there and no file: opening a named pipe would wait for ever.
func checkKind(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	return nil
}

// syncAfter is how long records may wait in the memory of the system, where a
// loss of power loses them.
const syncAfter = 5 * time.Second

// Writer appends records to a journal file. It is for one goroutine.
type Writer struct {
	file    *os.File
	pending []byte
	synced  time.Time
	err     error
}

// Append opens a journal for writing at its end, and creates it if it is not
// there. A file that is something else is an error, so that a mistaken name
// destroys nothing.
func Append(path string) (*Writer, error) {
	for {
		f, err := open(path, os.O_CREATE|os.O_RDWR|os.O_APPEND)
		if err != nil {
			return nil, err
		}
		lockShared(f)
		if inPlace(f, path) {
			return &Writer{file: f, synced: time.Now()}, nil
		}
		f.Close() // it was written anew meanwhile
	}
}

// inPlace tells whether a path leads to an open file, as far as can be told.
func inPlace(f *os.File, path string) bool {
	ours, err1 := f.Stat()
	named, err2 := os.Stat(path)
	return err1 != nil || err2 != nil || os.SameFile(ours, named)
}

// What may not be written to.
var (
	errForeign = errors.New("the file exists and is not a journal")
	errVersion = errors.New("the file is a journal of another version of torrentkit")
)

// checkJournal refuses what is no journal. One whole record anywhere makes one,
// whatever became of the others. Where there is none, the file may be a first
// record that was not written to its end, or zeros, as a loss of power leaves
// them.
func checkJournal(f *os.File) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a regular file")
	}
	all := io.NewSectionReader(f, 0, min(info.Size(), maxRecords*int64(recordSize)))
	in := bufio.NewReaderSize(all, 4<<10) // the first record is all that is wanted of most
	head, err := in.Peek(len(mark))
	begin := string(head)
	if err == nil && !isMark(begin) {
		_, _, err = next(in)
	}
	switch {
	case err == nil, errors.Is(err, io.EOF) && (strings.HasPrefix(mark, begin) || strings.HasPrefix(sightMark, begin)):
		return nil
	case !errors.Is(err, io.EOF):
		return err
	case strings.HasPrefix(begin, mark[:len(mark)-1]):
		return errVersion
	case info.Size() == all.Size() && onlyZeros(all):
		return nil
	}
	return errForeign
}

// onlyZeros tells whether there is nothing else in a file.
func onlyZeros(r *io.SectionReader) bool {
	buf := make([]byte, 1<<16)
	for at := int64(0); at < r.Size(); at += int64(len(buf)) {
		n, err := r.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) || len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return false
		}
	}
	return true
}

// Put appends a record. Until Flush it may stay in memory, where a kill of the
// process loses it; an error of writing is returned by this or a later call.
func (w *Writer) Put(key Key, d Digest) error {
	return w.put(mark, key, d.SHA1[:], d.Root[:])
}

// put appends a record of a kind, whose parts fill it up to the seal.
func (w *Writer) put(kind string, key Key, parts ...[]byte) error {
	start := len(w.pending)
	w.pending = append(w.pending, kind...)
	w.pending = append(w.pending, key[:]...)
	for _, part := range parts {
		w.pending = append(w.pending, part...)
	}
	w.pending = binary.LittleEndian.AppendUint64(w.pending, xxhash.Sum64(w.pending[start:]))
	if len(w.pending) >= 1<<16 {
		return w.Flush()
	}
	return w.err
}

// Flush hands what was put to the system, and every few seconds to the disk.
func (w *Writer) Flush() error {
	w.write()
	if w.err == nil && time.Since(w.synced) >= syncAfter {
		w.sync()
	}
	return w.err
}

func (w *Writer) write() {
	if w.err == nil && len(w.pending) > 0 {
		_, w.err = w.file.Write(w.pending)
	}
	w.pending = w.pending[:0]
}

func (w *Writer) sync() {
	w.write()
	if w.err == nil {
		w.err = w.file.Sync()
	}
	w.synced = time.Now()
}

// Close writes what is pending to the disk and closes the file.
func (w *Writer) Close() error {
	w.sync()
	if err := w.file.Close(); w.err == nil && err != nil {
		w.err = fmt.Errorf("closing: %w", err)
	}
	return w.err
}
