package announce

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/torrentkit/torrentkit/metainfo"
)

// wsMessage is one JSON object of a WebTorrent tracker, its values unread.
type wsMessage map[string]json.RawMessage

func parseWSMessage(raw []byte) (wsMessage, *Failure) {
	var m wsMessage
	if err := json.Unmarshal(raw, &m); err != nil || m == nil {
		return nil, &Failure{Code: Malformed, Detail: "the answer is not a JSON object", Reason: clip(string(raw[:min(len(raw), 400)])), Err: err}
	}
	return m, nil
}

// text returns a string value, or "".
func (m wsMessage) text(key string) string {
	var s string
	if json.Unmarshal(m[key], &s) != nil {
		return ""
	}
	return s
}

// refuses says whether the message is a failure that names no other torrent.
func (m wsMessage) refuses() bool {
	_, ok := m["failure reason"]
	return ok
}

func (m wsMessage) answersAnnounce(hash string) bool {
	if h := m.text("info_hash"); h != "" && h != hash {
		return false
	}
	if m.refuses() {
		return true
	}
	if _, offer := m["offer"]; offer {
		return false
	}
	if _, answer := m["answer"]; answer {
		return false
	}
	a := m.text("action")
	return a == "announce" || a == ""
}

func (m wsMessage) failure() *Failure { return refusal(m.text("failure reason"), RetryIn{}) }

// count reads a whole number; fractions and exponents that mean one are taken too.
func (d *replyReader) count(m wsMessage, key string) (int64, bool) {
	raw, ok := m[key]
	if !ok || string(raw) == "null" {
		return Unknown, false
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(raw), 64)
		if ferr != nil || f != float64(int64(f)) || f > 1<<53 || f < -(1<<53) {
			d.note("number-unreadable", Error, 0, "%s is no whole number", key)
			return Unknown, false
		}
		n = int64(f)
	}
	if n < 0 {
		d.note("number-negative", Error, 0, "%s is negative: %d", key, n)
		return Unknown, false
	}
	return n, true
}

func (m wsMessage) announce() (*Reply, []Finding, *Failure) {
	if m.refuses() {
		return nil, nil, m.failure()
	}
	d := replyReader{reply: Reply{Downloaded: Unknown, Downloaders: Unknown, Form: FormNone}}
	r := &d.reply
	var hasSeeds, hasInterval bool
	r.Seeds, hasSeeds = d.count(m, "complete")
	r.Leeches, _ = d.count(m, "incomplete")
	if n, ok := d.count(m, "downloaded"); ok {
		r.Downloaded = n
	}
	n, hasInterval := d.count(m, "interval")
	if !hasSeeds && !hasInterval {
		return nil, d.findings, fail(Malformed, "an object without interval, complete and failure reason is no announce answer")
	}
	d.interval(n, hasInterval, 0)
	if n, ok := d.count(m, "min interval"); ok {
		r.MinInterval = seconds(n)
	}
	r.Warning = m.text("warning message")
	r.TrackerID = m.text("tracker id")
	return r, d.findings, nil
}

// scrape reads the counts of every torrent that the answer names, in the order of
// their infohashes.
func (m wsMessage) scrape() ([]Counts, []Finding, *Failure) {
	if m.refuses() {
		return nil, nil, m.failure()
	}
	var files map[string]wsMessage
	if err := json.Unmarshal(m["files"], &files); err != nil {
		return nil, nil, &Failure{Code: Malformed, Detail: "the scrape answer has no files", Err: err}
	}
	var d replyReader
	var out []Counts
	for name, file := range files {
		raw := undoMangling([]byte(name))
		if len(raw) != 20 {
			continue
		}
		c := Counts{Hash: metainfo.HashV1(raw), Known: true}
		c.Seeds, _ = d.count(file, "complete")
		c.Leeches, _ = d.count(file, "incomplete")
		c.Downloaded, _ = d.count(file, "downloaded")
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Counts) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	return out, d.findings, nil
}
