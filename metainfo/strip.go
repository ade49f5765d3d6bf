package metainfo

import (
	"bytes"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// isClientState knows the keys under which clients keep beside a torrent what they alone need: paths of this machine,
// peers, and trackers with their passkeys. rTorrent writes the first two into the torrents of its session, Azureus and
// BiglyBT the next three; the others are what libtorrent resumes from, with what qBittorrent adds.
func isClientState(key string) bool {
	switch key {
	case "libtorrent_resume", "rtorrent",
		"azureus_private_properties", "resume", "tracker_cache",
		"file-format", "file-version", "libtorrent-version", "info-hash", "info-hash2", "trackers", "save_path",
		"mapped_files", "file_priority", "piece_priority", "pieces", "trees", "merkle tree", "unfinished", "slots", "file sizes",
		"blocks per piece", "allocation", "peers", "peers6", "banned_peers", "banned_peers6", "active_time", "added_time", "completed_time",
		"finished_time", "seeding_time", "last_download", "last_upload", "last_scrape", "last_seen_complete", "num_complete",
		"num_incomplete", "num_downloaded", "num_downloaders", "num_seeds", "total_downloaded", "total_uploaded", "download_rate_limit",
		"upload_rate_limit", "max_connections", "max_uploads", "paused", "auto_managed", "sequential_download", "seed_mode",
		"share_mode", "super_seeding", "stop_when_ready", "upload_mode", "apply_ip_filter", "disable_dht", "disable_lsd",
		"disable_pex", "i2p":
		return true
	}
	return strings.HasPrefix(key, "qBt-")
}

// isDigest knows the keys whose values are long and random to look at, and say nothing but what the content is.
func isDigest(key string) bool {
	switch key {
	case "pieces", "piece layers", "pieces root", "root hash", "md5", "md5sum", "sha1", "sha256", "crc32", "ed2k", "tiger", "filehash":
		return true
	}
	return false
}

// stripper takes the secrets out of what lies outside of info.
type stripper struct {
	public []string     // the infohashes, as they stand in URLs and texts
	known  secret.Known // the secrets of the trackers and seeds, wherever else they are
}

func (t *Torrent) stripper() *stripper {
	s := &stripper{public: t.publicHashes()}
	for _, list := range append(t.Trackers, t.WebSeeds, t.HTTPSeeds) {
		s.known = append(s.known, secret.Of(list...).But(s.public...)...)
	}
	return s
}

// publicHashes are the infohashes as URLs and texts have them.
func (t *Torrent) publicHashes() (list []string) {
	h := t.Hashes()
	if !h.V1.IsZero() {
		list = append(list, h.V1.String())
	}
	if !h.V2.IsZero() {
		list = append(list, h.V2.String(), "1220"+h.V2.String(), h.V2.Short().String())
	}
	return list
}

func (s *stripper) url(u string) string {
	return untilClean(u, func(u string) string { return s.once(secret.StripURL(u, s.public...)) })
}

func (s *stripper) text(text string) string { return untilClean(text, s.once) }

func (s *stripper) once(text string) string {
	return s.known.Remove(secret.StripText(text, s.public...))
}

// untilClean strips until nothing is found: what is taken out can bring together what is a secret then. Of a text that
// does not come to an end nothing is kept.
func untilClean(text string, strip func(string) string) string {
	for range 10 {
		next := strip(text)
		if next == text {
			return text
		}
		text = next
	}
	return ""
}

// entries are the changes that take secrets and the state of clients out of a document.
func (s *stripper) entries(root bencode.Value) (list []Entry) {
	first := make(map[string][]byte) // of a key that stands twice the first counts, and the others may hold secrets too
	for k, v := range root.Entries() {
		key, _ := k.Text()
		var now []byte
		switch {
		case key == "info" || isDigest(key) && !isClientState(key):
			continue
		case isClientState(key) || s.text(key) != key || secret.Names(key) && v.Kind() == bencode.String:
		default:
			now = s.value(v)
		}
		if _, again := first[key]; !again {
			first[key] = now
		}
		if !bytes.Equal(now, v.Raw()) {
			list = append(list, Entry{key, first[key]})
		}
	}
	return list
}

// value is a value without secrets, or nil where nothing is left of it. A dictionary loses the keys that are secrets
// themselves, or that say their values are.
func (s *stripper) value(v bencode.Value) []byte {
	switch v.Kind() {
	case bencode.String:
		old, _ := v.Text()
		switch now := s.text(old); {
		case now == old:
		case strings.TrimSpace(now) == "":
			return nil
		default:
			return bencode.AppendString(nil, now)
		}
	case bencode.List:
		now, kept := []byte("l"), 0
		for _, item := range v.Items() {
			raw := s.value(item)
			now = append(now, raw...)
			kept += len(raw)
		}
		if now = append(now, 'e'); !bytes.Equal(now, v.Raw()) {
			if kept == 0 {
				return nil
			}
			return now
		}
	case bencode.Dict:
		return s.dict(v)
	}
	return v.Raw()
}

func (s *stripper) dict(v bencode.Value) []byte {
	var now []bencode.Entry
	taken := make(map[string]bool)
	changed := false
	for k, item := range v.Entries() {
		old, _ := k.Text()
		e := bencode.Entry{Key: s.text(old), Value: s.value(item)}
		if taken[e.Key] || e.Value == nil || secret.Names(old) && item.Kind() == bencode.String {
			changed = true
			continue
		}
		taken[e.Key] = true
		changed = changed || e.Key != old || !bytes.Equal(e.Value, item.Raw())
		now = append(now, e)
	}
	switch {
	case !changed:
		return v.Raw()
	case len(now) == 0:
		return nil
	}
	return bencode.AppendDict(nil, now)
}

// maxSecrets is how many places Secrets lists.
const maxSecrets = 100

// Secrets lists the keys, at most 100, that hold what looks like a passkey or a password, in their values or themselves: in info
// too, where [Edit.StripSecrets] changes nothing. What looks like one may be none, such as a name that is random. Hashes of the content, and the torrent's
// own infohashes, are not looked at, nor what stands under the top keys but.
func (t *Torrent) Secrets(but ...string) []string {
	var list []string
	public := t.publicHashes()
	var walk func(path []byte, v bencode.Value)
	check := func(path []byte, text string) {
		if len(list) < maxSecrets && secret.InText(text, public...) {
			list = append(list, secret.Text(string(path)))
		}
	}
	walk = func(path []byte, v bencode.Value) {
		switch v.Kind() {
		case bencode.String:
			text, _ := v.Text()
			check(path, text)
		case bencode.List:
			for i, item := range v.Items() {
				if item.Kind() != bencode.Integer {
					walk([]byte(bencode.JoinIndex(string(path), i)), item)
				}
			}
		case bencode.Dict:
			for k, item := range v.Entries() {
				key, _ := k.Text()
				if len(path) == 0 && slices.Contains(but, key) {
					continue
				}
				below := bencode.AppendKey(path[:len(path):len(path)], []byte(key))
				check(below, key)
				if !isDigest(key) {
					walk(below, item)
				}
			}
		}
	}
	walk(nil, t.root)
	return list
}
