package metainfo

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// foreign tells what a file is that is no bencode, and what can be done about
// it; "" where it cannot be told.
func foreign(raw []byte) string {
	for _, magic := range []struct{ begin, is string }{
		{"\x1f\x8b", "compressed by gzip: unpack it first"},
		{"\x28\xb5\x2f\xfd", "compressed by zstd: unpack it first"},
		{"\xfd7zXZ\x00", "compressed by xz: unpack it first"},
		{"BZh", "compressed by bzip2: unpack it first"},
		{"PK\x03\x04", "a ZIP archive: unpack it first"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"},
		{"Rar!", "a RAR archive: unpack it first"},
		{"%PDF-", "a PDF"},
	} {
		if bytes.HasPrefix(raw, []byte(magic.begin)) {
			return magic.is
		}
	}
	const enough = 4096 // to see what kind of text it is
	text := strings.TrimLeft(strings.TrimPrefix(string(raw[:min(len(raw), enough)]), "\ufeff"), "\r\n\t ")
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "magnet:"):
		return "a magnet link: give it to the command magnet or magnet fetch"
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<head"):
		return "an HTML page" + title(text, lower) + ": the server wants a login, or the link is old"
	case strings.HasPrefix(lower, "<?xml") && strings.Contains(lower, "<nzb"), strings.HasPrefix(lower, "<nzb"):
		return "an NZB, which is for Usenet"
	case strings.HasPrefix(lower, "<?xml"):
		return "an XML document"
	case strings.HasPrefix(text, "{") && strings.HasPrefix(strings.TrimLeft(text[1:], "\r\n\t "), `"`), strings.HasPrefix(text, "[{"):
		return "JSON: dump --reverse makes a torrent of what dump wrote"
	case isURL(lower):
		return "a list of URLs as text: a list of trackers is for edit and create"
	case !strings.HasPrefix(text, "d") && (bytes.Contains(raw, []byte("6:pieces")) || bytes.Contains(raw, []byte("12:piece layers"))):
		return "a part of a torrent, of which the beginning is missing: get it again"
	}
	return ""
}

// insteadOfInfo tells what a document without info holds in its place.
func insteadOfInfo(root bencode.Value) string {
	if _, ok := root.Get("magnet-uri"); ok {
		return ": it holds a magnet link (magnet-uri), for the commands magnet and magnet fetch"
	}
	if magnet, ok := root.Get("magnet-info"); ok {
		why := ": Transmission keeps a magnet link in it (magnet-info) until it has the torrent"
		hash, _ := magnet.Get("info_hash")
		if sum, ok := hash.Text(); ok && len(sum) == sha1.Size {
			why += fmt.Sprintf("; magnet fetch magnet:?xt=urn:btih:%x gets that", sum)
		}
		return why
	}
	return ""
}

// title is the title of an HTML page, in quotes.
func title(text, lower string) string {
	_, after, found := strings.Cut(lower, "<title")
	if !found || len(lower) != len(text) { // some letters are of another length in lower case
		return ""
	}
	text = text[len(text)-len(after):]
	_, text, _ = strings.Cut(text, ">")
	text, _, found = strings.Cut(text, "<")
	text = strings.Join(strings.Fields(unescape(strings.ToValidUTF8(text, "?"))), " ")
	if !found || text == "" {
		return ""
	}
	return fmt.Sprintf(" (%.80q)", text)
}

// unescape replaces references to characters: those by number, and the names that titles have most.
func unescape(text string) string {
	named := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&nbsp;", " ", "&ndash;", "–", "&mdash;", "—",
		"&middot;", "·", "&bull;", "•", "&laquo;", "«", "&raquo;", "»", "&hellip;", "…", "&copy;", "©", "&amp;", "&")
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&#")
		b.WriteString(named.Replace(before))
		if !found {
			return b.String()
		}
		number, rest, _ := strings.Cut(after, ";")
		base := 10
		if strings.HasPrefix(strings.ToLower(number), "x") {
			number, base = number[1:], 16
		}
		r, err := strconv.ParseInt(number, base, 32)
		if err != nil || !utf8.ValidRune(rune(r)) {
			b.WriteString("&#")
			text = after
			continue
		}
		b.WriteRune(rune(r))
		text = rest
	}
}

func isURL(text string) bool {
	for _, scheme := range []string{"http://", "https://", "udp://", "ws://", "wss://"} {
		if strings.HasPrefix(text, scheme) {
			return true
		}
	}
	return false
}

// spoiled tells what happened to bencode that cannot be read because bytes in it
// were changed; "" where that cannot be told.
func spoiled(raw []byte) string {
	if len(raw) == 0 || raw[0] != 'd' {
		return ""
	}
	switch {
	case bytes.Contains(raw, []byte("\ufffd")) && utf8.Valid(raw):
		return "the file was read as text, and bytes that are no text are lost (U+FFFD): get it again"
	case bytes.ContainsFunc(raw, func(r rune) bool { return r >= 0x80 && r <= 0xff }) && utf8.Valid(raw):
		return "the file was written again as UTF-8, which changes the hashes: get it again, as it is"
	case bytes.Contains(raw, []byte("\r\n")) && bytes.Count(raw, []byte("\r\n")) == bytes.Count(raw, []byte("\n")):
		return "the file was copied as text, with CR LF for LF: copy it in binary mode"
	}
	return ""
}
