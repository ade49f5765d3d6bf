package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
)

// explainLine prints one line of an explanation: escaped, without the tracker's secrets.
func (a *app) explainLine(indent, text, tracker string) {
	a.print(words(indent + a.trackerText(text, tracker)))
}

// explainResult prints every request and answer of a result.
func (a *app) explainResult(r *announce.Result, opt announce.Options, curlArgs []string) {
	title := a.trackerURL(r.Tracker)
	if r.Addr.IsValid() {
		title += " at " + r.Addr.String()
	}
	a.print(words(escape(title)).in(bold))
	for i := range r.Exchanges {
		a.explainExchange(&r.Exchanges[i], r.Tracker, opt, curlArgs)
	}
	switch {
	case r.Failure != nil:
		a.explainLine("", "result: "+string(r.Failure.Code)+": "+r.Failure.Error(), r.Tracker)
	case r.Reply != nil:
		a.printf("result: ok, %s seeds, %s leeches", numberCell(r.Reply.Seeds).human, numberCell(r.Reply.Leeches).human)
	}
	for _, n := range r.Findings {
		a.explainLine("", findingCell(n, n.Text).human, r.Tracker)
	}
}

func (a *app) explainExchange(x *announce.Exchange, tracker string, opt announce.Options, curlArgs []string) {
	a.print()
	a.print(words("> " + x.Name).in(bold))
	switch {
	case x.Request != nil:
		// The line is quoted for a shell: escaping it would change what it asks.
		a.print(words(x.Curl(opt, a.options.ShowSecrets, curlArgs...)))
	case x.Transport == announce.UDP:
		sent, _ := x.Fields()
		a.hexDump(sent, tracker)
	default:
		a.explainLine("", string(x.Sent), tracker)
	}
	if len(x.Received) == 0 && x.Status == "" {
		return
	}
	a.print()
	a.print(words("< " + roundTime(x.Elapsed)).in(bold))
	if x.Status != "" {
		a.explainLine("", x.Status, tracker)
		for _, h := range x.Header {
			a.explainLine("", h[0]+": "+a.safeText(h[1]), tracker)
		}
	}
	if x.Transport == announce.UDP {
		_, got := x.Fields()
		a.hexDump(got, tracker)
		return
	}
	a.body(x.Received, tracker)
}

// body prints an answer: decoded where it is bencode, as text where it is not.
func (a *app) body(raw []byte, tracker string) {
	if lines := announce.Outline(raw); lines != nil {
		for _, l := range lines {
			a.explainLine("", l, tracker)
		}
		return
	}
	const most = 4096
	text := string(raw[:min(len(raw), most)])
	if len(raw) > most {
		text += fmt.Sprintf("... (%d bytes)", len(raw))
	}
	a.explainLine("", text, tracker)
}

// hexDump prints the fields of a packet: offset, bytes, name, value. Bytes that may hold a passkey are hidden.
func (a *app) hexDump(list []announce.Field, tracker string) {
	for _, f := range list {
		raw, value := fmt.Sprintf("% x", f.Bytes), f.Value
		if f.Secret && !a.options.ShowSecrets {
			raw = strings.TrimSpace(strings.Repeat("** ", len(f.Bytes)))
			if f.Name == "option data" {
				value = announce.Redact(value)
			} else {
				value = a.trackerText(redactText(value), tracker)
			}
		}
		first, rest := raw, ""
		const width = 16*3 - 1
		if len(first) > width {
			first, rest = raw[:width], raw[width+1:]
		}
		a.printf("%4d  %-*s  %s: %s", f.Offset, width, first, f.Name, value)
		for rest != "" {
			line := rest[:min(width, len(rest))]
			rest = strings.TrimPrefix(rest[len(line):], " ")
			a.printf("      %s", strings.TrimSpace(line))
		}
	}
}

// decodeAnswer is --decode: it explains an answer that was captured.
func (a *app) decodeAnswer(ctx context.Context, name string, v6 bool) error {
	raw, err := a.readCapture(ctx, name)
	if err != nil {
		return err
	}
	d := announce.Decode(raw, v6)
	if a.options.JSON {
		if err := a.json(a.decodedToJSON(&d)); err != nil {
			return err
		}
	} else {
		a.print(words("kind: " + string(d.Kind)))
		if d.Fields != nil {
			a.hexDump(d.Fields, "")
		} else {
			a.body(d.Body, "")
		}
		for _, n := range d.Findings {
			a.explainLine("", findingCell(n, n.Text).human, "")
		}
		if d.Failure != nil {
			a.explainLine("", "result: "+string(d.Failure.Code)+": "+d.Failure.Error(), "")
		}
	}
	if d.Failure != nil {
		return no()
	}
	return nil
}

func (a *app) readCapture(ctx context.Context, name string) ([]byte, error) {
	const most = announce.MaxReply + 64<<10 // room for the head of an HTTP answer
	if name == "-" {
		raw, err := readCapped(a.stdin(ctx), most)
		return raw, inputError("standard input", err)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, inputError(name, err)
	}
	defer f.Close()
	raw, err := readCapped(readerOf(ctx, f), most)
	return raw, inputError(name, err)
}
