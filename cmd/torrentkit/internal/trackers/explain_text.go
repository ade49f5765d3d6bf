package trackers

import (
	"context"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// line is one of an explanation, ready to be printed; those that are bold begin a part, and those that are whole are to be
// copied or are laid out already.
type line struct {
	text        string
	bold, whole bool
}

func explain(con *console.Console, lines []line) {
	for _, l := range lines {
		span := console.Words(l.text)
		if l.whole {
			span = console.Whole(l.text)
		}
		if l.bold {
			span = span.In(console.Bold)
		}
		con.Print(span)
	}
}

// explainResult prints every request and answer of a result.
func explainResult(con *console.Console, r *announce.Result, opt announce.Options, curlArgs []string) {
	title := con.URL(r.Tracker)
	if r.Addr.IsValid() {
		title += " at " + r.Addr.String()
	}
	con.Print(console.Words(console.Escape(title)).In(console.Bold))
	for i := range r.Exchanges {
		con.Print()
		explain(con, exchangeLines(con, &r.Exchanges[i], r.Tracker, opt, curlArgs))
	}
	if len(r.Exchanges) > 0 && (r.Failure != nil || r.Reply != nil) {
		con.Print()
	}
	switch {
	case r.Failure != nil:
		con.Print(console.Words(trackerText(con, "result: "+string(r.Failure.Code)+": "+r.Failure.Error(), r.Tracker)))
	case r.Reply != nil:
		seeds, leeches := countCells(r)
		con.Printf("result: ok, seeds %s, leeches %s", seeds.Human, leeches.Human)
	}
	explainFindings(con, r.Findings, r.Tracker)
}

func explainFindings(con *console.Console, findings []announce.Finding, tracker string) {
	for _, n := range findings {
		con.Print(console.Words(trackerText(con, findingCell(n, n.Text).Human, tracker)))
	}
}

// exchangeLines explain a request and its answer, without the tracker's secrets.
func exchangeLines(con *console.Console, x *announce.Exchange, tracker string, opt announce.Options, curlArgs []string) []line {
	lines := []line{{text: "> " + x.Name, bold: true}}
	put := func(text string) { lines = append(lines, line{text: trackerText(con, text, tracker)}) }
	switch {
	case x.Request != nil:
		// The line is quoted for a shell: escaping it would change what it asks.
		lines = append(lines, line{text: x.Curl(opt, con.Options.ShowSecrets, curlArgs...), whole: true})
	case x.Transport == announce.UDP:
		sent, _ := x.Fields()
		lines = append(lines, hexDump(con, sent, tracker)...)
	default:
		put(string(x.Sent))
	}
	if len(x.Received) == 0 && x.Status == "" {
		return lines
	}
	lines = append(lines, line{}, line{text: "< " + con.Times.Answer(x.Elapsed), bold: true})
	if x.Status != "" {
		put(x.Status)
	}
	for _, h := range x.Header {
		put(h[0] + ": " + h[1])
	}
	return append(lines, answerLines(con, x, tracker)...)
}

// answerLines are the fields of a datagram, or what is in a body or message.
func answerLines(con *console.Console, x *announce.Exchange, tracker string) []line {
	if x.Transport == announce.UDP {
		_, got := x.Fields()
		return hexDump(con, got, tracker)
	}
	return body(con, x.Received, tracker)
}

// body is an answer: decoded where it is bencode, as text where it is not.
func body(con *console.Console, raw []byte, tracker string) (lines []line) {
	texts := announce.Outline(raw)
	if texts == nil {
		const most = 4096
		text := string(raw[:min(len(raw), most)])
		if len(raw) > most {
			text += fmt.Sprintf("... (%d bytes)", len(raw))
		}
		texts = []string{text}
	}
	for _, text := range texts {
		lines = append(lines, line{text: trackerText(con, text, tracker)})
	}
	return lines
}

// hexDump are the fields of a packet: offset, bytes, name, value. Bytes that may hold a passkey are hidden.
func hexDump(con *console.Console, list []announce.Field, tracker string) (lines []line) {
	for _, f := range list {
		raw, value := fmt.Sprintf("% x", f.Bytes), f.Value
		if f.Secret && !con.Options.ShowSecrets {
			raw = strings.TrimSpace(strings.Repeat("** ", len(f.Bytes)))
			if value = trackerText(con, value, tracker); f.Name == "option data" {
				value = con.URL(value)
			}
		}
		for _, text := range fieldLines(con, f.Offset, strings.Fields(raw), f.Name+": "+value) {
			lines = append(lines, line{text: text, whole: true})
		}
	}
	return lines
}

// fieldLines lay out a field of a packet: its bytes, of which as many share a line as the terminal has room for, and beside
// them what they mean.
func fieldLines(con *console.Console, offset int, raw []string, meaning string) []string {
	const before, usual, gap = 6, 52, 2 // the offset, and most meanings
	n, room := 16, 1<<30
	if con.Human() {
		for n > 4 && before+3*n+gap+usual > con.Width() {
			n /= 2
		}
		room = max(con.Width()-before-3*n-gap, 16)
	}
	texts := console.Wrap(console.EscapeSentence(meaning), room)
	var lines, below []string
	for i := 0; i < len(texts) || i*n < len(raw); i++ {
		where, bytes, text := "", "", ""
		if i == 0 {
			where = fmt.Sprintf("%4d", offset)
		}
		if i*n < len(raw) {
			bytes = strings.Join(raw[i*n:min(len(raw), (i+1)*n)], " ")
		}
		if i < len(texts) {
			text = texts[i]
		}
		if console.DisplayWidth(text) > room { // it is copied, so it is not broken
			below, text = append(below, text), ""
		}
		if bytes != "" || text != "" {
			lines = append(lines, strings.TrimRight(fmt.Sprintf("%4s  %-*s%*s%s", where, 3*n-1, bytes, gap, "", text), " "))
		}
	}
	return append(lines, below...)
}

// maxCapture is how large a captured answer may be: there is room for the head of an HTTP answer.
const maxCapture = announce.MaxReply + 64<<10

// decodeAnswer is --decode: it explains an answer that was captured.
func decodeAnswer(ctx context.Context, con *console.Console, name string, v6 bool) error {
	raw, err := command.Read(ctx, con, name, maxCapture)
	if err != nil {
		return err
	}
	d := announce.Decode(raw, v6)
	if con.Options.JSON {
		if err := console.WriteList(con, decodedToJSON(con, &d), "peers", peersToJSON(d.Reply)); err != nil {
			return err
		}
	} else {
		con.Print(console.Words("kind: " + string(d.Kind)))
		if d.Fields != nil {
			explain(con, hexDump(con, d.Fields, ""))
		} else {
			explain(con, body(con, d.Body, ""))
		}
		explainFindings(con, d.Findings, "")
		if d.Failure != nil {
			con.Print(console.Words(con.Redact("result: " + string(d.Failure.Code) + ": " + d.Failure.Error())))
		}
	}
	if d.Failure != nil {
		return console.No()
	}
	return nil
}
