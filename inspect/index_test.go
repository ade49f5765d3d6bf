package inspect

import (
	"crypto/sha1"
	"errors"
	"strings"
	"testing"
)

func TestPredictIndex(t *testing.T) {
	clean := multi(dict{"length", 10, "md5sum", strings.Repeat("0", 32), "path", list{"a"}}).with("private", 1, "source", "x")
	noisy := clean.with("files", list{dict{"attr", "x", "length", 10, "md5sum", strings.Repeat("0", 32), "path", list{"a"}, "path.utf-8", list{"a"}}},
		"name.utf-8", "album", "similar", list{})
	doc := torrent(noisy).with("announce", goodTracker, "announce-list", list{list{goodTracker}}, "comment", "c", "url-list", "https://x/")
	up, err := PredictIndex(encode(doc))
	if err != nil {
		t.Fatal(err)
	}
	if want := sha1.Sum(encode(clean)); up.InfoHash != want || up.Same {
		t.Errorf("infohash %x, want %x; same: %v", up.InfoHash, want, up.Same)
	}
	var lost []string
	for _, k := range up.Lost {
		lost = append(lost, k.Path)
	}
	if got, want := strings.Join(lost, " "), "info.files[0].attr info.files[0].path.utf-8 info.name.utf-8 info.similar url-list announce-list"; got != want {
		t.Errorf("lost: %s\nwant: %s", got, want)
	}
}

