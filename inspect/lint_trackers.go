package inspect

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/metainfo"
)

// tracker is an announce URL and where it stands.
type tracker struct {
	url    string
	key    string
	offset int
}

// announceList lists the trackers of announce-list as they stand there.
func (l *linter) announceList() (list []tracker) {
	for i, tier := range l.doc["announce-list"].Items() {
		key := bencode.JoinIndex("announce-list", i)
		if s, ok := tier.Text(); ok {
			list = append(list, tracker{s, key, tier.Offset()})
			continue
		}
		n := 0
		for j, v := range tier.Items() {
			if s, ok := v.Text(); ok && s != "" {
				list = append(list, tracker{s, bencode.JoinIndex(key, j), v.Offset()})
				n++
			}
		}
		if n == 0 {
			l.add("empty-tier", key, tier.Offset(), "tier %d has no tracker", i+1)
		}
	}
	return list
}

// trackers judges the trackers, and how they go with private.
func (l *linter) trackers() {
	list := l.announceList()
	if v := l.doc["announce-list"]; v.Kind() == bencode.List && len(list) == 0 {
		l.add("empty-tier", "announce-list", v.Offset(), "there is no tracker in it")
	}
	seen := map[string]string{} // URL -> key
	for _, tr := range list {
		if other, ok := seen[tr.url]; ok {
			l.add("tracker-duplicate", tr.key, tr.offset, "also at %s", other)
			continue
		}
		seen[tr.url] = tr.key
		l.tracker(tr)
	}
	if s, ok := l.doc["announce"].Text(); ok && s != "" && seen[s] == "" {
		announce := tracker{s, "announce", l.doc["announce"].Offset()}
		if len(list) > 0 {
			l.add("announce-not-in-list", announce.key, announce.offset, "not in announce-list")
		}
		l.tracker(announce)
		list = append(list, announce)
	}
	l.urls = list
	if l.t.Private {
		l.private(list)
	}
}

// private judges what goes with private.
func (l *linter) private(list []tracker) {
	if v, ok := l.doc["nodes"]; ok {
		l.add("private-nodes", "nodes", v.Offset(), "DHT nodes beside private")
	}
	hosts := map[string]bool{}
	for _, tr := range list {
		if u, err := url.Parse(tr.url); err == nil {
			hosts[strings.ToLower(u.Hostname())] = true
		}
	}
	switch {
	case len(list) == 0:
		l.add("private-no-tracker", "info.private", l.info["private"].Offset(), "private, without a tracker")
	case len(hosts) > 1:
		l.add("private-trackers", "info.private", l.info["private"].Offset(), "private, with trackers on %d hosts", len(hosts))
	}
}

// tracker judges one announce URL. Messages leave the URL itself out: it may
// hold a passkey.
func (l *linter) tracker(tr tracker) {
	l.passkey(tr, "passkey")
	u, err := parseURL(tr.url)
	switch {
	case err != "":
		l.add("tracker-url", tr.key, tr.offset, "%s", err)
		return
	case !slices.Contains(metainfo.TrackerSchemes(), u.Scheme):
		l.add("tracker-scheme", tr.key, tr.offset, "the scheme %.20q", u.Scheme)
		return
	}
	port, err2 := strconv.Atoi(u.Port())
	switch {
	case u.Port() == "" && u.Scheme == "udp":
		l.add("tracker-port", tr.key, tr.offset, "udp without a port")
	case u.Port() != "" && (err2 != nil || port < 1 || port > 65535):
		l.add("tracker-port", tr.key, tr.offset, "the port %.10s", u.Port())
	}
	l.host(tr, u.Hostname())
}

// host judges where a tracker is.
func (l *linter) host(tr tracker, host string) {
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		l.add("tracker-loopback", tr.key, tr.offset, "%s", host)
		return
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return
	}
	ip = ip.Unmap()
	switch {
	case dial.Loopback(ip):
		l.add("tracker-loopback", tr.key, tr.offset, "%v", ip.WithZone(""))
	case dial.Private(ip):
		l.add("tracker-private-address", tr.key, tr.offset, "%v", ip.WithZone(""))
	}
}

// parseURL tells why s is no URL with a host, without quoting it.
func parseURL(s string) (u *url.URL, why string) {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xfffd }) {
		return nil, "has spaces, control characters or bytes that are not UTF-8"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, "cannot be read as a URL"
	case u.Scheme == "":
		return nil, "has no scheme"
	case u.Hostname() == "":
		return nil, "has no host"
	}
	if why := oddHost(u); why != "" {
		return nil, why
	}
	u.Scheme = strings.ToLower(u.Scheme)
	return u, ""
}

// oddHost tells why a host that can be read is not one.
func oddHost(u *url.URL) string {
	host := u.Hostname()
	switch {
	case strings.HasSuffix(u.Host, ":") && strings.HasPrefix(u.Path, "//"):
		return "has another URL in it"
	case strings.Contains(host, ":"):
		if _, err := netip.ParseAddr(host); err != nil || u.Host[0] != '[' {
			return "has a host with colons, which an IPv6 address in brackets may have only"
		}
	case strings.Trim(host, ".") == "" || strings.Contains(host, "..") || host[0] == '.':
		return "has a host with an empty part"
	case strings.ContainsAny(host, "!\"#$%&'()*+,/;<=>?@\\^`{|}~"):
		return "has a host with characters that no host has"
	}
	return ""
}

func oneOf(s string, words ...string) bool { return slices.Contains(words, s) }

// passkey finds a secret in a URL that everybody sees, whatever else is wrong
// with it.
func (l *linter) passkey(at tracker, what string) {
	if !l.t.Private && secret.In(at.url) {
		l.add("passkey", at.key, at.offset, "the URL has what looks like a %s, and the torrent is not private", what)
	}
}

// secrets finds what looks like a passkey where no tracker or seed is: in a
// comment, or in what a client left.
func (l *linter) secrets() {
	if l.t.Private {
		return
	}
	for _, key := range l.t.Secrets("announce", "announce-list", "url-list", "info") {
		top, _, _ := strings.Cut(key, ".")
		top, _, _ = strings.Cut(top, "[")
		at, _ := l.root.Get(top)
		l.add("passkey", key, at.Offset(), "holds what looks like a secret, and the torrent is not private")
	}
}

// webSeeds judges the web seeds.
func (l *linter) webSeeds() {
	v := l.doc["url-list"]
	if s, ok := v.Text(); ok && s != "" {
		l.webSeed(tracker{s, "url-list", v.Offset()})
	}
	for i, item := range v.Items() {
		if s, ok := item.Text(); ok {
			l.webSeed(tracker{s, bencode.JoinIndex("url-list", i), item.Offset()})
		}
	}
}

func (l *linter) webSeed(seed tracker) {
	l.passkey(seed, "password")
	u, why := parseURL(seed.url)
	switch {
	case why != "":
		l.add("web-seed-url", seed.key, seed.offset, "%s", why)
		return
	case !slices.Contains(metainfo.WebSeedSchemes(), u.Scheme):
		l.add("web-seed-url", seed.key, seed.offset, "the scheme %.20q", u.Scheme)
		return
	}
	if !l.t.Single && len(l.t.Files) > 0 && !strings.HasSuffix(u.Path, "/") {
		l.add("web-seed-slash", seed.key, seed.offset, "no slash at the end")
	}
}
