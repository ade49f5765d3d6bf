package magnet

import (
	"crypto/sha1"
	"errors"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Stored returns the link in a file with which a client stands in for a torrent that
// it does not have yet: Transmission keeps the infohash and the name under
// magnet-info, and trackers and web seeds where a torrent has them; others keep the
// link under magnet-uri. ok is false of all other files, torrents too.
func Stored(raw []byte) (l Link, ok bool) {
	root, _, err := bencode.ScanLoosely(raw, 0)
	var e *bencode.Error
	if err != nil && !(errors.As(err, &e) && e.Trailing) || root.Kind() != bencode.Dict {
		return Link{}, false
	}
	if _, torrent := root.Get("info"); torrent {
		return Link{}, false
	}
	if uri, there := root.Get("magnet-uri"); there {
		text, _ := uri.Text()
		l, _, err := Parse(text)
		return l, err == nil
	}
	kept, _ := root.Get("magnet-info")
	hash, _ := kept.Get("info_hash")
	sum, _ := hash.Bytes()
	if len(sum) != sha1.Size {
		return Link{}, false
	}
	l.V1 = metainfo.HashV1(sum)
	name, _ := kept.Get("display-name")
	l.Name, _ = name.Text()
	l.Trackers = texts(root, "announce", "announce-list")
	l.WebSeeds = texts(root, "url-list")
	return l, true
}

// texts are the strings under some keys, in lists and lists of lists too, each once.
func texts(root bencode.Value, keys ...string) (out []string) {
	seen := make(map[string]bool)
	var add func(v bencode.Value, depth int)
	add = func(v bencode.Value, depth int) {
		if s, ok := v.Text(); ok && s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
		if v.Kind() == bencode.List && depth > 0 {
			for _, item := range v.Items() {
				add(item, depth-1)
			}
		}
	}
	for _, key := range keys {
		v, _ := root.Get(key)
		add(v, 2)
	}
	return out
}
