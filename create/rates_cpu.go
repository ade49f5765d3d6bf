package create

import (
	"bufio"
	"os"
	"strings"
)

// cpuName is what the CPU is called, or "" where the system does not tell.
func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return cpuBrand()
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if key, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
