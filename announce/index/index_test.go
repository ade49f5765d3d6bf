package index

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/indextest"
	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// with runs f with an index in memory that has the faults, and a client of it that is logged in.
func with(t *testing.T, faults []indextest.Fault, f func(t *testing.T, c *Client, x *indextest.Index)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		x, network := indextest.New(faults...), &memnet.Network{}
		l, err := network.Listen("tcp", "192.0.2.7:80")
		if err != nil {
			t.Fatal(err)
		}
		s := &http.Server{Handler: x}
		go func() { _ = s.Serve(l) }()
		c, err := New("http://192.0.2.7/", Options{Token: x.Token(), network: network})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			c.http.CloseIdleConnections()
			s.Close()
			synctest.Wait()
		}()
		f(t, c, x)
	})
}

func file(t *testing.T, name string, more ...bencode.Entry) []byte {
	t.Helper()
	d, err := metainfo.NewDraft(metainfo.Shape{Format: metainfo.V1, Name: name, PieceLength: 16 << 10}, []metainfo.File{{Path: name}}, metainfo.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := d.Encode()
	root := bencode.View(raw)
	var entries []bencode.Entry
	info, _ := root.Get("info")
	for k, v := range info.Entries() {
		key, _ := k.Text()
		entries = append(entries, bencode.Entry{Key: key, Value: v.Raw()})
	}
	return bencode.AppendDict(nil, []bencode.Entry{{Key: "info", Value: bencode.AppendDict(nil, append(entries, more...))}})
}

func hashOf(t *testing.T, raw []byte) metainfo.HashV1 {
	t.Helper()
	m, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m.Hashes().V1
}

// A torrent is published, found, changed, downloaded and deleted.
func TestLife(t *testing.T) {
	t.Parallel()
	with(t, nil, func(t *testing.T, c *Client, x *indextest.Index) {
		ctx := t.Context()
		raw := file(t, "app", bencode.Entry{Key: "source", Value: []byte("1:X")}, bencode.Entry{Key: "x", Value: []byte("i1e")})
		s, err := c.Login(ctx, indextest.User, indextest.Password)
		if err != nil || s.Token != c.Token() || s.User != indextest.User || !s.Admin {
			t.Fatal(s, err)
		}
		settings, err := c.Settings(ctx)
		if err != nil || settings != (Settings{"Test", indextest.Tracker, true, false, "I may share this.", "Be kind."}) {
			t.Errorf("%+v, %v", settings, err)
		}
		if list, err := c.Categories(ctx); err != nil || !slices.Equal(list, []Category{{1, "movies", 0}, {5, "software", 0}}) {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := c.Tags(ctx); err != nil || !slices.Equal(list, []Tag{{1, "release"}, {2, "beta"}}) {
			t.Errorf("%+v, %v", list, err)
		}
		up, err := c.Upload(ctx, Upload{Torrent: raw, Title: "App 1", Category: "software", Tags: []int64{1}})
		if err != nil || up.Original != hashOf(t, raw) || up.Canonical == up.Original {
			t.Fatal(up, err)
		}
		got, err := c.Download(ctx, up.Original) // from which the index redirects
		if err != nil || hashOf(t, got) == up.Canonical || hashOf(t, got) == up.Original {
			t.Errorf("%q, %v", got, err)
		}
		one, err := c.Torrent(ctx, up.Original)
		if err != nil || one.InfoHash != up.Canonical || one.Category != "software" || !slices.Equal(one.Tags, []Tag{{1, "release"}}) || !slices.Equal(one.Originals, []metainfo.HashV1{up.Original}) ||
			!one.Uploaded.Equal(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)) {
			t.Errorf("%+v, %v", one, err)
		}
		title, tags := "App 1.0", []int64{}
		if one, err := c.Update(ctx, up.Canonical, Change{Title: &title, Tags: &tags}); err != nil || one.Title != title || len(one.Tags) != 0 {
			t.Errorf("%+v, %v", one, err)
		}
		page, err := c.List(ctx, Query{Search: "1.0", Categories: []string{"software"}, PageSize: 30})
		if err != nil || page.Total != 1 || len(page.Torrents) != 1 || page.Torrents[0].Title != title || page.Torrents[0].Uploaded.IsZero() {
			t.Errorf("%+v, %v", page, err)
		}
		if err := c.Delete(ctx, up.Canonical); err != nil {
			t.Error(err)
		}
		var no *Refusal
		if _, err := c.Torrent(ctx, up.Canonical); !errors.As(err, &no) || !no.NotThere() {
			t.Error(err)
		}
	})
}

// What the index says no to is a refusal, with its reason; what has no answer is a failure. Only questions are asked again.
func TestFaults(t *testing.T) {
	t.Parallel()
	upload := func(title, category string) func(context.Context, *Client, []byte) error {
		return func(ctx context.Context, c *Client, raw []byte) error {
			_, err := c.Upload(ctx, Upload{Torrent: raw, Title: title, Category: category})
			return err
		}
	}
	settings := func(ctx context.Context, c *Client, _ []byte) error { _, err := c.Settings(ctx); return err }
	for name, tt := range map[string]struct {
		faults []indextest.Fault
		do     func(context.Context, *Client, []byte) error
		status int // of a refusal
		maybe  bool
		asked  int // how often
		words  string
	}{
		"no category":  {nil, upload("App", ""), 400, false, 1, "Some mandatory metadata fields are missing"},
		"short title":  {nil, upload("ab", "software"), 400, false, 1, "title is too short"},
		"no reason":    {[]indextest.Fault{indextest.Bare, indextest.Expired}, upload("App", "software"), 401, false, 1, "refuses: Unauthorized (HTTP 401)"},
		"expired":      {[]indextest.Fault{indextest.Expired}, upload("App", "software"), 401, false, 1, "Token expired. Please sign in again (HTTP 401)"},
		"tracker":      {[]indextest.Fault{indextest.Offline}, upload("App", "software"), 0, false, 3, "our tracker connection. (HTTP 503)"},
		"answer lost":  {[]indextest.Fault{indextest.Lost}, upload("App", "software"), 0, true, 1, "the connection broke"},
		"dropped":      {[]indextest.Fault{indextest.Dropped}, upload("App", "software"), 0, true, 1, "the connection broke"},
		"web page":     {[]indextest.Fault{indextest.Page}, settings, 0, false, 1, "a web page and no answer of an index"},
		"page on POST": {[]indextest.Fault{indextest.Page}, upload("App", "software"), 0, true, 1, "a web page"},
		"huge":         {[]indextest.Fault{indextest.Huge}, settings, 0, false, 1, "larger than 32 MiB"},
		"flaky":        {[]indextest.Fault{indextest.Flaky}, settings, 0, false, 2, ""},
		"redirected":   {[]indextest.Fault{indextest.Elsewhere}, settings, 0, false, 1, "it redirects to https://elsewhere.example: if that is the index, name that"},
		"POST, too":    {[]indextest.Fault{indextest.Elsewhere}, upload("App", "software"), 0, true, 1, "it redirects"},
		"no such thing": {nil, func(ctx context.Context, c *Client, _ []byte) error {
			_, err := c.Torrent(ctx, metainfo.HashV1{1})
			return err
		}, 404, false, 1, "Torrent not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with(t, tt.faults, func(t *testing.T, c *Client, x *indextest.Index) {
				err := tt.do(t.Context(), c, file(t, "app"))
				var no *Refusal
				var f *Failure
				switch {
				case tt.words == "":
					if err != nil {
						t.Error(err)
					}
				case errors.As(err, &no) != (tt.status != 0) || no != nil && no.Status != tt.status:
					t.Errorf("%v, want a refusal with %d", err, tt.status)
				case !strings.Contains(err.Error(), tt.words):
					t.Errorf("%v, want %q", err, tt.words)
				case no == nil && (!errors.As(err, &f) || f.Maybe != tt.maybe):
					t.Errorf("%#v, want a failure, that may have been done: %v", err, tt.maybe)
				}
				if n := len(x.Asked()); n != tt.asked {
					t.Errorf("asked %d times, want %d: %v", n, tt.asked, x.Asked())
				}
			})
		})
	}
}

