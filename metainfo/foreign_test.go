package metainfo

import (
	"strings"
	"testing"
)

// A file that is no torrent is told what it is.
func TestForeign(t *testing.T) {
	good, _ := build(torrent(single()))
	doc := strings.Replace(string(good), "0123456789", "\x00\xe9\n\xff456789", 1)
	for raw, want := range map[string]string{
		"":                         "empty, not bencode",
		"\x1f\x8b\x08\x00":         "not a torrent: compressed by gzip",
		"\x28\xb5\x2f\xfd\x00":     "not a torrent: compressed by zstd",
		"\xfd7zXZ\x00\x00":         "not a torrent: compressed by xz",
		"PK\x03\x04\x14":           "not a torrent: a ZIP archive",
		"%PDF-1.7\n":               "not a torrent: a PDF",
		"magnet:?xt=urn:btih:00":   "not a torrent: a magnet link",
		"\n MAGNET:?xt=urn:btih:0": "not a torrent: a magnet link",
		"<!DOCTYPE html>\n<html><head><title>\n Log in &amp; \x1b[31mgo</title>":                        `not a torrent: an HTML page ("Log in & \x1b[31mgo")`,
		"<html><title>a&#8211;b &#xE9;&quot;&ndash;&amp;lt; &#xd800; &#99999999999; &#; &what;</title>": `("a–b é\"–&lt; &#xd800; &#99999999999; &#; &what;")`,
		"<html><body>no": "not a torrent: an HTML page:",
		"<?xml version=\"1.0\"?><nzb xmlns=\"\">": "not a torrent: an NZB",
		"<?xml version=\"1.0\"?><rss>":            "not a torrent: an XML document",
		"{ \"info\": {}}":                         "not a torrent: JSON",
		"udp://t.example:1\nhttp://x\n":           "not a torrent: a list of URLs",
		"hello":                                   "not the start of a value: 'h'",
		"<b>":                                     "not the start of a value: '<'",
		"d4:infod4:name9:n":                       "string is longer than the rest of the input; the file is a part of a torrent, and its end is missing: get it again",
		"d4:infod6:lengthi1":                      "ends in an integer; the file is a part of a torrent",
		"d4:info":                                 "ends in the middle of a value; the file is a part of a torrent",
		strings.TrimPrefix(doc, "d4:info"):        "missing, so this is not a torrent",
		doc[12:]:                                  "not a torrent: a part of a torrent, of which the beginning is missing",
		strings.ReplaceAll(doc, "\n", "\r\n") + "\r\n": "copied as text",
		strings.ToValidUTF8(doc, "\ufffd"):             "bytes that are no text are lost",
		string(append([]rune(nil), latin1(doc)...)):    "written again as UTF-8",
	} {
		m, problems := Read([]byte(raw))
		if m != nil && strings.Contains(want, "torrent") || len(problems) == 0 || !contains(problems, want) {
			t.Errorf("%q: %v, want %q", raw, problems, want)
		}
		for _, p := range problems {
			if strings.ContainsAny(p.Message, "\x1b\n") {
				t.Errorf("%q: raw characters in %q", raw, p.Message)
			}
		}
	}
}

func latin1(s string) (all []rune) {
	for i := range len(s) {
		all = append(all, rune(s[i]))
	}
	return all
}

func contains(problems []Problem, want string) bool {
	for _, p := range problems {
		if strings.Contains(p.Message, want) {
			return true
		}
	}
	return false
}

// A document without info says what it holds in its place.
func TestInsteadOfInfo(t *testing.T) {
	for doc, want := range map[string]string{
		"de": "so this is not a torrent (byte 0)", "d10:magnet-uri7:magnet:e": "a magnet link (magnet-uri)",
		"d11:magnet-infod9:info_hash20:hhhhhhhhhhhhhhhhhhhhee": "Transmission keeps a magnet link in it (magnet-info) until it has the torrent; magnet fetch magnet:?xt=urn:btih:6868686868686868686868686868686868686868 gets that",
		"d11:magnet-infod9:info_hash3:hhhee":                   "Transmission keeps a magnet link in it (magnet-info) until it has the torrent",
	} {
		if _, err := Parse([]byte(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", doc, err, want)
		}
	}
}
