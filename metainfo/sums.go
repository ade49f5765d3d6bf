package metainfo

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Checksum is a kind of checksum of whole files.
type Checksum uint8

// The kinds, in the order of their keys.
const (
	CRC32 Checksum = iota // of ISO 3309, as in zip and sfv
	MD5                   // BEP 3 has a key for it
	SHA1                  // BEP 47 has a key for it
	SHA256
)

// String is crc32, md5, sha1 or sha256.
func (c Checksum) String() string { return [...]string{"crc32", "md5", "sha1", "sha256"}[c] }

// ParseChecksum reads the names that String gives.
func ParseChecksum(s string) (Checksum, error) {
	c, ok := checksumNamed(s)
	if ok {
		return c, nil
	}
	return 0, fmt.Errorf("%q is no checksum: want md5, sha1, sha256 or crc32", s)
}

func checksumNamed(s string) (Checksum, bool) {
	for c := CRC32; c <= SHA256; c++ {
		if c.String() == s {
			return c, true
		}
	}
	return 0, false
}

// New returns what computes the checksum.
func (c Checksum) New() hash.Hash {
	switch c {
	case CRC32:
		return crc32.NewIEEE()
	case MD5:
		return md5.New()
	case SHA1:
		return sha1.New()
	}
	return sha256.New()
}

// Entry is the key of a file and a sum: crc32 and md5sum are in hex, sha1 and
// sha256 are bytes.
func (c Checksum) Entry(sum []byte) Entry {
	switch c {
	case CRC32:
		return TextEntry("crc32", hex.EncodeToString(sum))
	case MD5:
		return TextEntry("md5sum", hex.EncodeToString(sum))
	}
	return TextEntry(c.String(), string(sum))
}

// FileSum is a checksum of one whole file, which some programs write into v1
// torrents beside the pieces (BEP 3 names md5sum; the others are customs).
type FileSum struct {
	File int // index in Files
	Kind Checksum
	Sum  []byte // of the length that the kind has
}

// FileSums returns the checksums of whole files that the torrent carries, by
// rising file. Sums that are neither raw bytes nor hexadecimal digits of the
// right number are passed over.
func (t *Torrent) FileSums() []FileSum {
	switch {
	case t.compact != nil:
		return t.compact.sums
	case !t.Format.HasV1():
		return nil
	case t.Single:
		return appendFileSums(nil, 0, t.info)
	}
	var sums []FileSum
	files, _ := t.info.Get("files")
	for i, v := range files.Items() {
		if i == len(t.Files) {
			break
		}
		sums = appendFileSums(sums, i, v)
	}
	return sums
}

// appendFileSums appends those of a file's dictionary, whose keys are the names of
// the kinds, or md5sum.
func appendFileSums(sums []FileSum, file int, dict bencode.Value) []FileSum {
	for k, v := range dict.Entries() {
		key, _ := k.Bytes()
		name := string(key)
		if name == "md5sum" {
			name = "md5"
		}
		kind, ok := checksumNamed(name)
		if !ok {
			continue
		}
		raw, _ := v.Bytes()
		size := kind.New().Size()
		if len(raw) == 2*size {
			decoded, err := hex.DecodeString(string(raw))
			if err != nil {
				continue
			}
			raw = decoded
		}
		if len(raw) == size {
			sums = append(sums, FileSum{file, kind, raw})
		}
	}
	return sums
}
