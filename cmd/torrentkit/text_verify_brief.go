package main

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/verify"
)

// showBrief prints one line for a torrent of several: verdict, torrent, and what is wrong in numbers.
func (a *app) showBrief(v verified) error {
	torrent, r := v.torrent, v.report
	if a.options.JSON {
		return a.json(verifiedToJSON(v))
	}
	verdict := resultCell(r)
	line := newTable(1, "result", "torrent", "what")
	line.row(verdict, textCell(torrent), textCell(briefly(r)+repairedBriefly(v.repair)))
	if !a.onTerminal() {
		a.showPiped(line)
		return nil
	}
	a.print(words(padRight(escape(verdict.human), 6)).in(verdict.colour), words("  "+escape(torrent)+"  "+escape(briefly(r)+repairedBriefly(v.repair))))
	return nil
}

// briefly counts files by state.
func briefly(r *verify.Report) string {
	counts := map[verify.State]int{}
	for i := range r.Files {
		counts[r.Files[i].State]++
	}
	parts := []string{percent(r.GoodBytes, r.Bytes-r.SkippedBytes) + " %"}
	for s := verify.Damaged; s <= verify.Skipped; s++ {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s %v", formatCount(int64(counts[s])), s))
		}
	}
	if len(r.Extra) > 0 {
		parts = append(parts, fmt.Sprintf("%s extra", formatCount(int64(len(r.Extra)))))
	}
	return strings.Join(parts, ", ")
}
