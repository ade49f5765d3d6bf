package trackers

import (
	"time"
)

type doctorFlags struct {
	trackerFlags
	hash            string
	only, skip      []string
	also            []string
	expiry          time.Duration
	list, junit     bool
	failOn          string
	verbose, failed bool
}
