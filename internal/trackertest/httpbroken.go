package trackertest

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// broken answers a request by the first fault that leaves no room for a
// tracker's answer, and says whether there was one.
func (tr *Tracker) broken(w http.ResponseWriter, r *http.Request) bool {
	faults := []struct {
		fault  Fault
		answer func(http.ResponseWriter, *http.Request)
	}{
		{Mute, func(http.ResponseWriter, *http.Request) { tr.pause(time.Hour) }},
		{HTML, func(w http.ResponseWriter, _ *http.Request) { page(w, 200, "It works!") }},
		{HTML404, func(w http.ResponseWriter, _ *http.Request) { page(w, 404, "Not Found") }},
		{Status500, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
		{Status429, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429); io.WriteString(w, "slow down") }},
		{GzipBomb, bomb},
		{Huge, func(w http.ResponseWriter, _ *http.Request) { endless(w, 2<<30) }},
		{Slow, tr.slow},
		{Truncated, func(w http.ResponseWriter, _ *http.Request) {
			raw(w, "Content-Length: 60\r\n", "d8:intervali1800e5:peers")
		}},
		{Surplus, func(w http.ResponseWriter, r *http.Request) {
			const good = "d8:completei0e10:incompletei0e8:intervali1800e5:peers0:e"
			raw(w, fmt.Sprintf("Content-Length: %d\r\n", len(good)), good+"HTTP/1.1 400 for "+r.URL.String())
		}},
		{HalfBencode, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "d8:intervali1800e5:peers") }},
		{Nested, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "d8:interval"+strings.Repeat("l", 1_000_000))
		}},
		{HugeString, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "d5:peers2147483647:abce") }},
		{Empty, func(http.ResponseWriter, *http.Request) {}},
		{RedirectLoop, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }},
		{RedirectUDP, func(w http.ResponseWriter, _ *http.Request) {
			redirect(w, "udp://127.0.0.1:9/announce/0123456789abcdef0123456789abcdef")
		}},
		{RedirectFile, func(w http.ResponseWriter, _ *http.Request) { redirect(w, "file:///etc/passwd") }},
		{EndlessHead, func(w http.ResponseWriter, _ *http.Request) {
			raw(w, strings.Repeat("X-Pad: "+strings.Repeat("a", 1000)+"\r\n", 5000), "")
		}},
		{NotHTTP, func(w http.ResponseWriter, _ *http.Request) { hijack(w, "SSH-2.0-OpenSSH_9.2\r\n") }},
		{Hangup, func(w http.ResponseWriter, _ *http.Request) { hijack(w, "") }},
		{EchoesSecrets, func(w http.ResponseWriter, r *http.Request) {
			tr.refuse(w, "unknown passkey in "+r.URL.Path+"?"+r.URL.RawQuery)
		}},
		{RetryIn, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, dict(pair{"failure reason", str("overloaded, come back later")}, pair{"retry in", integer(30)}))
		}},
		{RetryNever, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, dict(pair{"failure reason", str("your client is banned")}, pair{"retry in", str("never")}))
		}},
	}
	for _, f := range faults {
		if tr.Has(f.fault) {
			f.answer(w, r)
			return true
		}
	}
	if tr.Has(RedirectBare) && r.URL.RawQuery != "" {
		redirect(w, r.URL.Path)
		return true
	}
	return tr.Has(RedirectFive) && redirectFive(w, r)
}

func redirectFive(w http.ResponseWriter, r *http.Request) bool {
	n, _ := strconv.Atoi(r.URL.Query().Get("hop"))
	if n == 5 {
		return false
	}
	q := strings.ReplaceAll(r.URL.RawQuery, fmt.Sprintf("&hop=%d", n), "")
	redirect(w, fmt.Sprintf("%s?%s&hop=%d", r.URL.Path, q, n+1))
	return true
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(302)
}

// raw writes an answer past net/http, which would not let a length lie.
func raw(w http.ResponseWriter, head, body string) {
	hijack(w, "HTTP/1.1 200 OK\r\n"+head+"\r\n"+body)
}

func hijack(w http.ResponseWriter, text string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	io.WriteString(conn, text)
}

func endless(w io.Writer, n int64) {
	chunk := make([]byte, 64<<10)
	for ; n > 0; n -= int64(len(chunk)) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return
	}
	endless(z, 3<<20)
	z.Close()
}

func (tr *Tracker) slow(w http.ResponseWriter, _ *http.Request) {
	body := "d8:completei1e10:incompletei1e8:intervali1800e5:peers0:e"
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	for i := range body {
		if _, err := io.WriteString(w, body[i:i+1]); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		if !tr.pause(50 * time.Millisecond) {
			return
		}
	}
}

func (tr *Tracker) scrapeHTTP(w http.ResponseWriter, r *http.Request, counts bool) {
	if tr.Has(ScrapeClosed) {
		page(w, 404, "Not Found")
		return
	}
	q := r.URL.Query()
	hashes := q["info_hash"]
	if len(hashes) == 0 && !tr.Has(FullScrapeOpen) {
		tr.refuse(w, "full scrape is not offered")
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(hashes) == 0 {
		for h := range tr.swarms {
			hashes = append(hashes, string(h[:]))
		}
	}
	switch {
	case tr.Has(ScrapeLimit):
		hashes = hashes[:min(len(hashes), 30)]
	case tr.Has(DroppedScrapes):
		hashes = hashes[:min(len(hashes), 10)]
	}
	var files []pair
	for _, h := range unique(hashes) {
		if len(h) != 20 {
			tr.refuse(w, "invalid info_hash")
			return
		}
		s := tr.swarms[[20]byte([]byte(h))]
		if !counts {
			s = nil
		}
		if s == nil && tr.Has(ScrapeUnknownError) {
			page(w, 500, "Internal Server Error")
			return
		}
		files = append(files, tr.scrapeFile(h, s))
	}
	if !tr.Has(UnsortedKeys) {
		slices.SortFunc(files, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	}
	pairs := []pair{{"files", dict(files...)}, {"flags", dict(pair{"min_request_interval", integer(900)})}}
	if tr.Has(ScrapeUnsorted) {
		slices.Reverse(pairs)
	}
	body := dict(pairs...)
	tr.send(w, r, []byte(body))
}

func (tr *Tracker) scrapeFile(h string, s *swarm) pair {
	if tr.Has(ScrapeMangled) {
		h = latin1([]byte(h))
	}
	if s == nil {
		s = &swarm{}
	}
	seeds, leeches := tr.count(s)
	if tr.Has(ScrapeDisagrees) {
		seeds += 3
	}
	return pair{h, dict(
		pair{"complete", integer(seeds)},
		pair{"downloaded", when(!tr.Has(ScrapeMissingKeys), integer(s.downloaded))},
		pair{"incomplete", when(!tr.Has(ScrapeMissingKeys), integer(leeches))},
	)}
}

func unique(in []string) []string {
	seen := make(map[string]bool)
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