// What is downloaded is what the index has kept.
func TestPredictIndexDownloads(t *testing.T) {
	one, two := multi(file(10, "a")), multi(file(10, "a"), file(20, "b"))
	asFile := func(path ...any) dict { return single().with("name", "album", "length", 10, "path", list(path)) }
	for name, tt := range map[string]struct {
		info, stored, downloaded dict // nil where it is the one before
		changes                  string
	}{
		"a file":          {single(), nil, nil, ""},
		"two files":       {two, nil, nil, ""},
		"unknown keys":    {two.with("x", 1), two, nil, ""},
		"source":          {single().with("source", "X"), nil, single(), "info.source"},
		"path":            {single().with("path", list{"a"}), nil, single(), "info.path"},
		"root hash":       {single().with("root hash", "abc"), nil, single(), "info.root hash"},
		"only root hash":  {single().with("pieces", nil, "root hash", "abc"), nil, single().with("pieces", nil, "root hash", "616263"), "info.pieces"},
		"no pieces":       {single().with("pieces", nil), nil, single().with("pieces", nil, "root hash", ""), "info.pieces"},
		"folder of one":   {one, nil, asFile("a"), "info.files"},
		"deep one":        {multi(file(10, "a", "b")), nil, asFile("a", "b"), "info.files"},
		"nameless one":    {multi(file(10, "")), nil, asFile().with("path", nil), "info.files"},
		"slash":           {multi(file(10, "a/b"), file(20, "b")), nil, multi(file(10, "a", "b"), file(20, "b")), "info.files[0].path"},
		"no parts":        {multi(file(10), file(20, "b")), nil, multi(file(10, ""), file(20, "b")), "info.files[0].path"},
		"both":            {two.with("length", 30), nil, single().with("name", "album", "length", 30), "info.files"},
		"no files at all": {two.with("files", list{}), nil, nil, ""},
		"md5sum above":    {two.with("md5sum", "x"), nil, two, "info.md5sum"},
		"private":         {two.with("private", 0), nil, nil, ""},
		"several":         {one.with("source", "X", "root hash", "r"), nil, asFile("a"), "info.source info.root hash info.files"},
		"leading zeros":   {two.with("private", raw("i+1e")), two.with("private", 1), nil, ""},
	} {
		up, err := PredictIndex(encode(torrent(tt.info)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if tt.stored == nil {
			tt.stored = tt.info
		}
		if tt.downloaded == nil {
			tt.downloaded = tt.stored
		}
		if up.InfoHash != sha1.Sum(encode(tt.stored)) || up.Downloaded != sha1.Sum(encode(tt.downloaded)) {
			t.Errorf("%s: stored as %v, downloaded as %v", name, up.InfoHash, up.Downloaded)
		}
		var changes []string
		for _, c := range up.Changes {
			changes = append(changes, c.Key)
			if doc := encode(torrent(tt.info)); c.Offset <= 0 || c.Offset >= len(doc) || c.What == "" || c.Advice == "" {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if got := strings.Join(changes, " "); got != tt.changes {
			t.Errorf("%s: changes %s, want %s", name, got, tt.changes)
		}
	}
}

// What the index refuses is refused, with the key; what it takes that others do not is not.
func TestPredictIndexRefusals(t *testing.T) {
	good := torrent(single())
	nested := func(n int) raw { return raw(strings.Repeat("l", n) + strings.Repeat("e", n)) }
	for name, tt := range map[string]struct {
		doc any
		key string
	}{
		"comment":               {good.with("comment", 5), "comment"},
		"comment not UTF-8":     {good.with("comment", "\xff"), "comment"},
		"announce":              {good.with("announce", list{}), "announce"},
		"created by":            {good.with("created by", "\xff"), "created by"},
		"creation date":         {good.with("creation date", "today"), "creation date"},
		"creation date too big": {good.with("creation date", raw("i9223372036854775808e")), "creation date"},
		"encoding":              {good.with("encoding", 8), "encoding"},
		"nodes":                 {good.with("nodes", list{list{"a", "b"}}), "nodes[0]"},
		"nodes of three":        {good.with("nodes", list{list{"a", 1, 2}}), "nodes[0]"},
		"httpseeds":             {good.with("httpseeds", "http://x/"), "httpseeds"},
		"flat announce-list":    {good.with("announce-list", list{goodTracker}), "announce-list[0]"},
		"key not UTF-8":         {good.with("\xff", 1), ""},
		"key of info not UTF-8": {torrent(single().with("\xff", 1)), "info"},
		"key of a file":         {torrent(multi(file(10, "a").with("\xff", 1))), "info.files[0]"},
		"twice":                 {raw("d7:comment1:a7:comment1:be"), "comment"},
		"info twice":            {raw("d4:info" + string(encode(single())) + "4:info" + string(encode(single())) + "e"), "info"},
		"pieces":                {torrent(single().with("pieces", "x")), "info.pieces"},
		"private":               {torrent(single().with("private", 256)), "info.private"},
		"private below":         {torrent(single().with("private", -1)), "info.private"},
		"source":                {torrent(single().with("source", 5)), "info.source"},
		"name":                  {torrent(single().with("name", "\xff")), "info.name"},
		"no name":               {torrent(single().with("name", nil)), "info.name"},
		"no piece length":       {torrent(single().with("piece length", nil)), "info.piece length"},
		"no length":             {torrent(single().with("length", nil)), "info"},
		"file without path":     {torrent(multi(file(10, "a")).with("files", list{dict{"length", 1}})), "info.files[0].path"},
		"file without length":   {torrent(multi(file(10, "a")).with("files", list{dict{"path", list{"a"}}})), "info.files[0].length"},
		"path of a file":        {torrent(multi(dict{"length", 1, "path", list{"a", 5}})), "info.files[0].path[1]"},
		"no info":               {dict{"announce", goodTracker}, "info"},
		"a list":                {list{}, ""},
		"nothing":               {raw(""), ""},
		"broken off":            {raw("d4:info"), "info"},
		"long string":           {raw("d9:aaaaaaaaae"), "aaaaaaaaa"},
		"a missing value":       {raw("d1:ad1:bee"), "a"},
		"a bare key of info":    {torrent(single().with("x", raw("di1ei1ee"))), "info.x"},
		"a line feed":           {raw("\nd4:infodee"), ""},
		"very deep":             {good.with("x", nested(2000)), "x"},
		"v2":                    {torrent(v2(dict{"a", leafFile(10, hashOf("a"))})), "info"},
	} {
		var refusal *IndexRefusal
		if up, err := PredictIndex(encode(tt.doc)); !errors.As(err, &refusal) {
			t.Errorf("%s: predicts %+v of what the index refuses", name, up)
		} else if refusal.Key != tt.key {
			t.Errorf("%s: %v, want the key %q", name, err, tt.key)
		}
	}
	for name, doc := range map[string]any{
		"bytes behind": raw(string(encode(good)) + "more"), "deep": good.with("x", nested(900)), "a plus": good.with("creation date", raw("i+5e")),
		"a bare key": good.with("x", raw("di1ei1ee")), "unsorted": raw("d4:info" + string(encode(single())) + "1:a0:e"), "unknown twice": raw("d1:ai1e1:ai2e4:info" + string(encode(single())) + "e"),
		"leading zeros": good.with("x", raw("003:abc")), "negative": torrent(single().with("length", -1)), "pieces as a list": torrent(single().with("pieces", list{})),
	} {
		if _, err := PredictIndex(encode(doc)); err != nil {
			t.Errorf("%s: %v, which the index takes", name, err)
		}
	}
}

// A name that no head of a reply can hold is taken, and cannot be downloaded.
func TestPredictIndexNames(t *testing.T) {
	for name, can := range map[string]bool{"a b": true, "é\t日": true, "a\nb": false, "a\x7f": false, "\u0080": true, "": true} {
		up, err := PredictIndex(encode(torrent(single().with("name", name))))
		if err != nil || (up.Undownloadable == "") != can || up.Downloaded.IsZero() == can {
			t.Errorf("%q: %+v, %v", name, up, err)
		}
	}
}
