package trackers

import (
	"encoding/hex"
	"iter"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// resultJSON is what "announce --json" prints for each probe. Counts are null where the tracker did not give them.
type resultJSON struct {
	Tracker       string            `json:"tracker"`  // whole: passkeys are not hidden here
	Infohash      string            `json:"infohash"` // "" of a health check
	Transport     string            `json:"transport"`
	Address       string            `json:"address,omitempty"`
	Standing      string            `json:"standing"` // of the tracker: alive (it answered), dead (nobody is there), or unclear
	OK            bool              `json:"ok"`
	Event         string            `json:"event"`
	Code          string            `json:"code,omitempty"`           // why not, in a word
	FailureReason string            `json:"failure_reason,omitempty"` // in the tracker's words
	Error         string            `json:"error,omitempty"`
	RetrySeconds  *int64            `json:"retry_seconds,omitempty"` // -1 is never
	Seeds         *int64            `json:"seeds"`
	Leeches       *int64            `json:"leeches"`
	Downloaded    *int64            `json:"downloaded"`
	Interval      *int64            `json:"interval"`     // seconds
	MinInterval   *int64            `json:"min_interval"` // seconds
	Warning       string            `json:"warning,omitempty"`
	TrackerID     string            `json:"tracker_id,omitempty"`
	ExternalIP    string            `json:"external_ip,omitempty"`
	PeersForm     string            `json:"peers_form,omitempty"`
	Peers         []trackerPeerJSON `json:"peers"`
	Findings      []oddityJSON      `json:"findings"`
	Tried         []triedJSON       `json:"tried,omitempty"`
	Redirects     []string          `json:"redirects,omitempty"`
	HTTPStatus    int               `json:"http_status,omitempty"`
	TLS           *tlsJSON          `json:"tls,omitempty"`
	Milliseconds  timingJSON        `json:"milliseconds"`
	Sent          int               `json:"sent"`
	Stopped       bool              `json:"stopped"`
	CountedIn     string            `json:"counted_in,omitempty"` // seeds or leeches: this probe is among them, as the answer to stopped has one less
	Exchanges     []exchangeJSON    `json:"exchanges,omitempty"`
}

// plannedJSON is what "announce --dry-run --json" prints.
type plannedJSON struct {
	Event    string `json:"event"`
	Infohash string `json:"infohash"`
	Tracker  string `json:"tracker"`
}

type trackerPeerJSON struct {
	IP     string `json:"ip"`
	Port   uint16 `json:"port"`
	PeerID string `json:"peer_id,omitempty"` // hexadecimal
	Client string `json:"client,omitempty"`
}

type oddityJSON struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	BEP      int    `json:"bep,omitempty"`
	Text     string `json:"text"`
}

type triedJSON struct {
	Address string `json:"address"`
	Code    string `json:"code"`
	Error   string `json:"error"`
}

type tlsJSON struct {
	Version  string   `json:"version"`
	Subject  string   `json:"subject"`
	Issuer   string   `json:"issuer"`
	Names    []string `json:"names"`
	NotAfter string   `json:"not_after"`
	Invalid  string   `json:"invalid,omitempty"`
}

type timingJSON struct {
	DNS       float64 `json:"dns"`
	Connect   float64 `json:"connect"`
	TLS       float64 `json:"tls"`
	FirstByte float64 `json:"first_byte"`
	Total     float64 `json:"total"`
}

type exchangeJSON struct {
	Name         string      `json:"name"`
	Method       string      `json:"method,omitempty"`
	URL          string      `json:"url,omitempty"`
	Status       string      `json:"status,omitempty"`
	Header       [][2]string `json:"header,omitempty"`
	SentHex      string      `json:"sent_hex,omitempty"`
	ReceivedHex  string      `json:"received_hex"`
	Milliseconds float64     `json:"milliseconds"`
}

// hashText is what was asked about; "" of a health check.
func hashText(r *announce.Result) string {
	if r.Hash.IsZero() {
		return ""
	}
	return r.Hash.String()
}

