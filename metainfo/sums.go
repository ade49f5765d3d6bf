package metainfo

import (
	"encoding/hex"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// FileSum is a checksum of one whole file, which some programs write into v1
// torrents beside the pieces (BEP 3 names md5sum; the others are customs).
type FileSum struct {
	File      int    // index in Files
	Algorithm string // md5, sha1, sha256 or crc32
	Sum       []byte // of the length that the algorithm has
}

// sumKeys are the keys that hold a checksum, with the length of the sum.
func sumKeys() map[string]FileSum {
	return map[string]FileSum{
		"md5sum": {Algorithm: "md5", Sum: make([]byte, 16)},
		"md5":    {Algorithm: "md5", Sum: make([]byte, 16)},
		"sha1":   {Algorithm: "sha1", Sum: make([]byte, 20)},
		"sha256": {Algorithm: "sha256", Sum: make([]byte, 32)},
		"crc32":  {Algorithm: "crc32", Sum: make([]byte, 4)},
	}
}

// FileSums returns the checksums of whole files that the torrent carries, by
// rising file. Sums that are neither raw bytes nor hexadecimal digits of the
// right number are passed over.
func (t *Torrent) FileSums() []FileSum {
	if !t.Format.HasV1() {
		return nil
	}
	known := sumKeys()
	if t.Single {
		return appendSums(nil, known, 0, t.info)
	}
	var sums []FileSum
	files, _ := t.info.Get("files")
	for i, v := range files.Items() {
		if i == len(t.Files) {
			break
		}
		sums = appendSums(sums, known, i, v)
	}
	return sums
}

func appendSums(sums []FileSum, known map[string]FileSum, file int, dict bencode.Value) []FileSum {
	for k, v := range dict.Entries() {
		key, _ := k.Bytes()
		want, ok := known[string(key)]
		if !ok {
			continue
		}
		raw, _ := v.Bytes()
		if len(raw) == 2*len(want.Sum) {
			decoded := make([]byte, len(want.Sum))
			if _, err := hex.Decode(decoded, raw); err != nil {
				continue
			}
			raw = decoded
		}
		if len(raw) == len(want.Sum) {
			sums = append(sums, FileSum{file, want.Algorithm, raw})
		}
	}
	return sums
}