// A torrent that is there is a conflict, whether under its own infohash or under that which it is stored under.
func TestConflict(t *testing.T) {
	t.Parallel()
	with(t, nil, func(t *testing.T, c *Client, _ *indextest.Index) {
		raw, other := file(t, "app"), file(t, "app", bencode.Entry{Key: "x", Value: []byte("i1e")})
		for i, doc := range [][]byte{raw, raw, other, file(t, "another")} {
			_, err := c.Upload(t.Context(), Upload{Torrent: doc, Title: "App", Category: "software"})
			var no *Refusal
			if conflict := errors.As(err, &no) && no.Conflict(); conflict != (i == 1 || i == 2) || i == 3 && no == nil {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// Neither a token nor a password is in an error, though the index repeats them.
func TestSecrets(t *testing.T) {
	t.Parallel()
	with(t, []indextest.Fault{indextest.Telltale, indextest.Expired}, func(t *testing.T, c *Client, _ *indextest.Index) {
		_, err := c.Login(t.Context(), "somebody", indextest.Password)
		_, err2 := c.Upload(t.Context(), Upload{Torrent: file(t, "app"), Title: "App", Category: "software"})
		for _, err := range []error{err, err2} {
			if err == nil || strings.Contains(err.Error(), c.Token()) || strings.Contains(err.Error(), indextest.Password) || !strings.Contains(err.Error(), "***") {
				t.Error(err)
			}
		}
	})
}

// Nobody listens: that is found out thrice, even for an upload, which reached nobody.
func TestNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, err := New("http://192.0.2.7", Options{network: &memnet.Network{}})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err = c.Upload(t.Context(), Upload{Torrent: file(t, "app"), Title: "App", Category: "software"})
		var f *Failure
		if !errors.As(err, &f) || f.Maybe || f.Status != 0 || !strings.Contains(err.Error(), "refuses connections") {
			t.Error(err)
		}
		if took := time.Since(begun); took != 1500*time.Millisecond {
			t.Errorf("after %v", took)
		}
	})
}

// A server that says nothing is given up.
func TestSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &memnet.Network{}
		l, err := network.Listen("tcp", "192.0.2.7:80")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		c, err := New("http://192.0.2.7", Options{Timeout: 5 * time.Second, Retries: -1, network: network})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err = c.Settings(t.Context()); err == nil || !strings.Contains(err.Error(), "no answer in time") || time.Since(begun) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://Index.example/":           "https://index.example",
		"https://index.example/v1/":        "https://index.example",
		"http://index.example:3001/api/":   "http://index.example:3001/api",
		"https://index.example/api/v1":     "https://index.example/api",
		"ftp://index.example":              "",
		"index.example":                    "",
		"https://ann:secret@index.example": "",
		"https://index.example/?token=x":   "",
		"https://\x00":                     "",
	} {
		c, err := New(address, Options{})
		switch {
		case err != nil && (want != "" || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v", address, err)
		case err == nil && c.String() != want:
			t.Errorf("%s: %s, want %s", address, c, want)
		}
	}
	if _, err := New("https://index.example", Options{Token: "a\nb"}); err == nil {
		t.Error("a token of two lines is one")
	}
	for address, plain := range map[string]bool{"http://index.example": true, "http://127.0.0.1:3001": false, "http://localhost": false, "https://index.example": false, "http://192.168.1.2": true} {
		if c, err := New(address, Options{}); err != nil || c.Plain() != plain {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestReadToken(t *testing.T) {
	t.Parallel()
	c, err := ReadToken(indextest.New().Token())
	if err != nil || c.User != indextest.User || !c.Admin || c.Expires.Year() != 2100 {
		t.Error(c, err)
	}
	for _, token := range []string{"", "a.b", "a.b.c", "a.e30.c", "a.eyJleHAiOi0xfQ.c", "a b.e30.c"} {
		if c, err := ReadToken(token); err == nil {
			t.Errorf("%q: %+v", token, c)
		}
	}
}