func known(n int64) *int64 {
	if n == announce.Unknown {
		return nil
	}
	return &n
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// resultToJSON leaves the peers out: writeResultJSON writes them one by one.
func resultToJSON(con *console.Console, r *announce.Result, exchanges bool) resultJSON {
	v := resultJSON{
		Tracker: r.Tracker, Infohash: hashText(r), Transport: string(r.Transport), OK: r.Good(), Standing: string(standingOf(r.Failure)), Event: string(r.Event),
		Peers: []trackerPeerJSON{}, Findings: findingsToJSON(con, r.Findings, r.Tracker), Redirects: r.Redirects, HTTPStatus: r.Status, Sent: r.Sent, Stopped: r.Stopped, CountedIn: r.CountedIn,
		Milliseconds: timingJSON{milliseconds(r.Timing.DNS), milliseconds(r.Timing.Connect), milliseconds(r.Timing.TLS), milliseconds(r.Timing.FirstByte), milliseconds(r.Timing.Total)},
	}
	if r.Addr.IsValid() {
		v.Address = r.Addr.String()
	}
	if f := r.Failure; f != nil {
		failureToJSON(con, &v, f, r.Tracker)
	}
	if r.Reply != nil {
		replyToJSON(&v, r.Reply)
	}
	v.Tried = make([]triedJSON, len(r.Tried))
	for i, t := range r.Tried {
		v.Tried[i] = triedJSON{t.Addr.String(), string(t.Failure.Code), trackerText(con, t.Failure.Error(), r.Tracker)}
	}
	if t := r.TLS; t != nil {
		v.TLS = &tlsJSON{t.Version, t.Subject, t.Issuer, command.OrEmpty(t.Names), t.NotAfter.UTC().Format(time.RFC3339), t.Invalid}
	}
	if exchanges {
		for i := range r.Exchanges {
			v.Exchanges = append(v.Exchanges, exchangeToJSON(con, &r.Exchanges[i], r.Tracker))
		}
	}
	return v
}

func failureToJSON(con *console.Console, v *resultJSON, f *announce.Failure, tracker string) {
	v.Code, v.FailureReason, v.Error = string(f.Code), trackerText(con, f.Reason, tracker), trackerText(con, f.Error(), tracker)
	if f.Retry.Set {
		n := int64(f.Retry.After / time.Second)
		if f.Retry.Never {
			n = -1
		}
		v.RetrySeconds = &n
	}
}

func replyToJSON(v *resultJSON, p *announce.Reply) {
	interval, least := int64(p.Interval/time.Second), int64(p.MinInterval/time.Second)
	v.Seeds, v.Leeches, v.Downloaded, v.Interval = known(p.Seeds), known(p.Leeches), known(p.Downloaded), &interval
	if least > 0 {
		v.MinInterval = &least
	}
	v.Warning, v.TrackerID, v.PeersForm = p.Warning, p.TrackerID, string(p.Form)
	if p.ExternalIP.IsValid() {
		v.ExternalIP = p.ExternalIP.String()
	}
}

// peersToJSON yields the peers of an answer, if there is one: there may be hundreds of thousands.
func peersToJSON(p *announce.Reply) iter.Seq[any] {
	return func(yield func(any) bool) {
		if p == nil {
			return
		}
		for peer := range p.Peers.All() {
			ip := peer.Host
			if peer.Addr.IsValid() {
				ip = peer.Addr.Addr().String()
			}
			if !yield(trackerPeerJSON{ip, peer.Port, hex.EncodeToString(peer.ID), peer.Client()}) {
				return
			}
		}
	}
}

// writeResultJSON prints a result with all its peers.
func writeResultJSON(con *console.Console, r *announce.Result, exchanges bool) error {
	return console.WriteList(con, resultToJSON(con, r, exchanges), "peers", peersToJSON(r.Reply))
}

func findingsToJSON(con *console.Console, list []announce.Finding, tracker string) []oddityJSON {
	oddities := make([]oddityJSON, len(list))
	for i, f := range list {
		oddities[i] = oddityJSON{f.ID, string(f.Severity), f.BEP, trackerText(con, f.Text, tracker)}
	}
	return oddities
}

// exchangeToJSON leaves out what would show a passkey: the URL data of UDP, and answers that repeat it.
func exchangeToJSON(con *console.Console, x *announce.Exchange, tracker string) exchangeJSON {
	sent, received := x.Sent, x.Received
	if !con.Options.ShowSecrets {
		const bare = 98 // bytes of a UDP announce without URL data
		if x.Transport == announce.UDP && len(sent) > bare && metainfo.Redact(tracker) != tracker {
			sent = sent[:bare]
		}
		if trackerText(con, string(received), tracker) != string(received) {
			received = nil
		}
	}
	v := exchangeJSON{Name: x.Name, Status: x.Status, ReceivedHex: hex.EncodeToString(received), Milliseconds: milliseconds(x.Elapsed)}
	for _, h := range x.Header {
		v.Header = append(v.Header, [2]string{h[0], trackerText(con, h[1], tracker)})
	}
	if x.Request != nil {
		v.Method, v.URL = x.Request.Method, con.URL(x.Request.URL)
	}
	if con.Options.ShowSecrets || x.Request == nil {
		v.SentHex = hex.EncodeToString(sent)
	}
	return v
}

// decodedJSON is what "announce --decode --json" prints.
type decodedJSON struct {
	Kind     string       `json:"kind"`
	OK       bool         `json:"ok"`
	Code     string       `json:"code,omitempty"`
	Error    string       `json:"error,omitempty"`
	Reply    *resultJSON  `json:"reply,omitempty"`
	Torrents []countsJSON `json:"torrents,omitempty"`
	Findings []oddityJSON `json:"findings"`
}

func decodedToJSON(con *console.Console, d *announce.Decoded) decodedJSON {
	v := decodedJSON{Kind: string(d.Kind), OK: d.Failure == nil, Findings: findingsToJSON(con, d.Findings, "")}
	if d.Failure != nil {
		v.Code, v.Error = string(d.Failure.Code), console.EscapeSentence(con.Redact(d.Failure.Error()))
	}
	if d.Reply != nil {
		v.Reply = &resultJSON{OK: true, Peers: []trackerPeerJSON{}, Findings: []oddityJSON{}}
		replyToJSON(v.Reply, d.Reply)
	}
	v.Torrents = countsToJSON(d.Counts)
	return v
}
