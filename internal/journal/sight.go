package journal

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Sight is when the digest of a piece was computed.
type Sight struct {
	First, Last time.Time // in whole seconds: with the same digest, without another between
	digest      [sightSum]byte
}

// A record of a sight has a mark of its own and, in the place of the digest, the time
// in seconds since 1970 and the digest, whose root is cut to what is left.
const (
	sightMark = "tkt1"
	timeSize  = 4
	sightSum  = len(Digest{}.SHA1) + len(Digest{}.Root) - timeSize
)

func isMark(s string) bool { return s == mark || s == sightMark }

func sumOf(d Digest) (sum [sightSum]byte) {
	copy(sum[copy(sum[:], d.SHA1[:]):], d.Root[:])
	return sum
}

// Of tells whether the digest that was computed is d.
func (s Sight) Of(d Digest) bool {
	sum := sumOf(d)
	return bytes.Equal(sum[:], s.digest[:])
}

// addSight takes a record of a sight in.
func (s *Set) addSight(key Key, b []byte) error {
	at := time.Unix(int64(binary.LittleEndian.Uint32(b)), 0)
	return s.see(key, Sight{at, at, [sightSum]byte(b[timeSize:])})
}

// see takes a sight in, which may be older than what is known.
func (s *Set) see(key Key, now Sight) error {
	was, known := s.sights[key]
	switch {
	case !known:
	case was.digest == now.digest:
		if was.First.Before(now.First) {
			now.First = was.First
		}
		if was.Last.After(now.Last) {
			now.Last = was.Last
		}
	case was.Last.After(now.Last):
		return nil
	}
	if s.sights == nil {
		s.sights = make(map[Key]Sight)
	}
	if !known && len(s.sights) >= maxRecords {
		return ErrTooLarge
	}
	s.sights[key] = now
	return nil
}

// PutSight appends a record of a sight, as Put does one of a digest.
func (w *Writer) PutSight(key Key, d Digest, at time.Time) error { return w.putSum(key, sumOf(d), at) }

func (w *Writer) putSum(key Key, sum [sightSum]byte, at time.Time) error {
	var seconds [timeSize]byte
	binary.LittleEndian.PutUint32(seconds[:], uint32(at.Unix()))
	return w.put(sightMark, key, seconds[:], sum[:])
}

// Seen writes down when the digest of a piece was computed, and the digest itself like
// Note.
func (j *Log) Seen(i int, d Digest, at time.Time) error {
	if j == nil {
		return nil
	}
	if err := j.Note(i, d); err != nil {
		return err
	}
	key, ok := j.pieces.Key(i)
	if !ok {
		return nil
	}
	if _, again := j.set.sights[key]; again {
		j.set.see(key, Sight{at, at, sumOf(d)})
	}
	return j.wrap(j.file.PutSight(key, d, at))
}

// Sight returns when the digest of a piece was computed.
func (j *Log) Sight(i int) (Sight, bool) {
	if j == nil || len(j.set.sights) == 0 {
		return Sight{}, false
	}
	key, ok := j.pieces.Key(i)
	if !ok {
		return Sight{}, false
	}
	s, ok := j.set.sights[key]
	return s, ok
}
