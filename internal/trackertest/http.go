package trackertest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func (tr *Tracker) serveHTTP(t testing.TB, l net.Listener) string {
	srv := &http.Server{Handler: http.HandlerFunc(tr.handle), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	srv.SetKeepAlivesEnabled(!tr.Has(NoKeepAlive))
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

func (tr *Tracker) handle(w http.ResponseWriter, r *http.Request) {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		tr.handleWS(w, r)
		return
	}
	if tr.broken(w, r) {
		return
	}
	if r.Method == http.MethodHead && tr.Has(Head500) {
		w.WriteHeader(500)
		return
	}
	path, key := r.URL.Path, ""
	if head, tail := path[:strings.LastIndexByte(path, '/')], path[strings.LastIndexByte(path, '/')+1:]; tr.Has(Private) && tail == "key" {
		path, key = head, tail
	}
	switch last := path[strings.LastIndexByte(path, '/')+1:]; {
	case tr.Has(Private) && key == "" && strings.Contains(path, "scrape"): // as Torrust does
		tr.scrapeHTTP(w, r, false)
	case tr.Has(Private) && key == "":
		tr.refuse(w, "Authentication error: Missing authentication key param for private tracker")
	case strings.HasPrefix(last, "announce"):
		tr.announceHTTP(w, r)
	case strings.HasPrefix(last, "scrape"):
		tr.scrapeHTTP(w, r, !tr.Has(ScrapeZeros))
	case last == "health_check":
		io.WriteString(w, `{"status":"Ok"}`)
	default:
		page(w, 404, "not here")
	}
}

func page(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!DOCTYPE html><html><title>%s</title><h1>%s</h1></html>", text, text)
}

func (tr *Tracker) refuse(w http.ResponseWriter, reason string) {
	if tr.Has(FailureStatus400) {
		w.WriteHeader(400)
	}
	io.WriteString(w, "d14:failure reason"+str(reason)+"e")
}

func str(s string) string { return strconv.Itoa(len(s)) + ":" + s }

// badRequest answers a request that lacks something.
func (tr *Tracker) badRequest(w http.ResponseWriter, reason string) {
	if tr.Has(BadRequests500) {
		page(w, 500, "Internal Server Error")
		return
	}
	tr.refuse(w, reason)
}

// queryFault looks at parameters whose mere presence some trackers choke on.
func (tr *Tracker) queryFault(w http.ResponseWriter, q url.Values) bool {
	event, hasEvent := q.Get("event"), q.Has("event")
	for _, c := range []struct {
		when  bool
		fault Fault
	}{
		{event == "started", StartedError}, {event == "completed", CompletedError}, {event == "stopped", StoppedError},
		{!hasEvent, NoEventError}, {event == "paused", PausedError}, {hasEvent && event == "", EmptyEventError},
		{q.Get("numwant") == "200", NumWant200Error}, {q.Has("torrentkit_unknown"), UnknownParamError},
	} {
		if c.when && tr.Has(c.fault) {
			tr.refuse(w, "cannot do this")
			return true
		}
	}
	switch known := map[string]bool{"": true, "started": true, "stopped": true, "completed": true, "paused": true}; {
	case !known[event] && tr.Has(UnknownEvent500), len(q["info_hash"]) > 1 && tr.Has(SeveralHashes500):
		page(w, 500, "Internal Server Error")
		return true
	case q.Get("compact") == "0" && tr.Has(Compact0Error):
		page(w, 400, "Invalid Request")
		return true
	}
	return false
}

func (tr *Tracker) announceHTTP(w http.ResponseWriter, r *http.Request) {
	if tr.Has(ContentTypeHTML) {
		w.Header().Set("Content-Type", "text/html")
	} else {
		w.Header().Set("Content-Type", "text/plain")
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || tr.Has(LowerEscapesBroken) && strings.Contains(r.URL.RawQuery, "%6b") {
		tr.badRequest(w, "the query cannot be read")
		return
	}
	if tr.queryFault(w, q) {
		return
	}
	a := announce{transport: "http", event: q.Get("event"), numwant: -1}
	a.from = netip.MustParseAddrPort(r.RemoteAddr)
	a.ip = tr.recorded(a.from.Addr().Unmap(), r, q)
	bad := readAnnounce(&a, q)
	if bad == "" && a.port == 0 && !tr.Has(KeepsPortZero) {
		bad = "invalid port"
	}
	if bad != "" {
		if !tr.Has(BadRequestsAccepted) {
			tr.badRequest(w, bad)
			return
		}
		a.port = 6881
	}
	if reason := tr.refusal(a.hash); reason != "" {
		if tr.Has(UnlistedHTML) {
			page(w, 403, "Forbidden")
			return
		}
		tr.refuse(w, reason)
		return
	}
	if tr.Has(WantsProxy) {
		forwarded, err := netip.ParseAddr(r.Header.Get("X-Forwarded-For"))
		if err != nil {
			tr.refuse(w, "missing or invalid X-Forwarded-For (mandatory on reverse proxy tracker configuration)")
			return
		}
		a.ip = forwarded
	}
	ans := tr.enter(a, []byte(r.URL.RequestURI()), r.Header)
	tr.send(w, r, tr.encode(ans, q, a))
}

// readAnnounce reads the parameters, and says what is wrong with them.
func readAnnounce(a *announce, q url.Values) string {
	hash, id := q.Get("info_hash"), q.Get("peer_id")
	port, perr := strconv.ParseUint(q.Get("port"), 10, 16)
	if n, err := strconv.Atoi(q.Get("numwant")); err == nil {
		a.numwant = n
	}
	left, lerr := strconv.ParseInt(q.Get("left"), 10, 64)
	a.left, a.port = left, uint16(port)
	if lerr != nil {
		a.left = 1
	}
	copy(a.hash[:], hash)
	copy(a.id[:], id)
	switch {
	case len(q["info_hash"]) > 1:
		return "one info_hash at a time"
	case len(hash) != 20:
		return "invalid info_hash"
	case len(id) != 20:
		return "invalid peer_id"
	case perr != nil:
		return "invalid port"
	}
	return ""
}

// recorded is the address that goes into the swarm.
func (tr *Tracker) recorded(from netip.Addr, r *http.Request, q url.Values) netip.Addr {
	for _, c := range []struct {
		fault Fault
		text  string
	}{{HonoursIP, q.Get("ip")}, {HonoursIPv4, q.Get("ipv4")}, {HonoursForwarded, r.Header.Get("X-Forwarded-For")}} {
		if a, err := netip.ParseAddr(c.text); tr.Has(c.fault) && err == nil {
			return a
		}
	}
	return from
}

// pair is a key with its encoded value; dictionaries keep the order given.
type pair struct{ key, value string }

func dict(pairs ...pair) string {
	var b strings.Builder
	b.WriteByte('d')
	for _, p := range pairs {
		if p.value != "" {
			b.WriteString(str(p.key) + p.value)
		}
	}
	b.WriteByte('e')
	return b.String()
}

func integer(n int64) string { return "i" + strconv.FormatInt(n, 10) + "e" }

// when returns the value only where it is wanted.
func when(wanted bool, value string) string {
	if wanted {
		return value
	}
	return ""
}

func (tr *Tracker) encode(ans answer, q url.Values, a announce) []byte {
	interval := integer(1800)
	switch {
	case tr.Has(NoInterval):
		interval = ""
	case tr.Has(IntervalZero):
		interval = integer(0)
	case tr.Has(BigInterval):
		interval = "i99999999999999999999999e"
	}
	minInterval := int64(900)
	if tr.Has(MinIntervalLong) {
		minInterval = 7200
	}
	seeds := ans.seeds
	if tr.Has(Negative) {
		seeds = -1
	}
	external := a.from.Addr().Unmap().AsSlice()
	peers, peers6 := tr.encodePeers(ans.peers, q)
	pairs := []pair{
		{"complete", integer(seeds)},
		{"downloaded", integer(ans.downloaded)},
		{"external ip", when(tr.Has(ExternalIP), str(string(external))) + when(tr.Has(ExternalIPText), str(a.from.Addr().String()))},
		{"incomplete", integer(ans.leeches)},
		{"interval", interval},
		{"min interval", integer(minInterval)},
		{"peers", peers},
		{"peers6", peers6},
		{"tracker id", when(tr.Has(Warns), str("abc"))},
		{"warning message", when(tr.Has(Warns), str("old \x1b[31mclient"))},
	}
	if tr.Has(UnsortedKeys) {
		pairs[0], pairs[4] = pairs[4], pairs[0]
	}
	out := dict(pairs...)
	if tr.Has(TrailingData) {
		out += "\r\n"
	}
	return []byte(out)
}

func (tr *Tracker) encodePeers(list []*peer, q url.Values) (peers, peers6 string) {
	compact := q.Get("compact") != "0"
	switch {
	case !q.Has("compact"):
		compact = !tr.Has(DictsByDefault)
	case q.Get("compact") == "1" && tr.Has(Compact1Dicts):
		compact = false
	}
	if !compact {
		return tr.encodeDicts(list, q), ""
	}
	var four, six []byte
	for _, p := range list {
		if p.addr.Addr().Is4() {
			four = appendPeer(four, p)
		} else {
			six = appendPeer(six, p)
		}
	}
	if tr.Has(PeersLength) {
		four = append(four, 1, 2, 3)
	}
	if tr.Has(Peers6Length) {
		six = append(six, 1, 2, 3)
	}
	return str(string(four)), when(len(six) > 0, str(string(six)))
}

func appendPeer(b []byte, p *peer) []byte {
	b = append(b, p.addr.Addr().AsSlice()...)
	return append(b, byte(p.addr.Port()>>8), byte(p.addr.Port()))
}

func (tr *Tracker) encodeDicts(list []*peer, q url.Values) string {
	var b strings.Builder
	b.WriteByte('l')
	for _, p := range list {
		id := string(p.id[:])
		if tr.Has(Latin1PeerID) {
			id = latin1(p.id[:])
		}
		withID := q.Get("no_peer_id") != "1" || tr.Has(NoPeerIDIgnored)
		b.WriteString(dict(pair{"ip", str(p.addr.Addr().String())}, pair{"peer id", when(withID, str(id))}, pair{"port", integer(int64(p.addr.Port()))}))
	}
	b.WriteByte('e')
	return b.String()
}

// latin1 writes each byte as a character, which UTF-8 then makes longer.
func latin1(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// send writes a body, compressed where the client or a fault wants that.
func (tr *Tracker) send(w http.ResponseWriter, r *http.Request, body []byte) {
	accepts := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if tr.Has(CacheForever) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
	}
	if tr.Has(BencodeStatus) {
		w.WriteHeader(404)
	}
	if !(tr.Has(Gzip) && accepts) && !tr.Has(GzipUndeclared) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
		return
	}
	if tr.Has(Gzip) {
		w.Header().Set("Content-Encoding", "gzip")
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(body)
	z.Close()
	w.Write(b.Bytes())
}
