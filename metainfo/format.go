package metainfo

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// Format is the set of metadata versions that a torrent has.
type Format uint8

// The formats: BEP 3, BEP 52, and both in one torrent.
const (
	V1     = Format(layout.V1)
	V2     = Format(layout.V2)
	Hybrid = V1 | V2
)

// HasV1 tells whether pieces have SHA-1 hashes (BEP 3).
func (f Format) HasV1() bool { return f&V1 != 0 }

// HasV2 tells whether files have merkle trees (BEP 52).
func (f Format) HasV2() bool { return f&V2 != 0 }

// String returns "v1", "v2" or "hybrid".
func (f Format) String() string {
	switch f {
	case V1:
		return "v1"
	case V2:
		return "v2"
	case Hybrid:
		return "hybrid"
	}
	return "unknown"
}

// ParseFormat reads what String writes.
func ParseFormat(s string) (Format, error) {
	for _, f := range []Format{V1, V2, Hybrid} {
		if s == f.String() {
			return f, nil
		}
	}
	return 0, fmt.Errorf("%q is not a format: want v1, v2 or hybrid", s)
}
