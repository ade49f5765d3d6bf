package trackers

import (
	"context"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// explainLine prints one line of an explanation: escaped, without the tracker's secrets.
func explainLine(con *console.Console, indent, text, tracker string) {
	con.Print(console.Words(indent + trackerText(con, text, tracker)))
}

// explainResult prints every request and answer of a result.
func explainResult(con *console.Console, r *announce.Result, opt announce.Options, curlArgs []string) {
	title := con.URL(r.Tracker)
	if r.Addr.IsValid() {
		title += " at " + r.Addr.String()
	}
	con.Print(console.Words(console.Escape(title)).In(console.Bold))
	for i := range r.Exchanges {
		explainExchange(con, &r.Exchanges[i], r.Tracker, opt, curlArgs)
	}
	switch {
	case r.Failure != nil:
		explainLine(con, "", "result: "+string(r.Failure.Code)+": "+r.Failure.Error(), r.Tracker)
	case r.Reply != nil:
		con.Printf("result: ok, %s seeds, %s leeches", numberCell(r.Reply.Seeds).Human, numberCell(r.Reply.Leeches).Human)
	}
	for _, n := range r.Findings {
		explainLine(con, "", findingCell(n, n.Text).Human, r.Tracker)
	}
}

func explainExchange(con *console.Console, x *announce.Exchange, tracker string, opt announce.Options, curlArgs []string) {
	con.Print()
	con.Print(console.Words("> " + x.Name).In(console.Bold))
	switch {
	case x.Request != nil:
		// The line is quoted for a shell: escaping it would change what it asks.
		con.Print(console.Whole(x.Curl(opt, con.Options.ShowSecrets, curlArgs...)))
	case x.Transport == announce.UDP:
		sent, _ := x.Fields()
		hexDump(con, sent, tracker)
	default:
		explainLine(con, "", string(x.Sent), tracker)
	}
	if len(x.Received) == 0 && x.Status == "" {
		return
	}
	con.Print()
	con.Print(console.Words("< " + roundTime(x.Elapsed)).In(console.Bold))
	if x.Status != "" {
		explainLine(con, "", x.Status, tracker)
		for _, h := range x.Header {
			explainLine(con, "", h[0]+": "+h[1], tracker)
		}
	}
	if x.Transport == announce.UDP {
		_, got := x.Fields()
		hexDump(con, got, tracker)
		return
	}
	body(con, x.Received, tracker)
}

// body prints an answer: decoded where it is bencode, as text where it is not.
func body(con *console.Console, raw []byte, tracker string) {
	if lines := announce.Outline(raw); lines != nil {
		for _, l := range lines {
			explainLine(con, "", l, tracker)
		}
		return
	}
	const most = 4096
	text := string(raw[:min(len(raw), most)])
	if len(raw) > most {
		text += fmt.Sprintf("... (%d bytes)", len(raw))
	}
	explainLine(con, "", text, tracker)
}

// hexDump prints the fields of a packet: offset, bytes, name, value. Bytes that may hold a passkey are hidden.
func hexDump(con *console.Console, list []announce.Field, tracker string) {
	for _, f := range list {
		raw, value := fmt.Sprintf("% x", f.Bytes), f.Value
		if f.Secret && !con.Options.ShowSecrets {
			raw = strings.TrimSpace(strings.Repeat("** ", len(f.Bytes)))
			if value = trackerText(con, value, tracker); f.Name == "option data" {
				value = con.URL(value)
			}
		}
		first, rest := raw, ""
		const width = 16*3 - 1
		if len(first) > width {
			first, rest = raw[:width], raw[width+1:]
		}
		con.Printf("%4d  %-*s  %s: %s", f.Offset, width, first, f.Name, value)
		for rest != "" {
			line := rest[:min(width, len(rest))]
			rest = strings.TrimPrefix(rest[len(line):], " ")
			con.Printf("      %s", strings.TrimSpace(line))
		}
	}
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
			hexDump(con, d.Fields, "")
		} else {
			body(con, d.Body, "")
		}
		for _, n := range d.Findings {
			explainLine(con, "", findingCell(n, n.Text).Human, "")
		}
		if d.Failure != nil {
			explainLine(con, "", "result: "+string(d.Failure.Code)+": "+d.Failure.Error(), "")
		}
	}
	if d.Failure != nil {
		return console.No()
	}
	return nil
}
