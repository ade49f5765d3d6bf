package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// torrentOf is a torrent whose tracker and web seed is a URL.
func torrentOf(u string) []byte {
	text := func(s string) string { return fmt.Sprintf("%d:%s", len(s), s) }
	return []byte("d" + text("announce") + text(u) + text("comment") + text("see "+u) +
		"4:infod6:lengthi1e4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae" + text("url-list") + text(u) + "e")
}

// Every command judges every URL of the table alike.
func TestOneJudge(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.torrent")
	for _, u := range consoletest.URLs(t) {
		if err := os.WriteFile(name, torrentOf(u.URL), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, tty := range []bool{false, true} {
			_, out, _ := runFor(t, tty, "", "inspect", name)
			u.Check(t, "inspect", out)
		}
		_, out, _ := runFor(t, false, "", "lint", "--json", name)
		if got := strings.Count(out, `"rule":"passkey"`); got != 2*min(len(u.Secrets), 1) {
			t.Errorf("lint finds %d passkeys in %s: %s", got, u.URL, out)
		}
		_, out, _ = runFor(t, false, "", "magnet", "--public", "--web-seeds", name)
		if link := strings.Contains(out, "&tr=") && strings.Contains(out, "&ws="); link != (u.Secrets == nil) || strings.Contains(out, "&tr=") != link {
			t.Errorf("magnet --public makes of %s %s", u.URL, out)
		}
		_, out, errs := runFor(t, false, u.URL, "announce", "--list", "-", "--dry-run")
		u.Check(t, "announce", out+errs)

		code, _, errs := runFor(t, false, "", "edit", "--strip-secrets", name)
		raw, err := os.ReadFile(name)
		if code != 0 || err != nil || (string(raw) != string(torrentOf(u.URL))) != (u.Secrets != nil) {
			t.Errorf("edit --strip-secrets makes of %s, with exit code %d and %s: %q", u.URL, code, errs, raw)
		}
		for _, s := range u.Secrets {
			if len(s) > 4 && strings.Contains(string(raw), s) && !strings.Contains(u.Shown, s) {
				t.Errorf("edit --strip-secrets leaves %s: %q", s, raw)
			}
		}
	}
}

// The link of a new torrent is hidden from who looks over a shoulder, and whole for a script.
func TestCreatedLink(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	content := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(content, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		tty   bool
		flags []string
		whole bool
	}{
		{false, nil, true}, {false, []string{"--json"}, true}, {true, []string{"--json"}, true}, {true, nil, false}, {true, []string{"--show-secrets"}, true},
	} {
		args := append([]string{"create", content, "--force", "-o", content + ".torrent", "-t", "https://t.example/" + key + "/announce"}, c.flags...)
		code, out, errs := runFor(t, c.tty, "", args...)
		if code != 0 || strings.Contains(out, key) != c.whole || strings.Contains(errs, key) || !c.whole && !consoletest.Marks.MatchString(out) {
			t.Errorf("terminal %v, %v: exit code %d\n%s%s", c.tty, c.flags, code, out, errs)
		}
	}
}
