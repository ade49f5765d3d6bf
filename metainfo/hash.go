package metainfo

import (
	"bytes"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
)

// HashV1 is a v1 infohash, the SHA-1 of the info dictionary (BEP 3), or what
// stands for a v2 one where there is room for 20 bytes only. The zero value
// means that there is none.
type HashV1 [20]byte

// HashV2 is a v2 infohash, the SHA-256 of the info dictionary (BEP 52). The
// zero value means that there is none.
type HashV2 [32]byte

// IsZero tells whether there is no hash.
func (h HashV1) IsZero() bool { return h == HashV1{} }

// String returns the hash in lower-case hex, 40 characters; "" where there is none. It is called in a
// hundred places: a copy of it in each would be 30 KB of the program.
//
//go:noinline
func (h HashV1) String() string {
	if h.IsZero() {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// IsZero tells whether there is no hash.
func (h HashV2) IsZero() bool { return h == HashV2{} }

// String returns the hash in lower-case hex, 64 characters; "" where there is none.
//
//go:noinline
func (h HashV2) String() string {
	if h.IsZero() {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// Short returns the first 20 bytes, by which trackers, the DHT and peers know a
// v2 torrent (BEP 52).
func (h HashV2) Short() HashV1 { return HashV1(h[:len(HashV1{})]) }

// Hashes are the infohashes of a torrent; a hybrid has both.
type Hashes struct {
	V1 HashV1
	V2 HashV2
}

// IsZero tells whether there is no hash.
func (h Hashes) IsZero() bool { return h == Hashes{} }

// String returns the hashes that there are in lower-case hex, the v1 one first,
// with a space between two.
func (h Hashes) String() string {
	return strings.TrimSpace(h.V1.String() + " " + h.V2.String())
}

// Swarms returns the hashes by which trackers, the DHT and peers know the
// torrent: the v1 one, and the v2 one made short. A hybrid has two swarms.
func (h Hashes) Swarms() []HashV1 {
	var list []HashV1
	if !h.V1.IsZero() {
		list = append(list, h.V1)
	}
	if !h.V2.IsZero() {
		list = append(list, h.V2.Short())
	}
	return list
}

// HashError is text that is no infohash.
type HashError struct {
	At     int // the first character that is wrong, counted from 0
	Reason string
}

func (e *HashError) Error() string { return e.Reason }

// ParseHash reads an infohash in every form that is found: 40 hexadecimal or 32
// base32 digits (v1), 64 and 52 (v2), and 68 and 55 that are a multihash (v2).
// Letters may be of either case. One of the two hashes is set: zeros are no
// infohash. The error is a [*HashError].
func ParseHash(s string) (Hashes, error) {
	raw, err := hashDigits(s)
	if err != nil {
		return Hashes{}, err
	}
	if len(bytes.Trim(raw, "\x00")) == 0 {
		return Hashes{}, &HashError{0, "the infohash is all zeros"}
	}
	switch len(raw) {
	case len(HashV1{}):
		return Hashes{V1: HashV1(raw)}, nil
	case len(HashV2{}):
		return Hashes{V2: HashV2(raw)}, nil
	}
	if raw[0] != 0x12 || raw[1] != 32 {
		return Hashes{}, &HashError{0, fmt.Sprintf("multihash %#02x of %d bytes is not a SHA-256 (1220)", raw[0], raw[1])}
	}
	return Hashes{V2: HashV2(raw[2:])}, nil
}

// hashDigits returns 20, 32 or 34 bytes.
func hashDigits(s string) ([]byte, error) {
	const hexDigits, base32Digits = "0123456789abcdefABCDEF", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567"
	digits, name := hexDigits, "hex"
	switch len(s) {
	case 40, 64, 68:
	case 32, 52, 55:
		// The decoder takes padding, passes over line feeds, and some runes have upper cases of other lengths.
		digits, name = base32Digits, "base32"
	default:
		return nil, &HashError{0, fmt.Sprintf("the infohash %.80q has %d characters; 40 hex or 32 base32 are needed, or 64 hex in v2", s, len(s))}
	}
	for i := range len(s) {
		if strings.IndexByte(digits, s[i]) < 0 {
			return nil, &HashError{i, fmt.Sprintf("character %d of the infohash, %q, is not %s", i+1, s[i:i+1], name)}
		}
	}
	if name == "hex" {
		return hex.DecodeString(s)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(s))
}
