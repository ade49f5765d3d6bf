package inspect

import (
	"errors"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// index judges what the Torrust index does to an upload.
func (l *linter) index(raw []byte) {
	up, err := PredictIndex(raw)
	var refusal *IndexRefusal
	if errors.As(err, &refusal) {
		l.add("target-content", refusal.Key, refusal.Offset, "the index refuses it: %s", refusal.Why)
		return
	}
	l.report.Index = up
	for _, k := range up.Lost {
		l.add("index-key", k.Path, k.Offset, "dropped by the index")
	}
	if v, ok := l.doc["announce"]; ok {
		l.add("index-tracker", "announce", v.Offset(), "the index puts its own tracker here")
	}
	l.indexTiers()
	info := l.doc["info"].Offset()
	if up.Undownloadable != "" {
		l.add("target-name", "info.name", l.info["name"].Offset(), "the index takes the torrent, and nobody can download it: %s; create --name NAME, or edit --name NAME --new-infohash", up.Undownloadable)
	}
	for _, c := range up.Changes {
		l.add("index-download", c.Key, c.Offset, "%s; %s", c.What, c.Advice)
	}
	if len(up.Changes) > 0 {
		l.add("index-download", "info", info, "downloaded as %v, stored as %v", up.Downloaded, up.InfoHash)
	}
	if !up.Same && l.t != nil && !l.t.Hashes().V1.IsZero() {
		l.add("index-infohash", "info", info, "stored as %v, not as %v", up.InfoHash, l.t.Hashes().V1)
	}
}

// indexTiers says that trackers stand for one another no more.
func (l *linter) indexTiers() {
	if l.t == nil || l.t.Private {
		return
	}
	for i, tier := range l.t.Trackers {
		if v, ok := l.doc["announce-list"]; ok && len(tier) > 1 {
			l.add("index-tracker", bencode.JoinIndex("announce-list", i), v.Offset(), "each of the %d trackers of this tier gets one of its own", len(tier))
		}
	}
}
