package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// faulty are torrents that clients load, or used to, each with another fault. IT is a
// text that makes each one's infohash its own.
var faulty = []string{
	"HEAD4:infoINFOe\n",
	"\ufeff\r\nHEAD4:infoINFOe",
	"HEAD4:infod5:filesld6:lengthi1e4:pathl1:aeed6:lengthi1e4:pathl1:aeee4:name4:IT12:PIECESee",
	"HEAD4:infod5:filesld6:lengthi2e4:pathl2:..0:1:.eee4:name4:IT12:PIECESee",
	"HEAD4:infod5:filesld6:lengthi2e4:pathl3:a/beee4:name4:IT12:PIECESee",
	"HEAD4:infod6:lengthi1e4:name6:/IT/12:piece lengthi16384e6:pieces0:ee",
	"HEAD4:infoINFO1:xi1.5ee",
	"HEAD4:infoINFOi5e1:xe",
	"HEAD4:infod6:lengthi01e4:name4:IT12:PIECES1:ai-0eee",
	"HEAD4:infod4:name4:IT6:pieces0:ee",
}

// An edit over a folder changes all torrents that have an info dictionary, whatever
// else is wrong with them, and no infohash.
func TestEditManyFaulty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hashes := map[string]metainfo.Hashes{}
	for i := range longtest.Rounds(200, 500) {
		text := "HEAD4:infoINFOe"
		if i%10 == 0 {
			text = faulty[i/10%len(faulty)]
		}
		doc := []byte(strings.NewReplacer("HEAD", "d8:announce34:http://old.example:6969/announce/x", "IT", fmt.Sprintf("%04d", i),
			"INFO", fmt.Sprintf("d6:lengthi1e4:name4:%04d12:piece lengthi16384e6:pieces20:01234567890123456789e", i),
			"12:PIECES", "12:piece lengthi16384e6:pieces20:01234567890123456789").Replace(text))
		name := filepath.Join(dir, fmt.Sprintf("%04d.torrent", i))
		if err := os.WriteFile(name, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		m, problems := metainfo.Read(doc)
		if m == nil || i%10 == 0 && len(problems) == 0 {
			t.Fatalf("%q: %v", doc, problems)
		}
		hashes[name] = m.Hashes()
	}
	e, out, stderr := consoletest.Env()
	if code := run(context.Background(), e, []string{"edit", "--recursive", "--replace", "old.example=new.example", dir}); code != 0 {
		t.Errorf("it ends with %d: %s%s", code, out, stderr)
	}
	for name, want := range hashes {
		doc, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, problems := metainfo.Read(doc)
		if m == nil || m.Hashes() != want || len(m.Trackers) != 1 || m.Trackers[0][0] != "http://new.example:6969/announce/x" {
			t.Errorf("%s is %q: %v", name, doc, problems)
		}
	}
}
