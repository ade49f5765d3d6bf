package announce

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func dnsChecks() []check {
	return []check{{
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

// judgeTXT reads BEP 34: BITTORRENT DENY ALL, or the ports that are served.
func judgeTXT(records []string, e endpoint) outcome {
	for _, r := range records {
		parts := strings.Fields(r)
		if len(parts) == 0 || parts[0] != "BITTORRENT" {
			continue
		}
		protocol := map[bool]string{true: "UDP:", false: "TCP:"}[e.transport == UDP]
		if slices.Contains(parts, fmt.Sprintf("%s%d", protocol, e.port)) {
			return passed("the TXT record names this port: %s", clip(r))
		}
		return failed("the TXT record leaves this port out: %s", clip(r))
	}
	return passed("%s, 0 of them of BITTORRENT", plural(len(records), "TXT record"))
}
