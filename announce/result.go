package announce

import (
	"net/netip"
	"time"
)

// Transport is how a tracker is reached: the scheme of its URL.
type Transport string

// The transports.
const (
	HTTP  Transport = "http"
	HTTPS Transport = "https"
	UDP   Transport = "udp"
	WS    Transport = "ws"
	WSS   Transport = "wss"
)

func (t Transport) isWS() bool { return t == WS || t == WSS }

// Result is what one probe of one address brought.
type Result struct {
	Query
	Transport Transport      // "" where the URL has none that is known
	Addr      netip.AddrPort // the tracker's address; invalid where none was reached or a proxy stands between
	Local     netip.AddrPort // our side of the connection
	Event     Event          // what was announced
	Reply     *Reply         // nil where there is no good answer; Failure says why
	Failure   *Failure
	Findings  []Finding // rules that a readable answer breaks, most important first
	Timing    Timing
	TLS       *TLSInfo
	Status    int      // HTTP status, of the upgrade for WebSocket
	Redirects []string // URLs that were followed, whole
	Tried     []Tried  // addresses that failed before Addr answered
	Sent      int      // requests or datagrams sent, retransmissions counted
	Stopped   bool     // the goodbye was sent and acknowledged
	CountedIn string   // seeds or leeches: that count of Reply has this probe in it, as the answer to the goodbye has one less
	Exchanges []Exchange
}

// Good says whether the tracker answered the question.
func (r *Result) Good() bool { return r.Reply != nil && r.Failure == nil }

// Tried is an address that gave no answer.
type Tried struct {
	Addr    netip.AddrPort
	Failure *Failure
}

// Unknown stands in a Reply for a count that the tracker did not give.
const Unknown = -1

// Reply is a decoded answer to an announce.
type Reply struct {
	Seeds       int64 // complete, or Unknown
	Leeches     int64 // incomplete, or Unknown
	Downloaded  int64 // completed downloads, or Unknown
	Downloaders int64 // BEP 21, or Unknown
	Interval    time.Duration
	MinInterval time.Duration
	Warning     string     // in the tracker's words
	ExternalIP  netip.Addr // BEP 24: our address as the tracker sees it
	RetryIn     RetryIn    // BEP 31
	TrackerID   string
	Peers       Peers
	Form        Form // how the peers came
}

// Form is how a list of peers was encoded.
type Form string

// The forms of peer lists.
const (
	FormNone    Form = "none"
	FormCompact Form = "compact" // BEP 23
	FormDicts   Form = "dictionaries"
)

// RetryIn is a request to stay away: BEP 31's, or Retry-After of HTTP.
type RetryIn struct {
	Set   bool
	Never bool
	After time.Duration
}

// Peer is one peer of an answer.
type Peer struct {
	Addr netip.AddrPort // invalid where Host is a name
	Host string         // the ip of a peer dictionary where that is no address
	Port uint16
	ID   []byte // 20 bytes where the tracker gave it
}

// Client names the program behind the peer id, or returns "".
func (p Peer) Client() string { return ClientName(p.ID) }

// Timing is how long the parts of a probe took. Parts that did not happen are 0.
type Timing struct {
	DNS       time.Duration
	Connect   time.Duration // TCP handshake, or UDP connect action
	TLS       time.Duration
	FirstByte time.Duration // from the request to the first byte of the answer
	Total     time.Duration // all of it, without the goodbye
}

// TLSInfo says what the handshake of https or wss showed.
type TLSInfo struct {
	Version  string
	Subject  string
	Issuer   string
	Names    []string
	NotAfter time.Time
	// Invalid says why the certificate would have been refused where that was
	// switched off; empty where it is good.
	Invalid string
}

// Severity weighs a finding.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // breaks clients
	Warning Severity = "warning" // breaks a rule, and some clients
	Info    Severity = "info"    // worth knowing
)

// Finding is one rule that an answer breaks, or one thing worth knowing.
type Finding struct {
	ID       string // stable, like peers-length
	Severity Severity
	BEP      int // 0 where no BEP says it
	Text     string
}

// Exchange is one request and what came back, kept with Options.Record.
type Exchange struct {
	Transport Transport
	Addr      netip.AddrPort
	Name      string // what was asked: connect, announce, scrape, stopped
	Sent      []byte // datagram, message, or the head of the HTTP request
	Received  []byte // datagram, message, or the HTTP body after decompression
	Request   *HTTPRequest
	Status    string // HTTP status line
	Header    [][2]string
	Elapsed   time.Duration
}

// HTTPRequest is what was sent over HTTP.
type HTTPRequest struct {
	Method string
	URL    string // whole, with secrets
	Host   string
	Header [][2]string
}
