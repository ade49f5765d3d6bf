package verifying

import (
	"time"

	"github.com/torrentkit/torrentkit/verify"
)

// webSample is how many pieces of a web seed are read unless something else is asked for.
const webSample = 16

type webFlags struct {
	seeds       bool
	urls        []string
	full        bool
	private     bool
	connections int
	timeout     time.Duration
}

// wanted tells whether web seeds are to be checked, and not data on disk.
func (f *webFlags) wanted() bool { return f.seeds || len(f.urls) > 0 }

// webOptions are those of the library.
func (f *verifyFlags) webOptions() verify.WebOptions {
	o := verify.WebOptions{Selection: f.options.Selection, Memory: f.options.Memory, WebAccess: f.webAccess()}
	if o.Sample == 0 && !f.web.full && len(o.Pieces) == 0 {
		o.Sample = webSample
	}
	return o
}
