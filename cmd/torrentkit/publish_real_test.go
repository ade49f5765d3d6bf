package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// A release through a real index: created, published, found in the list, downloaded, and announced to the index's tracker, which lists
// it under the infohash that was said, and no other.
func TestTorrustRelease(t *testing.T) {
	t.Parallel()
	x := peertest.NewTorrustIndex(t, peertest.TorrustMode{Listed: true})
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("app"), seededBytes(300_000, 1), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"password": x.Password + "\n", "notes.md": "The **App**."} {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	do := func(code int, args ...string) string {
		t.Helper()
		e, stdout, stderr := consoletest.Env()
		if got := run(t.Context(), e, args); got != code {
			t.Fatalf("torrentkit %q: exit code %d, want %d\n%s%s", args, got, code, stdout, stderr)
		}
		if said := stdout.String() + stderr.String(); strings.Contains(said, x.Password) || strings.Contains(said, "eyJ") {
			t.Errorf("torrentkit %q tells a secret:\n%s", args, said)
		}
		return stdout.String()
	}
	as := []string{"--to", x.URL, "--user", x.User, "--password-file", path("password")}
	publish := func(code int, args ...string) (out struct {
		State, InfoHash, Title string
		Stored                 string `json:"stored_infohash"`
		Downloaded             string `json:"downloaded_infohash"`
		Torrent                struct{ Title string }
	}) {
		t.Helper()
		text := do(code, append(append([]string{"publish", "--json"}, as...), args...)...)
		if err := json.Unmarshal([]byte(text), &out); err != nil && text != "" {
			t.Fatalf("%q: %v", text, err)
		}
		return out
	}
	do(0, "create", "-q", "-o", path("app.torrent"), path("app"))
	do(0, "create", "-q", "--source", "HERE", "-o", path("other.torrent"), path("app"))
	planned := publish(0, "--category", "software", "--title", "App 2.4.0", "--dry-run", path("app.torrent"))
	made := publish(0, "--category", "software", "--tag", "release", "--title", "App 2.4.0", "--description-file", path("notes.md"), "-o", path("got.torrent"), path("app.torrent"))
	if planned.State != "planned" || made.State != "published" || made.InfoHash == "" || made.Stored != made.InfoHash || made.Downloaded != made.InfoHash || planned.Stored != made.Stored {
		t.Fatalf("planned %+v, published %+v", planned, made)
	}
	if found := publish(0, "--list", "--search", "2.4.0", "--category", "software", "--tag", "release"); found.InfoHash != made.Stored || found.Title != "App 2.4.0" {
		t.Errorf("found %+v", found)
	}
	do(0, "verify", path("got.torrent"), path("app"))
	do(0, "announce", path("got.torrent"))
	if again := publish(1, "--category", "software", "--title", "App again", path("app.torrent")); again.State != "exists" {
		t.Errorf("again: %+v", again)
	}

	// The tracker knows the infohash that is stored. Whoever downloads another is refused.
	other := publish(0, "--category", "software", "--title", "Other", "-o", path("other-got.torrent"), path("other.torrent"))
	if other.Stored != other.InfoHash || other.Downloaded != made.Downloaded {
		t.Errorf("other: %+v", other)
	}
	if renamed := publish(0, "--update", other.Stored, "--title", "Other 2", "--category", "games"); renamed.Torrent.Title != "Other 2" {
		t.Errorf("updated: %+v", renamed)
	}
	publish(0, "--delete", made.Stored)
	do(1, "announce", path("other-got.torrent"))
}
