//go:build !linux

package lineartest

import "time"

// processorTime is not known here, and nothing takes any.
func processorTime() time.Duration { return 0 }
