package announce

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

func (r *Result) note(id string, sev Severity, bep int, text string) {
	r.Findings = append(r.Findings, Finding{id, sev, bep, text})
}

// replyReader decodes the dictionary of an announce answer (BEP 3).
type replyReader struct {
	top      bencode.Value // of a bencoded answer
	reply    Reply
	findings []Finding
}

func (d *replyReader) note(id string, sev Severity, bep int, format string, args ...any) {
	d.findings = append(d.findings, Finding{id, sev, bep, fmt.Sprintf(format, args...)})
}

// decodeReply reads the body of an HTTP announce.
func decodeReply(body []byte) (*Reply, []Finding, *Failure) {
	d := replyReader{reply: Reply{Form: FormNone}}
	top, f := d.scan(body)
	if f != nil {
		return nil, d.findings, f
	}
	d.retry(top)
	if v, ok := top.Get("failure reason"); ok {
		text, isText := v.Text()
		if !isText {
			return nil, d.findings, fail(Malformed, "failure reason is not a string")
		}
		return nil, d.findings, refusal(text, d.reply.RetryIn)
	}
	d.counts(func(key string) (int64, bool) { return d.number(top, key) }, 3)
	d.texts(top)
	v, has := top.Get("peers")
	v6, has6 := top.Get("peers6")
	if !has && !has6 && d.reply.Interval == 0 && d.reply.Seeds == Unknown {
		return nil, d.findings, fail(Malformed, "a dictionary without interval, peers and failure reason is no announce answer")
	}
	if !has && !has6 {
		d.note("peers-missing", Warning, 3, "no peers in the answer%s", d.among())
	}
	d.peers(v, 4)
	d.peers(v6, 16)
	return &d.reply, d.findings, nil
}

// scan checks the bencode, tolerating data behind it, and what is not canonical.
func (d *replyReader) scan(body []byte) (bencode.Value, *Failure) {
	top, flaws, err := bencode.Scan(body)
	if err != nil {
		var e *bencode.Error
		if !errors.As(err, &e) || !e.Trailing {
			return top, &Failure{Code: Malformed, Detail: "the answer is not bencode: " + err.Error(), Err: err}
		}
		d.note("trailing-data", Warning, 3, "%d bytes behind the end of the answer", len(body)-top.End())
	}
	if top.Kind() != bencode.Dict {
		return top, fail(Malformed, "the answer is a "+top.Kind().String()+", not a dictionary")
	}
	d.top = top
	if len(flaws) > 0 {
		ids := map[bencode.FlawKind]string{bencode.UnsortedKeys: "keys-unsorted", bencode.DuplicateKey: "keys-duplicate"}
		id, ok := ids[flaws[0].Kind]
		if !ok {
			id = "bencode-canonical"
		}
		text := flaws[0].String()
		if len(flaws) > 1 {
			text += fmt.Sprintf(", and %d more", len(flaws)-1)
		}
		d.note(id, Warning, 3, "the answer is not canonical bencode: %s", text)
	}
	return top, nil
}

// among names what there is, where something is missing.
func (d *replyReader) among() string {
	if d.top.Kind() == bencode.None {
		return ""
	}
	return ": it has " + clip(strings.Join(keysOf(d.top), ", "))
}

// number reads a count or a number of seconds; strangers write them as strings too.
func (d *replyReader) number(top bencode.Value, key string) (int64, bool) {
	v, ok := top.Get(key)
	if !ok {
		return 0, false
	}
	n, ok := v.Int()
	if text, isText := v.Text(); isText {
		var err error
		n, err = strconv.ParseInt(text, 10, 64)
		ok = err == nil
		d.note("number-as-string", Warning, 3, "%s is a string, not an integer", key)
	}
	return d.natural(key, n, ok, 3)
}

// natural judges a number that may be no whole one, and must not be negative.
func (d *replyReader) natural(key string, n int64, whole bool, bep int) (int64, bool) {
	switch {
	case !whole:
		d.note("number-unreadable", Error, bep, "%s is no number that fits into 64 bits", key)
	case n < 0:
		d.note("number-negative", Error, bep, "%s is negative: %d", key, n)
	default:
		return n, true
	}
	return 0, false
}

// numbers reads a number of an answer, by its key.
type numbers func(key string) (int64, bool)

func (get numbers) count(key string) int64 {
	if n, ok := get(key); ok {
		return n
	}
	return Unknown
}

// counts takes what an answer counts, by the rules of a BEP.
func (d *replyReader) counts(get numbers, bep int) {
	r := &d.reply
	r.Seeds, r.Leeches = get.count("complete"), get.count("incomplete")
	r.Downloaded, r.Downloaders = get.count("downloaded"), get.count("downloaders")
	n, ok := get("interval")
	d.interval(n, ok, bep)
	n, ok = get("min interval")
	r.MinInterval = seconds(n)
	if ok && r.Interval > 0 && r.MinInterval > r.Interval {
		d.note("min-interval-odd", Warning, bep, "min interval is longer than interval: %s and %s", shortTime(r.MinInterval), shortTime(r.Interval))
	}
}

