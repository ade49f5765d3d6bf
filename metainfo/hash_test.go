package metainfo

import (
	"bytes"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func TestParseHash(t *testing.T) {
	short, long := bytes.Repeat([]byte{0xa1}, 20), bytes.Repeat([]byte{0xb2}, 32)
	multi := append([]byte{0x12, 0x20}, long...)
	base32 := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString
	v1, v2 := Hashes{V1: HashV1(short)}, Hashes{V2: HashV2(long)}
	for text, want := range map[string]Hashes{
		hex.EncodeToString(short): v1, base32(short): v1, hex.EncodeToString(long): v2, base32(long): v2,
		hex.EncodeToString(multi): v2, base32(multi): v2,
	} {
		for _, form := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
			if got, err := ParseHash(form); got != want || err != nil {
				t.Errorf("%s is %v, %v", form, got, err)
			}
		}
	}
	for text, at := range map[string]int{
		"": 0, "00": 0, strings.Repeat("0", 40): 0, strings.Repeat("0", 64): 0, strings.Repeat("a", 39) + "g": 39,
		"AB1" + strings.Repeat("A", 29): 2, strings.Repeat("W", 31) + "=": 31, strings.Repeat("A", 31) + "\n": 31, "1320" + strings.Repeat("a", 64): 0,
		strings.Repeat("a", 1<<20): 0,
	} {
		var bad *HashError
		if got, err := ParseHash(text); !errors.As(err, &bad) || bad.At != at || !got.IsZero() || len(bad.Reason) > 200 {
			t.Errorf("%.40q is %v, %v", text, got, err)
		}
	}
}

func TestHashes(t *testing.T) {
	var none Hashes
	if none.String() != "" || none.V1.String() != "" || none.V2.String() != "" || none.Swarms() != nil || !none.IsZero() {
		t.Errorf("no hashes are %q, %v", none, none.Swarms())
	}
	both := Hashes{HashV1{1}, HashV2{2}}
	if want := "01" + strings.Repeat("0", 38) + " 02" + strings.Repeat("0", 62); both.String() != want {
		t.Errorf("both hashes are %q", both)
	}
	if s := both.Swarms(); len(s) != 2 || s[0] != both.V1 || s[1] != (HashV1{2}) {
		t.Errorf("their swarms are %v", s)
	}
}
