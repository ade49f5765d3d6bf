// Package indextest runs a Torrust index on loopback for tests: the routes of its API that a publisher uses, with the
// answers of Torrust Index 3.0.0, and with the faults that a test asks for. Real ones start with package peertest.
//
// It is for tests alone and does not keep anything but in memory. Of torrents it understands what it must to make the ones that are
// downloaded, and judges nothing else of them.
package indextest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Fault is something that goes wrong.
type Fault string

// The faults.
const (
	Offline   Fault = "offline"   // uploads: 503, since the tracker is not there
	Expired   Fault = "expired"   // uploads: 401, though the token was good before
	Huge      Fault = "huge"      // settings: a reply of 100 MB
	Page      Fault = "page"      // every answer is a web page
	Lost      Fault = "lost"      // an upload is done, and its answer lost
	Dropped   Fault = "dropped"   // an upload is not done, and has no answer
	Flaky     Fault = "flaky"     // each question is answered with 502 the first time
	Bare      Fault = "bare"      // errors have no JSON
	Elsewhere Fault = "elsewhere" // questions are sent to another host
	Telltale  Fault = "telltale"  // refusals repeat the token, and the password
	Private   Fault = "private"   // no fault: the tracker is private
	Once      Fault = "once"      // the first upload is refused, 401, since the token is good no more
	Old       Fault = "old"       // tokens of a login expire in three days, those that are renewed do not
)

// The account that there is, and what its torrents may have.
const (
	User     = "ann"
	Password = "correct horse battery"
	Tracker  = "https://tracker.example/announce"
)

// Index is an index. Its methods may be called at once from many goroutines.
type Index struct {
	URL    string // where it listens, for Start
	faults []Fault

	mu       sync.Mutex
	torrents []*torrent
	uploads  int // that were refused, for Once
	good     map[string]bool
	asked    []string // "GET /v1/category"
}

// New returns an index that listens nowhere.
func New(faults ...Fault) *Index { return &Index{faults: faults, good: map[string]bool{}} }

// Start runs an index until the test ends.
func Start(t testing.TB, faults ...Fault) *Index {
	x := New(faults...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: x}}
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	x.URL = s.URL
	return x
}

// Token is a token that is good.
func (x *Index) Token() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.token(never)
}

// never is when tokens expire: in the year 2100.
const never = 4102444800

func (x *Index) token(expires int64) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	token := part(`{"alg":"HS256","typ":"JWT"}`) + "." +
		part(fmt.Sprintf(`{"user":{"user_id":1,"username":%q,"administrator":true},"exp":%d}`, User, expires)) + "." + part(rand.Text())
	x.good[token] = true
	return token
}

// Asked are the requests that came, such as "GET /v1/category", in their order.
func (x *Index) Asked() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.asked)
}

func (x *Index) has(f Fault) bool { return slices.Contains(x.faults, f) }

// ServeHTTP answers.
func (x *Index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	asked := r.Method + " " + r.URL.Path
	again := slices.Contains(x.asked, asked)
	x.asked = append(x.asked, asked)
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	switch {
	case x.has(Page):
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Welcome</title>")
		return
	case x.has(Flaky) && !again && r.Method == http.MethodGet:
		w.WriteHeader(http.StatusBadGateway)
		return
	case x.has(Elsewhere):
		http.Redirect(w, r, "https://elsewhere.example"+r.URL.Path, http.StatusTemporaryRedirect)
		return
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	token, sent := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if sent && !x.good[token] {
		x.refuse(w, r, http.StatusUnauthorized, "Token invalid.")
		return
	}
	name, rest, _ := strings.Cut(path, "/")
	switch name {
	case "user":
		x.user(w, r, rest)
	case "settings":
		x.settings(w)
	case "category":
		data(w, []any{entry{"id": 1, "category_id": 1, "name": "movies", "num_torrents": 0}, entry{"id": 5, "category_id": 5, "name": "software", "num_torrents": len(x.torrents)}})
	case "tags":
		data(w, []any{tagOf(1), tagOf(2)})
	case "torrents":
		x.list(w, r)
	case "torrent":
		x.torrent(w, r, rest, token)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

type entry = map[string]any

// data answers with a success.
func data(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(entry{"data": v}) // who does not read on has gone
}

// refuse answers with a failure.
func (x *Index) refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	if x.has(Bare) {
		w.WriteHeader(status)
		return
	}
	if x.has(Telltale) {
		reason += " You sent " + r.Header.Get("Authorization") + " and " + Password
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(entry{"error": reason})
}

func (x *Index) settings(w http.ResponseWriter) {
	if x.has(Huge) {
		w.Header().Set("Content-Type", "application/json")
		for range 100 {
			if _, err := w.Write([]byte(strings.Repeat(" ", 1<<20))); err != nil {
				return
			}
		}
	}
	data(w, entry{
		"website_name": "Test", "tracker_url": Tracker, "tracker_listed": true, "tracker_private": x.has(Private), "email_on_signup": "optional",
		"website": entry{"name": "Test", "terms": entry{"page": entry{"title": "Terms", "content": "Be kind."}, "upload": entry{"content_upload_agreement": "I may share this."}}},
	})
}

func (x *Index) user(w http.ResponseWriter, r *http.Request, what string) {
	var form struct{ Login, Password, Token string }
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	token := form.Token
	switch {
	case what == "login" && (form.Login != User || form.Password != Password):
		x.refuse(w, r, http.StatusForbidden, "Invalid username/email or password")
		return
	case what == "login" && x.has(Old):
		token = x.token(time.Now().Add(3 * 24 * time.Hour).Unix())
	case what == "login":
		token = x.token(never)
	case !x.good[form.Token]:
		x.refuse(w, r, http.StatusUnauthorized, "Token invalid.")
		return
	case what == "token/verify":
		data(w, "Token is valid.")
		return
	case x.has(Old):
		token = x.token(never)
	}
	data(w, entry{"token": token, "username": User, "admin": true})
}