// interval takes the interval of an answer, if it has one, by the rules of a BEP.
func (d *replyReader) interval(n int64, has bool, bep int) {
	switch {
	case !has:
		d.note("interval-missing", Error, bep, "no interval in the answer%s", d.among())
		return
	case n == 0 || n > 7*86400:
		d.note("interval-odd", Warning, bep, "interval is %d s", n)
	}
	d.reply.Interval = seconds(n)
}

func seconds(n int64) time.Duration {
	return time.Duration(min(n, math.MaxInt64/int64(time.Second))) * time.Second
}

func (d *replyReader) texts(top bencode.Value) {
	if v, ok := top.Get("warning message"); ok {
		d.reply.Warning, _ = v.Text()
	}
	if v, ok := top.Get("tracker id"); ok {
		d.reply.TrackerID, _ = v.Text()
	}
	if v, ok := top.Get("external ip"); ok {
		raw, _ := v.Bytes()
		a, ok := netip.AddrFromSlice(raw)
		if !ok { // some write it as text
			var err error
			a, err = netip.ParseAddr(string(raw))
			ok = err == nil
			d.note("external-ip", Warning, 24, "external ip is not 4 or 16 bytes")
		}
		if ok {
			d.reply.ExternalIP = a.Unmap()
		}
	}
}

// retry reads BEP 31's retry in: minutes, or never; also found as digits in a string.
func (d *replyReader) retry(top bencode.Value) {
	v, ok := top.Get("retry in")
	if !ok {
		return
	}
	text, isText := v.Text()
	n, isInt := v.Int()
	if isText && strings.EqualFold(strings.TrimSpace(text), "never") {
		d.reply.RetryIn = RetryIn{Set: true, Never: true}
		return
	}
	if isText {
		var err error
		n, err = strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		isInt = err == nil
		d.note("retry-in", Info, 31, "retry in is a string, not an integer")
	}
	if isInt && n >= 0 {
		d.reply.RetryIn = RetryIn{Set: true, After: seconds(min(n, math.MaxInt64/60) * 60)}
	}
}

// peers reads a peer list in either form. size is the bytes of an address in compact form.
func (d *replyReader) peers(v bencode.Value, size int) {
	key := "peers"
	if size == 16 {
		key = "peers6"
	}
	switch v.Kind() {
	case bencode.None:
	case bencode.String:
		raw, _ := v.Bytes()
		d.reply.Form = FormCompact
		if rest := len(raw) % (size + 2); rest != 0 {
			d.note("peers-length", Error, 23, "%s has %d bytes, which is not a multiple of %d", key, len(raw), size+2)
		}
		d.compact(raw, size)
	case bencode.List:
		d.reply.Form = FormDicts
		d.reply.Peers.add(peerList{dicts: v}, d.dicts(key, v))
	default:
		d.note("peers-type", Error, 3, "%s is a %s, not a string or a list", key, v.Kind())
	}
}

// compact takes addresses of size bytes, each followed by a port (BEP 23, BEP 7); a part of one at the end is left out.
func (d *replyReader) compact(raw []byte, size int) {
	n := len(raw) / (size + 2)
	list := peerList{compact: raw[:n*(size+2)], size: size}
	for p := range list.all() {
		if d.unreachable(p) {
			break
		}
	}
	d.reply.Peers.add(list, n)
}

// unreachable notes the first peer at which nobody can be, and tells whether it was noted.
func (d *replyReader) unreachable(p Peer) bool {
	if p.Port != 0 && !p.Addr.Addr().IsUnspecified() {
		return false
	}
	if !d.has("peer-address") {
		where := p.Addr.String()
		if p.Host != "" {
			where = net.JoinHostPort(clip(textValue([]byte(p.Host))), strconv.Itoa(int(p.Port)))
		}
		d.note("peer-address", Warning, 3, "%s is among the peers: no client can connect to it", where)
	}
	return true
}

// dicts judges a list of dictionaries, and returns how many peers it has.
func (d *replyReader) dicts(key string, list bencode.Value) (count int) {
	malformed, badIDs, nowhere := false, false, false
	for i, item := range list.Items() {
		p, ok, badID := readPeer(item)
		if ok {
			count++
			nowhere = nowhere || d.unreachable(p)
		}
		if !ok && !malformed {
			d.note("peer-malformed", Error, 3, "%s[%d] has no ip string and port number", key, i)
			malformed = true
		}
		if badID >= 0 && !badIDs {
			d.note("peer-id-length", Warning, 3, "the peer id of %s[%d] has %d bytes, not 20", key, i, badID)
			badIDs = true
		}
	}
	return count
}

func (d *replyReader) has(id string) bool {
	_, ok := found(d.findings, id)
	return ok
}

// undoMangling reverses the mistake of writing each byte as a Unicode
// character: it returns nil where raw is not the UTF-8 of characters below 256.
func undoMangling(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for _, r := range string(raw) {
		if r > 0xff {
			return nil
		}
		out = append(out, byte(r))
	}
	return out
}
