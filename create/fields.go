package create

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/metainfo"
)

// InfoFields are keys of info that are rarer than those of [metainfo.Fields].
type InfoFields struct {
	Similar     []metainfo.HashV1 // infohashes of torrents that share files with this one (BEP 38), v2 ones made short
	Collections []string          // names of collections that it belongs to (BEP 38)
	UpdateURL   string            // where a newer version of the torrent is to be found (BEP 39)
	Entropy     string            // anything: it makes the infohash another
}

// entries returns the keys in info: those fields, and arbitrary ones.
func (f *InfoFields) entries(more []metainfo.Entry) ([]metainfo.Entry, error) {
	list := slices.Clone(more)
	var similar []string
	for _, h := range f.Similar {
		similar = append(similar, string(h[:]))
	}
	if len(similar) > 0 {
		list = append(list, metainfo.ListEntry("similar", similar))
	}
	if len(f.Collections) > 0 {
		list = append(list, metainfo.ListEntry("collections", f.Collections))
	}
	if f.UpdateURL != "" {
		if err := checkURL("update", f.UpdateURL, "http", "https"); err != nil {
			return nil, err
		}
		list = append(list, metainfo.TextEntry("update-url", f.UpdateURL))
	}
	if f.Entropy != "" {
		list = append(list, metainfo.TextEntry("entropy", f.Entropy))
	}
	return list, nil
}

// attributes are those of BEP 47 that a file has on disk.
func attributes(f *content.File) *metainfo.Traits {
	switch {
	case f.Hidden() && f.Executable():
		return &metainfo.Traits{Attr: "hx"}
	case f.Hidden():
		return &metainfo.Traits{Attr: "h"}
	case f.Executable():
		return &metainfo.Traits{Attr: "x"}
	}
	return nil
}

// UnexpectedHashError is a torrent whose infohash is not Options.ExpectInfoHash.
type UnexpectedHashError struct {
	Want string // in lower-case hex
	Got  metainfo.Hashes
}

func (e *UnexpectedHashError) Error() string {
	return fmt.Sprintf("the infohash is %s, not %s", e.Got, e.Want)
}

// cleanHash reads an infohash that is expected: in hex, of any case.
func cleanHash(s string) (string, error) {
	h, err := hex.DecodeString(s)
	if err != nil || len(s) > 0 && len(h) != 20 && len(h) != 32 {
		return "", fmt.Errorf("expected infohash %q: not 40 or 64 hexadecimal digits", s)
	}
	return hex.EncodeToString(h), nil
}
