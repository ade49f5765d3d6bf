package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/trackertest"
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
		if got := strings.Count(out, `"rule":"passkey"`); got != 3*min(len(u.Secrets), 1) {
			t.Errorf("lint finds %d passkeys in %s: %s", got, u.URL, out)
		}
		_, out, _ = runFor(t, false, "", "magnet", "--public", "--web-seeds", name)
		for param, schemes := range map[string][]string{"&tr=": {"http", "https", "udp", "ws", "wss"}, "&ws=": {"http", "https"}} {
			// A link has what a client can use, and keeps no key.
			scheme, rest, _ := strings.Cut(u.URL, "://")
			usable := slices.Contains(schemes, strings.ToLower(scheme)) && rest != ""
			if strings.Contains(out, param) != (usable && u.Secrets == nil) {
				t.Errorf("magnet --public makes of %s %s", u.URL, out)
			}
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

// What trackers make of the request's URL shows nowhere in what magnet fetch prints, but for the names of sources in JSON.
func TestFetchHidesSecrets(t *testing.T) {
	const key, odd = "0123456789abcdef0123456789abcdef", "my-own-77"
	text := func(s string) string { return fmt.Sprintf("%d:%s", len(s), s) }
	forms := map[string]func(w http.ResponseWriter, words string){
		"failure": func(w http.ResponseWriter, words string) { io.WriteString(w, "d14:failure reason"+text(words)+"e") },
		"page":    func(w http.ResponseWriter, words string) { io.WriteString(w, "<html><title>"+words+"</title></html>") },
		"status":  func(w http.ResponseWriter, words string) { http.Error(w, words, http.StatusForbidden) },
		"key":     func(w http.ResponseWriter, words string) { io.WriteString(w, "d8:intervali1e"+text(words)+"i1ee") },
		"peer": func(w http.ResponseWriter, words string) {
			io.WriteString(w, "d8:intervali1800e5:peersld2:ip"+text(words)+"4:porti1eeee")
		},
		"redirect": func(w http.ResponseWriter, words string) {
			w.Header().Set("Location", "http://127.0.0.1:1/?"+url.QueryEscape(words))
			w.WriteHeader(http.StatusFound)
		},
	}
	sockets := map[string]func(words string) string{
		"ws-failure": func(words string) string { return fmt.Sprintf(`{"failure reason":%q}`, words) },
		"ws-text":    func(words string) string { return words },
		"ws-key":     func(words string) string { return fmt.Sprintf(`{"action":"announce",%q:1}`, words) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form := strings.Split(r.URL.Path, "/")[1]
		words := fmt.Sprintf("http://%s%s and %s and %s or %s", r.Host, r.RequestURI, r.URL.Path, r.URL.Query().Get("passkey"), strings.Split(r.URL.Path, "/")[2])
		if answer := forms[form]; answer != nil {
			answer(w, words)
			return
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // its own words are in the answer
		}
		c.Read(r.Context())
		c.Write(r.Context(), websocket.MessageText, []byte(sockets[form](words)))
		c.Close(websocket.StatusPolicyViolation, words[:min(len(words), 120)])
	}))
	defer server.Close()
	udp := trackertest.Start(t, trackertest.UDPEchoesSecrets)
	sources := []string{udp.UDP() + "/" + key + "/announce", udp.UDP() + "?passkey=" + odd}
	for form := range forms {
		sources = append(sources, server.URL+"/"+form+"/"+key+"/announce", server.URL+"/"+form+"/announce?passkey="+odd)
	}
	for form := range sockets {
		base := "ws" + strings.TrimPrefix(server.URL, "http") + "/" + form
		sources = append(sources, base+"/"+key+"/announce", base+"/announce?passkey="+odd)
	}
	for _, source := range sources {
		for _, how := range []string{"--verbose", "--json"} {
			_, out, errs := runFor(t, false, "", "magnet", "fetch", "magnet:?xt=urn:btih:"+strings.Repeat("ab", 20),
				"--tracker", source, "--no-dht", "--timeout", "20s", "-o", filepath.Join(t.TempDir(), "x.torrent"), how)
			all := out + errs
			for _, name := range []string{"name", "source"} {
				all = strings.ReplaceAll(all, fmt.Sprintf("%q:%q", name, source), "")
			}
			if strings.Contains(all, key) || strings.Contains(all, odd) || !strings.Contains(all, "error") {
				t.Errorf("%s of %s:\n%s", how, source, all)
			}
		}
	}
}
