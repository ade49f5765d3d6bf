package metainfo

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Keys outside of info are encoded here, for new torrents and for edits. An
// entry without a value is a key that is not there.

// entries are the keys outside of info.
func (f *Fields) entries() []Entry {
	first := ""
	if len(f.Trackers) > 0 {
		first = f.Trackers[0][0]
	}
	return append(trackerEntries(f.Trackers, first, false),
		seedEntry("url-list", f.WebSeeds, false), seedEntry("httpseeds", f.HTTPSeeds, true), nodesEntry(f.Nodes),
		optionalText("comment", f.Comment), optionalText("created by", f.CreatedBy), dateEntry(f.CreationDate))
}

// trackerEntries are announce, which is first, and announce-list, which is left
// out where it would say no more, unless list asks for it.
func trackerEntries(tiers [][]string, first string, list bool) []Entry {
	entries := []Entry{{"announce", nil}, {"announce-list", nil}}
	if len(tiers) == 0 {
		return entries
	}
	entries[0] = TextEntry("announce", first)
	if list || len(tiers) > 1 || len(tiers[0]) > 1 {
		b := []byte("l")
		for _, tier := range tiers {
			b = append(b, encodeStrings(tier)...)
		}
		entries[1].Value = append(b, 'e')
	}
	return entries
}

// seedEntry is a list of URLs; one URL is a string, unless list says otherwise
// (BEP 19).
func seedEntry(key string, urls []string, list bool) Entry {
	switch {
	case len(urls) == 0:
		return Entry{key, nil}
	case len(urls) == 1 && !list:
		return TextEntry(key, urls[0])
	}
	return ListEntry(key, urls)
}

func optionalText(key, text string) Entry {
	if text == "" {
		return Entry{key, nil}
	}
	return TextEntry(key, text)
}

func dateEntry(t time.Time) Entry {
	if t.IsZero() {
		return Entry{"creation date", nil}
	}
	return Entry{"creation date", bencode.AppendInt(nil, t.Unix())}
}

// checkDate refuses what dateEntry cannot say, or what readers take for no time.
func checkDate(t time.Time) error {
	switch {
	case t.IsZero():
	case t.Unix() < 0:
		return fmt.Errorf("creation date %v lies before 1970", t)
	case t.Unix() > year9999:
		return fmt.Errorf("creation date %v lies after the year 9999", t)
	}
	return nil
}

func nodesEntry(nodes []string) Entry {
	if len(nodes) == 0 {
		return Entry{"nodes", nil}
	}
	b := []byte("l")
	for _, n := range nodes {
		host, port, _ := splitNode(n)
		b = bencode.AppendString(append(b, 'l'), host)
		b = append(bencode.AppendInt(b, port), 'e')
	}
	return Entry{"nodes", append(b, 'e')}
}

// splitNode reads HOST:PORT.
func splitNode(s string) (string, int64, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("node %q: want HOST:PORT", s)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("node %q: %q is not a port from 1 to 65535", s, port)
	}
	return host, int64(n), nil
}
