package verify

import (
	"errors"
	"net/url"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/internal/webseed"
	"github.com/torrentkit/torrentkit/metainfo"
)

// WebFault is one thing that is wrong with a web seed.
type WebFault struct {
	// Kind is a stable name: url, scheme, address, connect, tls, redirect, status,
	// missing, base-folder, no-range, bad-range, size, changed, encoding, padding, stall,
	// slow, cut-short, busy, given-up or timeout.
	Kind    string
	File    int    // index in Report.Files; -1 if it is not about one file
	Message string // never holds a URL
	Asked   string // the URL of the file, which may hold a secret; "" if it is not about one file
}

func (f *WebFault) Error() string { return f.Message }

// ErrNoSeeds is that a torrent has no web seed to check.
var ErrNoSeeds = errors.New("the torrent has no web seeds")

// seedAddress is where a seed is.
type seedAddress struct {
	url   string
	kind  webseed.Kind
	named bool // by the person, and not by the torrent
}

// seeds lists the seeds that are to be asked.
func (o *WebAccess) seeds(t *metainfo.Torrent) ([]seedAddress, error) {
	var list []seedAddress
	for _, u := range o.URLs {
		list = append(list, seedAddress{u, webseed.BEP19, true})
	}
	if len(o.URLs) == 0 {
		for _, u := range t.WebSeeds {
			list = append(list, seedAddress{u, webseed.BEP19, false})
		}
		for _, u := range t.HTTPSeeds {
			list = append(list, seedAddress{u, webseed.BEP17, false})
		}
	}
	if len(list) == 0 {
		return nil, ErrNoSeeds
	}
	return list, nil
}

// seed says how a seed is asked.
func (o *WebAccess) seed(a seedAddress) webseed.Options {
	s := webseed.Options{
		AllowPrivate: o.AllowPrivate, Connections: o.Connections, UserAgent: o.UserAgent, Timeout: o.Timeout,
		Stall: o.Stall, Retries: o.Retries, Pause: o.Pause, Resolver: o.resolver, Network: o.network,
	}
	if u, err := url.Parse(strings.TrimSpace(a.url)); err == nil && a.named {
		s.Named = u.Hostname()
	}
	return s
}

// faultsOf are the faults of a seed: what is wrong with all of it, and then with each file in the torrent's order.
func (r *run) faultsOf(s *webseed.Seed) []WebFault {
	var list []WebFault
	for _, f := range s.Faults() {
		w := r.webFault(&f)
		w.Asked = s.Asked(f.File)
		list = append(list, *w)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].File < list[j].File })
	return list
}

// webFault is a fault of a seed, about a file of the report.
func (r *run) webFault(f *webseed.Fault) *WebFault {
	w := &WebFault{Kind: f.Kind, File: -1, Message: f.Message}
	if f.File >= 0 {
		w.File = r.fileOf(f.File)
	}
	return w
}

// public makes a fault of a seed one that others may see. Other errors stay.
func (r *run) public(err error) error {
	var f *webseed.Fault
	if errors.As(err, &f) {
		return r.webFault(f)
	}
	return err
}
