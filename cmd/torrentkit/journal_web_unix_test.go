//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// gatedFolder serves a folder, counts what it sends, and stops for good before a byte.
type gatedFolder struct {
	dir  string
	mu   sync.Mutex
	sent int64
	gate int64 // how much is sent; 0 is all
}

type gatedWriter struct {
	http.ResponseWriter
	s *gatedFolder
	r *http.Request
}

func (w gatedWriter) Write(p []byte) (int, error) {
	w.s.mu.Lock()
	open := w.s.gate == 0 || w.s.sent+int64(len(p)) <= w.s.gate
	if open {
		w.s.sent += int64(len(p))
	}
	w.s.mu.Unlock()
	if !open {
		<-w.r.Context().Done()
	}
	return w.ResponseWriter.Write(p)
}

func (s *gatedFolder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.FileServer(http.Dir(s.dir)).ServeHTTP(gatedWriter{w, s, r}, r)
}

// open lets so many bytes more through, and returns how many were sent so far.
func (s *gatedFolder) open(more int64) (sent int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent, s.sent, s.gate = s.sent, 0, more
	return sent
}

// Killed while it checks a web seed, and started again, verify asks for nothing that it had verified.
func TestWebJournalSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	film, torrent, journal, whole := filepath.Join(dir, "film"), filepath.Join(dir, "film.torrent"), filepath.Join(dir, "j"), filepath.Join(dir, "k")
	if err := os.WriteFile(film, seededBytes(64<<20, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(film, then, then); err != nil {
		t.Fatal(err)
	}
	s := &gatedFolder{dir: dir}
	server := httptest.NewServer(s)
	defer server.Close()
	if code, _, stderr := runIn(t, "create", "-q", "--no-date", "-l", "64K", "-w", server.URL+"/film", "-o", torrent, film); code != 0 {
		t.Fatal(stderr)
	}
	verify := func(journal string) []string {
		return []string{"torrentkit", "verify", "--json", "--web-seeds", "--full", "--allow-private", "--journal", journal, torrent}
	}
	size := func(journal string) int64 {
		info, err := os.Stat(journal)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	if code, _, stderr := runIn(t, verify(whole)[1:]...); code != 0 {
		t.Fatal(stderr)
	}
	// Of what is let through, an eighth of the file is verified before the kill.
	s.open(24 << 20)
	cmd := program(t, verify(journal)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); size(journal) < size(whole)/8; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d bytes of the journal were written in a minute", size(journal))
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	first := s.open(0)
	var out, msg bytes.Buffer
	cmd = program(t, verify(journal)...)
	cmd.Stdout, cmd.Stderr = &out, &msg
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, msg.Bytes())
	}
	var v struct {
		OK          bool  `json:"ok"`
		PiecesKnown int   `json:"pieces_known"`
		Received    int64 `json:"received"`
	}
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	again := s.open(0)
	if want := 64<<20 - int64(v.PiecesKnown)*64<<10 + 1; !v.OK || v.PiecesKnown == 0 || v.Received != want {
		t.Errorf("%d pieces known, %d bytes received, want %d", v.PiecesKnown, v.Received, want)
	}
	if known := int64(v.PiecesKnown) * 64 << 10; known < 64<<20/8-1<<20 { // the head of a journal is shorter than the records of a MiB
		t.Errorf("of %d bytes that were sent, %d are known", first, known)
	}
	t.Logf("%d bytes sent before the kill, %d after it, %d pieces known", first, again, v.PiecesKnown)
	// Of another version nothing is known.
	if err := os.Chtimes(film, then.Add(-time.Hour), then.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := runIn(t, verify(journal)[1:]...); code != 0 || bytes.Contains([]byte(stdout), []byte("pieces_known")) {
		t.Errorf("another version: %d %s %s", code, stdout, stderr)
	}
	if code, stdout, stderr := runIn(t, "verify", "--web-seeds", "--full", "--allow-private", "--journal", journal, torrent); code != 0 || !bytes.Contains([]byte(stdout), []byte("from_the_journal\t1024\n")) || !bytes.Contains([]byte(stdout), []byte("received\t1\n")) {
		t.Errorf("all is known: %d %s %s", code, stdout, stderr)
	}
}
