package metainfo

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

const stripKey = "x7Kq2mZ9pL4wRt8v0Nc3Yb6d"

func bencoded(v any) string {
	raw, _ := build(v)
	return string(raw)
}

// infoOf is an info dictionary with more keys behind.
func infoOf(more ...any) dict {
	return append(dict{"length", 1, "name", "x", "piece length", 16384, "pieces", strings.Repeat("a", 20)}, more...)
}

func stripped(t *testing.T, doc dict) (raw []byte, changes []Change, left []string) {
	t.Helper()
	before, err := Parse([]byte(bencoded(doc)))
	if err != nil {
		t.Fatal(err)
	}
	now, changes, err := before.Apply(Edit{StripSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	if now.Hashes() != before.Hashes() {
		t.Errorf("info was changed: %q", now.Raw())
	}
	if again, _, err := now.Apply(Edit{StripSecrets: true}); err != nil || !bytes.Equal(again.Raw(), now.Raw()) {
		t.Errorf("stripped again: %q, %v", again.Raw(), err)
	}
	return now.Raw(), changes, now.Secrets()
}

func TestStripSecrets(t *testing.T) {
	tracker := "https://t.example/" + stripKey + "/announce"
	for name, c := range map[string]struct {
		doc  dict
		want string
	}{
		"trackers": {dict{"announce", tracker, "announce-list", list{list{tracker, "udp://u.example:1"}, list{"https://me:pw@t.example/announce"}}, "info", infoOf()},
			bencoded(dict{"announce", "https://t.example/announce", "announce-list", list{list{"https://t.example/announce", "udp://u.example:1"}}, "info", infoOf()})},
		"tracker that is left out": {dict{"announce", stripKey, "announce-list", list{list{"udp://u.example:1"}}, "info", infoOf()},
			bencoded(dict{"announce", "udp://u.example:1", "announce-list", list{list{"udp://u.example:1"}}, "info", infoOf()})},
		"a broken tracker": {dict{"announce", "t.example/announce/" + stripKey, "info", infoOf()},
			bencoded(dict{"announce", "t.example/announce", "info", infoOf()})},
		"seeds": {dict{"httpseeds", list{"http://u:p@h/s"}, "info", infoOf(), "url-list", list{"http://h/f", "http://h/f?token=a"}},
			bencoded(dict{"httpseeds", list{"http://h/s"}, "info", infoOf(), "url-list", list{"http://h/f"}})},
		"texts": {dict{"comment", "from " + tracker + ", key " + stripKey, "created by", "x/1 passkey=abc", "info", infoOf(), "publisher-url", "https://t.example/u?passkey=" + stripKey, "publisher-url.utf-8", "https://t.example/u?passkey=" + stripKey},
			bencoded(dict{"comment", "from https://t.example/announce, key ", "created by", "x/1 ", "info", infoOf(), "publisher-url", "https://t.example/u", "publisher-url.utf-8", "https://t.example/u"})},
		"both comments": {dict{"comment", "passkey=abc", "comment.utf-8", "clean", "info", infoOf()},
			bencoded(dict{"comment.utf-8", "clean", "info", infoOf()})},
		"the same key in other places": {dict{"announce", "https://t.example/announce?passkey=hunter-two", "info", infoOf(), "made for", list{"hunter-two", dict{"a", "of hunter-two"}}},
			bencoded(dict{"announce", "https://t.example/announce", "info", infoOf(), "made for", list{dict{"a", "of "}}})},
		"names that say so": {dict{"info", infoOf(), "passkey", "abc", "x-data", dict{"auth_token", "abc", "n", 1}},
			bencoded(dict{"info", infoOf(), "x-data", dict{"n", 1}})},
		"keys of dictionaries": {dict{"info", infoOf(), "x-trackers", dict{tracker, dict{"enabled", 1}, tracker + "?x=1", 2, tracker + "?passkey=a", 3}},
			bencoded(dict{"info", infoOf(), "x-trackers", dict{"https://t.example/announce", dict{"enabled", 1}, "https://t.example/announce?x=1", 2}})},
		"strange trackers": {dict{"announce", list{tracker}, "announce-list", list{dict{"url", tracker}, list{"udp://u.example:1"}}, "info", infoOf()},
			bencoded(dict{"announce", list{"https://t.example/announce"}, "announce-list", list{dict{"url", "https://t.example/announce"}, list{"udp://u.example:1"}}, "info", infoOf()})},
		"said twice": {dict{"comment", "clean", "comment", "passkey=abc", "info", infoOf()},
			bencoded(dict{"comment", "clean", "info", infoOf()})},
		"nothing": {dict{"announce", "udp://u.example:1/announce", "comment", "of 2024, see http://h/a-page.html?id=12", "info", infoOf(), "zz", dict{"b", 1, "a", list{}}},
			bencoded(dict{"announce", "udp://u.example:1/announce", "comment", "of 2024, see http://h/a-page.html?id=12", "info", infoOf(), "zz", dict{"b", 1, "a", list{}}})},
	} {
		raw, changes, left := stripped(t, c.doc)
		if string(raw) != c.want {
			t.Errorf("%s: %s, want %s", name, raw, c.want)
		}
		if same := string(raw) == bencoded(c.doc); same != (len(changes) == 0) {
			t.Errorf("%s: changes %v", name, changes)
		}
		if len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

// The state of clients goes, whatever is in it, and each key is said.
func TestStripClientState(t *testing.T) {
	tracker := "https://t.example/" + stripKey + "/announce"
	for name, c := range map[string]struct {
		before, behind dict // info
		kept           []string
	}{
		"rTorrent": {dict{"announce", tracker}, dict{
			"libtorrent_resume", dict{"bitfield", 1, "files", list{dict{"completed", 1, "mtime", 1700000000, "priority", 1}},
				"trackers", dict{"dht://", dict{"enabled", 0}, tracker, dict{"enabled", 1}}},
			"rtorrent", dict{"chunks_done", 1, "custom", dict{"key", stripKey}, "custom1", "mine", "directory", "/home/me", "tied_to_file", "/w/" + stripKey + ".torrent"},
		}, []string{"announce", "info"}},
		"libtorrent": {dict{"active_time", 1, "added_time", 1, "allocation", "sparse", "announce", tracker, "file-format", "libtorrent resume file", "file-version", 1}, dict{
			"info-hash", strings.Repeat("a", 20), "libtorrent-version", "2.0.9.0", "peers", "abcdef", "pieces", "\x01", "qBt-category", "x", "qBt-savePath", "/home/me",
			"save_path", "/home/me", "trackers", list{list{tracker}}, "url-list", list{"http://me:pw@h/"},
		}, []string{"announce", "info", "url-list"}},
		"BiglyBT": {dict{"announce", tracker, "azureus_private_properties", dict{"obtained_from", tracker}, "azureus_properties", dict{"dht_backup_enable", 1}}, dict{
			"resume", dict{"data", dict{"x", tracker}}, "tracker_cache", dict{"tracker_peers", list{tracker}},
		}, []string{"announce", "azureus_properties", "info"}},
	} {
		doc := slices.Concat(c.before, dict{"info", infoOf()}, c.behind)
		raw, changes, left := stripped(t, doc)
		for _, s := range []string{stripKey, "/home/me", "pw@"} {
			if bytes.Contains(raw, []byte(s)) {
				t.Errorf("%s: %s is left in %q", name, s, raw)
			}
		}
		if len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
		var keys []string
		for k := range rootOf(t, raw).Entries() {
			key, _ := k.Text()
			keys = append(keys, key)
		}
		if !slices.Equal(keys, c.kept) {
			t.Errorf("%s: kept %v, want %v", name, keys, c.kept)
		}
		for i := 0; i < len(doc); i += 2 {
			key := doc[i].(string)
			if !slices.Contains(c.kept, key) && !slices.ContainsFunc(changes, func(c Change) bool { return c.Key == key && len(c.Old) == 1 && c.New == nil }) {
				t.Errorf("%s: the removal of %s is not said: %v", name, key, changes)
			}
		}
	}
}

// What looks like a key is found in info, where it stays, and hashes of the content are not taken for one.
func TestSecretsLeft(t *testing.T) {
	_, _, left := stripped(t, dict{"announce", "https://t.example/announce", "comment", "infohash 1d0ef61a4ae9b2cbd5db7c7ae3ae5b5b0d8b1a5f",
		"info", infoOf("comment", "https://t.example/announce?passkey=abc", "md5sum", "0123456789abcdef0123456789abcdef", "source", "TR-"+stripKey, stripKey, 1)})
	if want := []string{"info.comment", "info.source", "info." + stripKey}; !slices.Equal(left, want) {
		t.Errorf("left: %v, want %v", left, want)
	}
	own, err := Parse([]byte(bencoded(dict{"info", infoOf()})))
	if err != nil {
		t.Fatal(err)
	}
	hash := own.Hashes().V1.String()
	doc := dict{"comment", "infohash " + hash, "info", infoOf(), "url-list", "https://cache.example/" + strings.ToUpper(hash) + ".torrent"}
	if raw, _, left := stripped(t, doc); string(raw) != bencoded(doc) || len(left) > 0 {
		t.Errorf("the own infohash is taken for a key: %q, %v", raw, left)
	}
}

// Every URL of the table is judged as everywhere, in whatever key it stands.
func TestStripTable(t *testing.T) {
	table, err := os.ReadFile("../internal/secret/testdata/urls.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		u, shown, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || u == "" {
			continue
		}
		for _, doc := range []dict{
			{"announce", u, "info", infoOf()}, {"info", infoOf(), "url-list", list{u}}, {"info", infoOf(), "publisher-url", u}, {"info", infoOf(), "z", list{dict{"y", u}}},
		} {
			raw, changes, left := stripped(t, doc)
			if dirty := shown != "="; dirty != (len(changes) > 0) || !dirty && string(raw) != bencoded(doc) || len(left) > 0 {
				t.Errorf("%s: %q, changes %v, left %v", u, raw, changes, left)
			}
		}
	}
}

func rootOf(t *testing.T, raw []byte) bencode.Value {
	t.Helper()
	root, _, err := bencode.Scan(raw)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Whatever a torrent holds, it can be stripped, info stays as it is, and nothing is left outside of it.
func FuzzStrip(f *testing.F) {
	for _, u := range []string{"https://t.example/" + stripKey + "/announce", "passkey=abc", "http://u:p@h/", "plain"} {
		f.Add([]byte(bencoded(dict{"announce", u, "announce-list", list{list{u}, u, 1}, "comment", "see " + u, "info", infoOf("source", u), u, list{dict{u, u}}})))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before, err := Parse(raw)
		if err != nil {
			return
		}
		now, _, err := before.Apply(Edit{StripSecrets: true})
		if err != nil {
			t.Fatal(err)
		}
		if now.Hashes() != before.Hashes() {
			t.Fatal("info was changed")
		}
		for _, key := range now.Secrets() {
			if !strings.HasPrefix(key, "info") {
				t.Errorf("%s is left", key)
			}
		}
		if again, changes, err := now.Apply(Edit{StripSecrets: true}); err != nil || len(changes) > 0 || !bytes.Equal(again.Raw(), now.Raw()) {
			t.Errorf("stripped again: %v, %v", changes, err)
		}
	})
}
