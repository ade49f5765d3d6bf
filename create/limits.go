package create

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Limit is what a client or a tracker accepts.
type Limit struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // client or tracker
	// Hosts are the host names of a tracker; those below them count too.
	Hosts          []string `json:"hosts,omitempty"`
	Formats        []string `json:"formats,omitempty"`          // none: every format
	MaxPieceLength int64    `json:"max_piece_length,omitempty"` // in bytes; 0: any
	MaxTorrentSize int64    `json:"max_torrent_size,omitempty"` // of the .torrent, in bytes; 0: any
}

//go:embed limits.json
var limitsFile []byte

// Limits returns what is known of clients and trackers.
func Limits() []Limit {
	limits, err := readLimits(limitsFile)
	if err != nil {
		panic("create: limits.json: " + err.Error()) // a test reads it
	}
	return limits
}

// readLimits reads and validates a file of limits.
func readLimits(data []byte) ([]Limit, error) {
	var limits []Limit
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&limits); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the list")
	}
	names := make(map[string]bool)
	for i := range limits {
		l := &limits[i]
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("entry %d (%q): %w", i, l.Name, err)
		}
		if names[l.Name] {
			return nil, fmt.Errorf("entry %d: %q stands there twice", i, l.Name)
		}
		names[l.Name] = true
	}
	return limits, nil
}

func (l *Limit) check() error {
	for _, f := range l.Formats {
		if _, err := metainfo.ParseFormat(f); err != nil {
			return err
		}
	}
	switch {
	case l.Name == "":
		return errors.New("no name")
	case l.Kind != "client" && l.Kind != "tracker":
		return fmt.Errorf("kind %q is neither client nor tracker", l.Kind)
	case (l.Kind == "tracker") != (len(l.Hosts) > 0):
		return errors.New("hosts are for trackers, and a tracker has some")
	case slices.ContainsFunc(l.Hosts, func(h string) bool { return h == "" || h != strings.ToLower(h) || strings.ContainsAny(h, "/: ") }):
		return errors.New("a host is no host name in lower case")
	case l.MaxPieceLength != 0 && layout.CheckNewPieceLength(l.MaxPieceLength) != nil:
		return fmt.Errorf("max_piece_length %d is no piece length", l.MaxPieceLength)
	case l.MaxTorrentSize < 0:
		return fmt.Errorf("max_torrent_size %d is negative", l.MaxTorrentSize)
	case l.Formats == nil && l.MaxPieceLength == 0 && l.MaxTorrentSize == 0:
		return errors.New("limits nothing")
	}
	return nil
}

// refuses tells why a torrent is not accepted; "" if it is.
func (l *Limit) refuses(format metainfo.Format, pieceLength, size int64) string {
	switch {
	case l.MaxPieceLength > 0 && pieceLength > l.MaxPieceLength:
		if pieceLength%(1<<20) != 0 {
			return fmt.Sprintf("pieces of %d bytes", pieceLength)
		}
		return fmt.Sprintf("pieces of %d MiB", pieceLength>>20)
	case l.MaxTorrentSize > 0 && size > l.MaxTorrentSize:
		return fmt.Sprintf("a .torrent of %d bytes", size)
	case len(l.Formats) > 0 && !slices.Contains(l.Formats, format.String()):
		return fmt.Sprintf("%v torrents", format)
	}
	return ""
}

// concerns tells whether the limit is that of a client, or of one of the trackers.
func (l *Limit) concerns(trackers [][]string) bool {
	if l.Kind == "client" {
		return true
	}
	for _, u := range slices.Concat(trackers...) {
		parsed, err := url.Parse(u)
		if err != nil {
			continue
		}
		host := strings.ToLower(parsed.Hostname())
		if slices.ContainsFunc(l.Hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) {
			return true
		}
	}
	return false
}

// limitWarnings are about piece lengths and sizes that some clients, or one of
// the trackers, do not accept. Which clients read a format at all is no reason
// for a warning: it is chosen with open eyes.
func limitWarnings(p *Plan, trackers [][]string) []string {
	var warnings []string
	for _, l := range Limits() {
		why := l.refuses(p.Format, p.PieceLength, p.Size)
		if why != "" && !strings.HasSuffix(why, " torrents") && l.concerns(trackers) {
			warnings = append(warnings, why+" are refused by "+l.Name)
		}
	}
	return warnings
}
