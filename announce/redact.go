package announce

import (
	"net/url"
	"strings"
)

// Hidden stands in texts where a secret was.
const Hidden = "***"

// Redact returns a tracker URL without what may be a secret: user info, the
// values of the query, and every part of the path that is not a word trackers
// are known to use.
func Redact(raw string) string {
	raw = strings.TrimSpace(raw)
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return redactPath(raw)
	}
	rest, _, _ = strings.Cut(rest, "#")
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = Hidden + "@" + host[at+1:]
	}
	return scheme + "://" + host + redactPath(path)
}

// redactPath redacts a path with its query.
func redactPath(path string) string {
	path, query, has := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if !harmless(p) {
			parts[i] = Hidden
		}
	}
	path = strings.Join(parts, "/")
	if !has {
		return path
	}
	params := strings.Split(query, "&")
	for i, p := range params {
		name, value, has := strings.Cut(p, "=")
		switch {
		case has && (value == "" || protocolParameter(name, value)):
		case has && len(name) <= 20:
			params[i] = name + "=" + Hidden
		case p != "":
			params[i] = Hidden
		}
	}
	return path + "?" + strings.Join(params, "&")
}

// harmless says whether a path segment is a word and not a key.
func harmless(segment string) bool {
	s := strings.ToLower(segment)
	for _, suffix := range []string{".php", ".php5", ".pl", ".py", ".cgi", ".asp", ".aspx", ".jsp", ".html"} {
		s = strings.TrimSuffix(s, suffix)
	}
	switch s {
	case "announce", "scrape", "tracker", "track", "torrent", "torrents", "bt", "bittorrent", "stats", "stat", "api", "v1", "v2",
		"ws", "wss", "socket", "stream", "files", "health", "health_check", "metrics", "index", "p2p", "a", "x":
		return true
	}
	return len(s) <= 2 || s == Hidden
}

// protocolParameter names the parameters of an announce and a scrape that
// torrentkit itself sends; they are no secrets. A key is one only where it
// does not have the shape of ours.
func protocolParameter(name, value string) bool {
	switch name {
	case "info_hash", "peer_id", "port", "uploaded", "downloaded", "left", "event", "compact", "numwant", "no_peer_id",
		"ip", "ipv4", "ipv6", "supportcrypto":
		return true
	case "key":
		return len(value) == 8 && strings.Trim(value, "0123456789abcdef") == ""
	}
	return false
}

// Secrets are the strings of tracker URLs that must not be shown.
type Secrets []string

// SecretsOf collects what Redact hides in the URLs.
func SecretsOf(urls ...string) Secrets {
	var s Secrets
	for _, raw := range urls {
		u, err := url.Parse(strings.TrimSpace(raw))
		if err != nil {
			continue
		}
		if u.User != nil {
			s.add(u.User.Username())
			if p, ok := u.User.Password(); ok {
				s.add(p)
			}
		}
		for _, p := range strings.Split(u.EscapedPath(), "/") {
			if !harmless(p) {
				s.add(p)
			}
		}
		for _, p := range strings.Split(u.RawQuery, "&") {
			name, value, has := strings.Cut(p, "=")
			switch {
			case has && !protocolParameter(name, value):
				s.add(value)
			case !has:
				s.add(p)
			}
		}
	}
	return s
}

func (s *Secrets) add(v string) {
	if len(v) < 3 { // too short to be one, and it would blot out half of any text
		return
	}
	*s = append(*s, v)
	if plain, err := url.QueryUnescape(v); err == nil && plain != v && len(plain) >= 3 {
		*s = append(*s, plain)
	}
}

// Scrub replaces every secret in a text, such as a tracker's answer that
// repeats the passkey.
func (s Secrets) Scrub(text string) string {
	for _, v := range s {
		text = strings.ReplaceAll(text, v, Hidden)
	}
	return text
}

// Scrub redacts a text that was made about a tracker: what is secret in the
// tracker's URL is hidden wherever the text repeats it.
func Scrub(text, tracker string) string { return SecretsOf(tracker).Scrub(text) }
