package inspect

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Stats are totals over many torrents.
type Stats struct {
	Torrents     int
	Private      int
	Size         int64 // bytes of content, of duplicates too
	Files        int64 // without padding
	Pieces       int64
	TorrentSize  int64 // bytes of the .torrent files themselves
	Formats      map[metainfo.Format]int
	PieceLengths map[int64]int
	Trackers     map[string]int // torrents by host of the tracker
	contents     map[string][]string
}

// NewStats returns empty totals.
func NewStats() *Stats {
	return &Stats{Formats: map[metainfo.Format]int{}, PieceLengths: map[int64]int{}, Trackers: map[string]int{}, contents: map[string][]string{}}
}

// Add counts a torrent under a name. The torrent is not kept.
func (s *Stats) Add(name string, t *metainfo.Torrent) {
	s.Torrents++
	if t.Private {
		s.Private++
	}
	s.Size += t.Size()
	for range t.Content() {
		s.Files++
	}
	s.Pieces += int64(t.NumPieces())
	s.TorrentSize += int64(len(t.Raw()))
	s.Formats[t.Format]++
	s.PieceLengths[t.PieceLength]++
	for _, host := range TrackerHosts(t) {
		s.Trackers[host]++
	}
	for _, id := range contentIDs(t) {
		s.contents[id] = append(s.contents[id], name)
	}
}

// Duplicates returns the names of torrents with the same content, whatever the
// torrents and their files are called: by the pieces roots, or by equal hashes of
// equally long pieces. A v1 torrent with another piece length cannot be
// recognized.
func (s *Stats) Duplicates() [][]string {
	var all [][]string
	seen := map[string]bool{}
	for _, names := range s.contents {
		if len(names) < 2 {
			continue
		}
		if key := strings.Join(names, "\x00"); !seen[key] {
			seen[key] = true
			all = append(all, names)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i][0] < all[j][0] })
	return all
}

// TrackerHosts returns the hosts of the trackers with their ports, each once.
func TrackerHosts(t *metainfo.Torrent) []string {
	var hosts []string
	seen := map[string]bool{}
	for _, tier := range t.Trackers {
		for _, s := range tier {
			host := "(not a URL)"
			if u, err := url.Parse(strings.TrimSpace(s)); err == nil && u.Host != "" {
				host = strings.ToLower(u.Host)
			}
			if !seen[host] {
				seen[host] = true
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// contentIDs identifies the content of a torrent: torrents that share an ID
// have the same bytes in the same order.
func contentIDs(t *metainfo.Torrent) []string {
	var ids []string
	if t.NumPieces() == 0 {
		return nil
	}
	roots := sha256.New()
	complete := true
	for i, f := range t.Content() {
		if f.Length == 0 {
			continue
		}
		root := t.Root(i)
		complete = complete && root != [32]byte{}
		roots.Write(binary.BigEndian.AppendUint64(root[:], uint64(f.Length)))
	}
	if complete {
		ids = append(ids, "roots "+hex.EncodeToString(roots.Sum(nil)))
	}
	if t.PieceSHA1(0) != nil {
		pieces := sha256.New()
		pieces.Write(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(t.PieceLength)), uint64(t.Layout().PaddedLength())))
		for i := range t.NumPieces() {
			pieces.Write(t.PieceSHA1(i))
		}
		ids = append(ids, "pieces "+hex.EncodeToString(pieces.Sum(nil)))
	}
	return ids
}
