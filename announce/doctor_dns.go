package announce

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

func dnsChecks() []check {
	return []check{{
		Check{"dns.addresses", "every address of the host answers", 0, "", Warning, "clients try addresses one after the other, and wait at each that is dead: publish those that answer"},
		everyAddress,
	}, {
		Check{"dns.bep34", "DNS does not deny the tracker at this port", 34, "TXT records", Warning, "publish a BITTORRENT TXT record that names the ports of the tracker, or none"},
		func(d *doctor) outcome {
			if _, err := netip.ParseAddr(d.e.host); err == nil || d.s.Proxy != nil {
				return skipped("the host is an address, or is looked up by a proxy")
			}
			ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
			defer cancel()
			records, err := d.s.Resolver.LookupTXT(ctx, d.e.host)
			if err != nil {
				return passed("0 TXT records")
			}
			return judgeTXT(records, d.e)
		},
	}}
}

// everyAddress says stopped, which registers nobody, at each address of the host.
func everyAddress(d *doctor) outcome {
	if _, err := netip.ParseAddr(d.e.host); err == nil || d.s.Proxy != nil {
		return skipped("the host is an address, or is looked up by a proxy")
	}
	opt := d.opt.Options
	opt.Event, opt.AllAddresses = EventStopped, true
	opt.PeerID, opt.Port = d.member("c").id, d.member("c").port
	var good, dead, doubtful []string
	alive := make(map[bool]bool) // whether IPv4, and IPv6, get out from here
	results := Probe(d.ctx, Query{Tracker: d.e.raw, Hash: d.hash}, opt)
	for i := range results {
		if r := &results[i]; answered(r.Failure) {
			good = append(good, r.Addr.String())
			alive[r.Addr.Addr().Is4()] = true
		}
		d.keep(&results[i])
	}
	for _, r := range results {
		switch text := r.Addr.String(); {
		case answered(r.Failure):
		case r.Failure.Code == Refused, alive[r.Addr.Addr().Is4()] && r.Failure.Code != Interrupted:
			dead = append(dead, text+" ("+string(r.Failure.Code)+")")
		default: // it may be our own network that does not get there
			doubtful = append(doubtful, text+" ("+string(r.Failure.Code)+")")
		}
	}
	switch {
	case len(dead) > 0:
		return failed("%d of %d do not answer: %s", len(dead), len(results), strings.Join(dead, ", "))
	case len(doubtful) > 0:
		return skipped("no answer from %s, and none of that family: it may be our own network", strings.Join(doubtful, ", "))
	}
	return passed("%d of %d answer: %s", len(good), len(results), strings.Join(good, ", "))
}

// answered says whether somebody did, if only to refuse.
func answered(f *Failure) bool { return f == nil || f.TrackerSpoke() }

// tlsChecks are for https and wss. A bad certificate ends an examination, unless it is accepted.
func tlsChecks() []check {
	const rfc = "RFC 9110, 4.3.4"
	return []check{
		{Check{"tls.valid", "the certificate is good", 0, rfc, Error, "clients do not connect: get a certificate for this name from an authority that they know"}, func(d *doctor) outcome {
			c := d.first.TLS
			switch {
			case c == nil:
				return skipped("there was no handshake of our own")
			case c.Invalid != "":
				return failed("%s: %s", clip(c.Subject), clip(c.Invalid))
			}
			return passed("%s: %s, until %s", c.Version, clip(c.Subject), c.NotAfter.Format(time.DateOnly))
		}},
		{Check{"tls.lasts", "the certificate is good for two weeks more", 0, rfc, Warning, "renew it: what renews it in time may have failed"}, func(d *doctor) outcome {
			c := d.first.TLS
			if c == nil {
				return skipped("there was no handshake of our own")
			}
			left := time.Until(c.NotAfter)
			text := fmt.Sprintf("it ends on %s, in %s", c.NotAfter.Format(time.DateOnly), plural(int(left.Hours()/24), "day"))
			switch {
			case left < 0:
				return failed("it ended on %s", c.NotAfter.Format(time.DateOnly))
			case left < 14*24*time.Hour:
				return failed("%s", text)
			}
			return passed("%s", text)
		}},
	}
}

// judgeTXT reads BEP 34: BITTORRENT DENY ALL, or the ports that are served.
func judgeTXT(records []string, e endpoint) outcome {
	for _, r := range records {
		parts := strings.Fields(r)
		if len(parts) == 0 || parts[0] != "BITTORRENT" {
			continue
		}
		protocol := "TCP:"
		if e.transport == UDP {
			protocol = "UDP:"
		}
		if slices.Contains(parts, fmt.Sprintf("%s%d", protocol, e.port)) {
			return passed("the TXT record names this port: %s", clip(r))
		}
		return failed("the TXT record leaves this port out: %s", clip(r))
	}
	return passed("%s, 0 of them of BITTORRENT", plural(len(records), "TXT record"))
}
