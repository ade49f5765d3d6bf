package magnet

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/torrentkit/torrentkit/internal/glob"
	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/metainfo"
)

// TrackerChoice says which trackers of a torrent go into its link.
type TrackerChoice uint8

// The choices. First is the first tracker of the first tier.
const (
	AllTrackers TrackerChoice = iota
	FirstTracker
	NoTrackers
)

// LinkOptions say what goes into the link of a torrent beside its infohashes
// and its name.
type LinkOptions struct {
	Trackers TrackerChoice
	WebSeeds bool     // ws: the web seeds of the torrent
	Size     bool     // xl: the length of the content without padding
	Peers    []string // x.pe, as HOST:PORT
	Sources  []string // xs: URLs of the .torrent
	// Select and SelectGlobs choose files (so, BEP 53), by index in the torrent's
	// list and by globs, with the rules of create's includes: of doublestar; a
	// glob without a slash is for names of files and folders, one with a slash
	// for paths below the torrent's folder. Nothing in either chooses all. The
	// link has the indices by which libtorrent counts them, which differ in v2.
	Select      []Range
	SelectGlobs []string
	// Public refuses private torrents, and leaves out the trackers, web seeds
	// and sources whose URLs hold a passkey or a password.
	Public bool
	// MaxLength, if not 0, is how many bytes the link may have: trackers are
	// left out from the end until it fits.
	MaxLength int
}

// Errors of FromTorrent.
var (
	ErrPrivate = errors.New("the torrent is private: a public link to it is of no use, or does harm")
	ErrTooLong = errors.New("the link is too long even without trackers")
)

// FromTorrent makes the link of a torrent, by Parse or Read. The zero options put in
// its infohashes, its name, and all its trackers in the order of their tiers,
// each once. The issues tell what was left out. It fails on options that the
// torrent does not allow, which the zero options never are.
func FromTorrent(t *metainfo.Torrent, o LinkOptions) (Link, []Issue, error) {
	var issues []Issue
	h := t.Hashes()
	l := Link{V1: h.V1, V2: h.V2, Name: t.Name}
	if o.Public && t.Private {
		return l, nil, ErrPrivate
	}
	if o.Size {
		l.Size = t.Size()
	}
	l.Trackers = o.chooseTrackers(t.Trackers, &issues)
	if o.WebSeeds {
		l.WebSeeds = o.usable("ws", t.WebSeeds, &issues)
	}
	if err := o.addAddresses(&l, &issues); err != nil {
		return l, issues, err
	}
	var err error
	if l.Select, err = o.selectFiles(t); err != nil {
		return l, issues, err
	}
	return o.shorten(l, issues)
}

func (o *LinkOptions) chooseTrackers(tiers [][]string, issues *[]Issue) []string {
	list := o.usable("tr", slices.Concat(tiers...), issues)
	switch {
	case o.Trackers == NoTrackers:
		return nil
	case o.Trackers == FirstTracker && len(list) > 1:
		return list[:1]
	}
	return list
}

// usable are the URLs, each once, that a client which reads the link can use.
func (o *LinkOptions) usable(param string, urls []string, issues *[]Issue) []string {
	f := field{name: param}
	var list []string
	for _, u := range urls {
		if u = cleanURL(u); u == "" {
			continue
		}
		if reason := f.notURL(u); reason != "" {
			*issues = append(*issues, Issue{IssueDropped, param, 0, fmt.Sprintf("%q %s", clip(u), reason)})
			continue
		}
		list = append(list, u)
	}
	return o.withoutSecrets(param, unique(list), issues)
}

func (o *LinkOptions) withoutSecrets(param string, urls []string, issues *[]Issue) []string {
	if !o.Public {
		return urls
	}
	return slices.DeleteFunc(urls, func(u string) bool {
		if !secret.In(u) {
			return false
		}
		host := "an unknown host"
		if parsed, err := url.Parse(u); err == nil {
			host = parsed.Host
		}
		*issues = append(*issues, Issue{IssueSecret, param, 0, fmt.Sprintf("left out a URL at %q that holds a passkey", host)})
		return true
	})
}

func unique(list []string) []string {
	seen := make(map[string]bool, len(list))
	var out []string
	for _, s := range list {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func (o *LinkOptions) addAddresses(l *Link, issues *[]Issue) error {
	for _, p := range o.Peers {
		if err := CheckPeer(p); err != nil {
			return err
		}
	}
	for _, s := range o.Sources {
		if u, err := url.Parse(s); err != nil || u.Scheme == "" || u.Host == "" {
			return fmt.Errorf("source %q is no URL", s)
		}
	}
	l.Peers, l.Sources = unique(o.Peers), o.withoutSecrets("xs", unique(o.Sources), issues)
	return nil
}

// CheckPeer tells whether the address of a peer, HOST:PORT, can stand in a link.
func CheckPeer(address string) error {
	if reason := checkAddress(address); reason != "" {
		return fmt.Errorf("peer %q %s", address, reason)
	}
	return nil
}

// selectFiles turns the choice of files into ranges.
func (o *LinkOptions) selectFiles(t *metainfo.Torrent) ([]Range, error) {
	ranges := slices.Clone(o.Select)
	for _, r := range ranges {
		if r.First < 0 || r.Last < r.First || r.Last >= int64(len(t.Files)) {
			return nil, fmt.Errorf("selecting files %v: the torrent has %d files, counted from 0", r, len(t.Files))
		}
	}
	for _, pattern := range o.SelectGlobs {
		only, err := glob.Only(pattern)
		if err != nil {
			return nil, fmt.Errorf("selecting files: %w", err)
		}
		before := len(ranges)
		for i, f := range t.Content() {
			if only.Match(cmp.Or(f.Path, t.Name)) {
				ranges = append(ranges, Range{int64(i), int64(i)})
			}
		}
		if len(ranges) == before {
			return nil, fmt.Errorf("selecting files %q: nothing in the torrent matches", pattern)
		}
	}
	ranges, _ = normalRanges(ranges)
	if l := t.Layout(); l != nil && len(ranges) > 0 {
		index := l.ClientIndices()
		for i, r := range ranges {
			ranges[i] = Range{index[r.First], index[r.Last]}
		}
	}
	return ranges, nil
}

// shorten leaves out trackers until the link fits.
func (o *LinkOptions) shorten(l Link, issues []Issue) (Link, []Issue, error) {
	if o.MaxLength <= 0 {
		return l, issues, nil
	}
	for length := len(l.String()); length > o.MaxLength; {
		n := len(l.Trackers) - 1
		if n < 0 {
			return l, issues, fmt.Errorf("%w: %d bytes", ErrTooLong, length)
		}
		length -= len("&tr=") + len(escape(l.Trackers[n], ""))
		issues = append(issues, Issue{IssueTooLong, "tr", 0, fmt.Sprintf("left out tracker %d of %d to keep the link short", n+1, len(l.Trackers))})
		l.Trackers = l.Trackers[:n]
	}
	return l, issues, nil
}
