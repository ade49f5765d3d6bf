package announce

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Limits on what a tracker may send.
const (
	MaxReply    = 2 << 20 // bytes of an HTTP body or a WebSocket message, after decompression
	maxDatagram = 64 << 10
)

// RandomHash returns an infohash that nobody else has.
func RandomHash() metainfo.HashV1 {
	var h metainfo.HashV1
	rand.Read(h[:])
	return h
}

// Event is the event of an announce (BEP 3, BEP 21).
type Event string

// The events. EventAuto starts and then stops, which disturbs least.
const (
	EventAuto      Event = ""
	EventNone      Event = "none"
	EventStarted   Event = "started"
	EventStopped   Event = "stopped"
	EventCompleted Event = "completed"
	EventPaused    Event = "paused" // BEP 21; there is no such event over UDP
)

// ParseEvent reads the name of an event.
func ParseEvent(s string) (Event, error) {
	switch e := Event(s); e {
	case EventAuto, EventNone, EventStarted, EventStopped, EventCompleted, EventPaused:
		return e, nil
	}
	return "", fmt.Errorf("no such event %q: started, stopped, completed, paused and none are", s)
}

// Compact says which form of peer list an HTTP tracker is asked for (BEP 23).
type Compact string

// The forms.
const (
	CompactYes  Compact = ""     // compact=1
	CompactNo   Compact = "0"    // compact=0
	CompactOmit Compact = "omit" // the parameter is left out
)

// Family restricts which addresses of a host are asked.
type Family int

// The families.
const (
	AnyFamily Family = 0
	IPv4      Family = 4
	IPv6      Family = 6
)

// NumWantOmit as Options.NumWant leaves the number of peers to the tracker.
const NumWantOmit = -1

// Resolver finds the addresses of hosts; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Options says what is sent and how. The zero value asks one address for
// counts, as a leecher that wants no peers, and says goodbye.
type Options struct {
	Event      Event
	Port       uint16   // reported as ours; 0 means 51413
	PeerID     [20]byte // zero means a random one
	Key        uint32   // 0 means a random one
	NumWant    int      // peers asked for; NumWantOmit leaves it to the tracker
	Seed       bool     // says left=0, which registers a seeder
	Left       int64    // bytes; 0 means the query's Length, or 1 GiB where that is unknown too
	Uploaded   int64    // bytes
	Downloaded int64    // bytes
	IP         string   // the ip parameter (BEP 3); IPv4 only over UDP
	Compact    Compact  // HTTP only
	TrackerID  string   // HTTP only: sent back as trackerid
	ScrapeURL  string   // HTTP only: where to scrape, if not where the announce URL tells
	NoStop     bool     // leaves the peer registered: no stopped afterwards

	Header    http.Header // added to HTTP requests, and may replace User-Agent and Host
	UserAgent string      // empty means "torrentkit"
	Proxy     *url.URL    // http, https, socks5 or socks5h; UDP goes through SOCKS5 only
	TLS       *tls.Config // roots, client certificates, InsecureSkipVerify; nil means the system's

	Family       Family
	AllAddresses bool     // a result for each address instead of the first that answers
	Resolver     Resolver // nil means the system's
	LocalAddr    netip.Addr
	// PublicOnly is for trackers that a stranger named: they are asked at public
	// addresses only, and not through a proxy, which would connect to any. Other
	// trackers may be anywhere; what a public one redirects to may not.
	PublicOnly bool

	Timeout time.Duration // of one whole probe; 0 means 15 s, or BEP 15's whole schedule
	// Retries is how often a request without an answer is sent again: 0 means
	// twice over UDP, a negative number never. HTTP connections that break
	// before the answer are opened again as often.
	Retries int
	BEP15   bool // UDP retransmits at 15*2^n seconds, eight times
	Record  bool // keeps what was sent and received in Result.Exchanges
	// Parallel is how many probes ProbeAll has under way at once; 0 means 512.
	Parallel int

	network dial.Network // nil means the system's
}

// Query is one question: which tracker, about which torrent.
type Query struct {
	Tracker string // announce URL
	Hash    metainfo.HashV1
	Length  int64 // bytes of the torrent, sent as left; 0 where unknown
}

// settings are Options with every default filled in.
type settings struct {
	Options
	left     int64
	retries  int
	interval time.Duration // before the first UDP retransmission
}

const bep15Unit = 15 * time.Second

func (o Options) fill(q Query) settings {
	s := settings{Options: o, left: o.Left, retries: o.Retries}
	if o.BEP15 {
		s.retries = 8
	}
	if s.retries == 0 {
		s.retries = 2
	}
	s.retries = max(s.retries, 0)
	if s.Timeout <= 0 {
		s.Timeout = 15 * time.Second
		if o.BEP15 {
			s.Timeout = bep15Unit * (1<<9 - 1) // 15 + 30 + ... + 3840 s
		}
	}
	s.interval = min(s.Timeout/time.Duration(int64(2)<<min(s.retries, 8)), 4*time.Second)
	if o.BEP15 {
		s.interval = bep15Unit
	}
	s.fillIdentity()
	if s.left == 0 {
		s.left = q.Length
	}
	if s.left <= 0 {
		s.left = 1 << 30
	}
	if o.Seed {
		s.left = 0
	}
	return s
}

func (s *settings) fillIdentity() {
	if s.Port == 0 {
		s.Port = 51413
	}
	if s.PeerID == ([20]byte{}) {
		s.PeerID = randomPeerID()
	}
	if s.Key == 0 {
		s.Key = randomUint32() | 1
	}
	if s.UserAgent == "" {
		s.UserAgent = "torrentkit"
	}
	if s.Resolver == nil {
		s.Resolver = net.DefaultResolver
	}
}

// randomPeerID follows the Azureus style (BEP 20).
func randomPeerID() [20]byte {
	return [20]byte([]byte("-tk0100-" + rand.Text()))
}
