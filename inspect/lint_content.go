package inspect

import (
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// keys judges keys that stand in the wrong dictionary, and the encoding.
func (l *linter) keys() {
	for _, key := range []string{"private", "source", "pieces", "piece length", "name", "files", "length", "file tree", "meta version"} {
		if v, ok := l.doc[key]; ok {
			l.add("misplaced-key", bencode.JoinKey("", key), v.Offset(), "stands outside of info, where clients do not look for it")
		}
	}
	for _, key := range []string{"announce", "announce-list", "url-list", "httpseeds", "nodes", "comment", "created by", "creation date", "piece layers"} {
		if v, ok := l.info[key]; ok {
			l.add("misplaced-key", bencode.JoinKey("info", key), v.Offset(), "stands in info, where clients do not look for it")
		}
	}
	if v, ok := l.doc["encoding"]; ok {
		if s, isText := v.Text(); !isText || !strings.EqualFold(s, "UTF-8") && !strings.EqualFold(s, "UTF8") {
			l.add("encoding", "encoding", v.Offset(), "%.40q", s)
		}
	}
	if date := l.t.CreationDate; !l.now.IsZero() && date.After(l.now.Add(24*time.Hour)) {
		l.add("date-future", "creation date", l.doc["creation date"].Offset(), "%s", date.Format(time.DateTime))
	}
}

// content judges sizes and padding.
func (l *linter) content() {
	t := l.t
	if n := t.PieceLength; n > 0 && (n&(n-1) != 0 || n < layout.MinPieceLength) {
		l.add("odd-piece-length", "info.piece length", l.info["piece length"].Offset(), "%d", n)
	}
	var total, pos int64
	for i := range t.Files {
		f := &t.Files[i]
		pos += f.Length
		if !f.Pad() {
			total += f.Length
			continue
		}
		switch {
		case i == len(t.Files)-1 && t.Format == metainfo.Hybrid:
			// libtorrent makes them like that
		case i == len(t.Files)-1:
			l.addAt("tail-padding", l.file(i), "%d bytes of padding follow the last file", f.Length)
		case t.PieceLength > 0 && pos%t.PieceLength != 0:
			l.addAt("stray-padding", l.file(i), "%d bytes of padding end %d bytes behind a piece boundary", f.Length, pos%t.PieceLength)
		}
	}
	l.links()
	if total == 0 && len(t.Files) > 0 && t.Layout() != nil {
		l.add("no-content", "info", l.doc["info"].Offset(), "%d files, and all are empty", len(t.Files))
	}
}
