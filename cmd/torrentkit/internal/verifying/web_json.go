package verifying

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// webJSON is what "verify --web-seeds --json" prints for each seed.
type webJSON struct {
	reportJSON
	URL  string `json:"url"`
	Kind string `json:"kind"` // BEP 19 or BEP 17
	// Files whose pieces the journal cannot remember
	Unremembered int            `json:"files_not_in_journal,omitempty"`
	Requests     int64          `json:"requests"`
	Received     int64          `json:"received"` // bytes of content
	Faults       []webFaultJSON `json:"faults"`
}

type webFaultJSON struct {
	Kind    string `json:"kind"`
	Path    string `json:"path,omitempty"` // of the file that it is about
	Message string `json:"message"`
	Asked   string `json:"asked,omitempty"` // the URL of that file
}

func webToJSON(con *console.Console, v verified) webJSON {
	w := v.web
	j := webJSON{
		reportJSON: verifiedToJSON(v), URL: con.URL(w.URL), Kind: w.Kind, Requests: w.Requests, Received: w.Received, Unremembered: w.Unremembered,
	}
	j.Content = j.URL
	j.Faults = make([]webFaultJSON, len(w.Faults))
	for i, f := range w.Faults {
		j.Faults[i] = faultToJSON(&f, w.Report)
	}
	return j
}
