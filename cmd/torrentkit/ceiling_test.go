package main

import (
	"context"
	"os"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// underCeiling is the program, which leaves behind what the system says of its memory.
func underCeiling(file string, e console.Env, args []string) int {
	code := run(context.Background(), e, args)
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, peak, _ := strings.Cut(string(status), "VmHWM:")
		err = os.WriteFile(file, []byte(strings.TrimSpace(strings.SplitN(peak, "kB", 2)[0])), 0o600)
	}
	if err != nil {
		panic(err)
	}
	return code
}
