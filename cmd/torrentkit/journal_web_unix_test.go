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

// slowFolder serves a folder, no faster than a MiB in 20 ms and connection, and counts what it sends.
type slowFolder struct {
	dir  string
	mu   sync.Mutex
	sent int64
	busy int // requests
}

type slowWriter struct {
	http.ResponseWriter
	s *slowFolder
}

func (w slowWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	time.Sleep(time.Duration(n) * 20 * time.Millisecond >> 20)
	w.s.mu.Lock()
	w.s.sent += int64(n)
	w.s.mu.Unlock()
	return n, err
}

func (s *slowFolder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serving(1)
	defer s.serving(-1)
	http.FileServer(http.Dir(s.dir)).ServeHTTP(slowWriter{w, s}, r)
}

func (s *slowFolder) serving(more int) (requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy += more
	return s.busy
}

func (s *slowFolder) count() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Killed while it checks a web seed, and started again, verify asks for nothing that it had verified.
func TestWebJournalSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	film, torrent, journal := filepath.Join(dir, "film"), filepath.Join(dir, "film.torrent"), filepath.Join(dir, "j")
	if err := os.WriteFile(film, seededBytes(64<<20, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(film, then, then); err != nil {
		t.Fatal(err)
	}
	s := &slowFolder{dir: dir}
	server := httptest.NewServer(s)
	defer server.Close()
	if code, _, stderr := runIn(t, "create", "-q", "--no-date", "-l", "64K", "-w", server.URL+"/film", "-o", torrent, film); code != 0 {
		t.Fatal(stderr)
	}
	args := []string{"torrentkit", "verify", "--json", "--web-seeds", "--full", "--allow-private", "--journal", journal, torrent}
	cmd := program(t, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s.count() < 24<<20 {
		time.Sleep(time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	for s.serving(0) > 0 {
		time.Sleep(time.Millisecond)
	}
	first := s.count()
	var out, msg bytes.Buffer
	cmd = program(t, args...)
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
	again := s.count() - first
	if want := 64<<20 - int64(v.PiecesKnown)*64<<10 + 1; !v.OK || v.PiecesKnown == 0 || v.Received != want {
		t.Errorf("%d pieces known, %d bytes received, want %d", v.PiecesKnown, v.Received, want)
	}
	// What was on its way to four connections, in the memory of the system and hashed last, is sent again.
	if known := int64(v.PiecesKnown) * 64 << 10; known < first-20<<20 {
		t.Errorf("of %d bytes that were sent, %d are known", first, known)
	}
	t.Logf("%d bytes sent before the kill, %d after it, %d pieces known", first, again, v.PiecesKnown)
	// Of another version nothing is known.
	if err := os.Chtimes(film, then.Add(-time.Hour), then.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := runIn(t, args[1:]...); code != 0 || bytes.Contains([]byte(stdout), []byte("pieces_known")) {
		t.Errorf("another version: %d %s %s", code, stdout, stderr)
	}
	if code, stdout, stderr := runIn(t, "verify", "--web-seeds", "--full", "--allow-private", "--journal", journal, torrent); code != 0 || !bytes.Contains([]byte(stdout), []byte("from_the_journal\t1024\n")) || !bytes.Contains([]byte(stdout), []byte("received\t1\n")) {
		t.Errorf("all is known: %d %s %s", code, stdout, stderr)
	}
}
