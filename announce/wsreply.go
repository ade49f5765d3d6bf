package announce

import (
	"bytes"
	"encoding/json"
	"math"
	"sort"
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

// numbers reads whole numbers; fractions and exponents that mean one are taken too.
func (m wsMessage) numbers(d *replyReader) numbers {
	return func(key string) (int64, bool) {
		raw := string(m[key])
		if raw == "" || raw == "null" {
			return 0, false
		}
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			var f float64
			if f, err = strconv.ParseFloat(raw, 64); err == nil {
				n = int64(f)
			}
			return d.natural(key, n, err == nil && f == float64(n) && math.Abs(f) <= 1<<53, 0)
		}
		return d.natural(key, n, true, 0)
	}
}

func (m wsMessage) announce() (*Reply, []Finding, *Failure) {
	if m.refuses() {
		return nil, nil, m.failure()
	}
	d := replyReader{reply: Reply{Form: FormNone, Warning: m.text("warning message"), TrackerID: m.text("tracker id")}}
	d.counts(m.numbers(&d), 0)
	if d.reply.Seeds == Unknown && d.has("interval-missing") {
		return nil, d.findings, fail(Malformed, "an object without interval, complete and failure reason is no announce answer")
	}
	return &d.reply, d.findings, nil
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
		out = append(out, file.numbers(&d).of(metainfo.HashV1(raw)))
	}
	sort.Slice(out, func(i, j int) bool { return bytes.Compare(out[i].Hash[:], out[j].Hash[:]) < 0 })
	return out, d.findings, nil
}
