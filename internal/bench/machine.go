package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/sha1simd"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// machine is where figures were taken.
type machine struct {
	CPU      string    `json:"cpu"`
	Features []string  `json:"features"` // those that hashing uses
	Cores    int       `json:"cores"`
	Go       string    `json:"go"`
	System   string    `json:"system"`
	Kernel   string    `json:"kernel"`
	Date     time.Time `json:"date"`
	Load     float64   `json:"load"` // load average of the minute before
	SHA1     string    `json:"sha1"` // kernels that torrentkit hashes by
	SHA256   string    `json:"sha256"`
}

// describe looks at this machine.
func describe() machine {
	m := machine{
		CPU: runtime.GOARCH + " CPU", Cores: runtime.NumCPU(), Go: runtime.Version(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Date: time.Now().UTC().Truncate(time.Second),
	}
	m.SHA1 = kernel(sha1simd.Environment, sha1simd.Implementations())
	m.SHA256 = kernel(sha256simd.Environment, sha256simd.Implementations())
	m.cpuinfo()
	if text, err := exec.Command("uname", "-r").Output(); err == nil {
		m.Kernel = strings.TrimSpace(string(text))
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Sscan(string(text), &m.Load) // stays 0 where it cannot be read
	}
	return m
}

// kernel is the one of the list that the environment names, or the first.
func kernel(environment string, all []string) string {
	if name := os.Getenv(environment); slices.Contains(all, name) {
		return name
	}
	return all[0]
}

// cpuinfo takes what Linux tells of the CPU.
func (m *machine) cpuinfo() {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return
	}
	defer f.Close()
	names := map[string]string{
		"avx512bw": "AVX-512", "avx2": "AVX2", "sha_ni": "SHA-NI", // amd64
		"sha1": "SHA-1", "sha2": "SHA-256", // arm64
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		switch strings.TrimSpace(key) {
		case "model name":
			m.CPU = strings.TrimSpace(value)
		case "flags", "Features":
			m.Features = nil
			for _, flag := range strings.Fields(value) {
				if name := names[flag]; name != "" {
					m.Features = append(m.Features, name)
				}
			}
			slices.Sort(m.Features)
		}
	}
}

// String is one line for people.
func (m machine) String() string {
	cores := fmt.Sprintf("%d cores", m.Cores)
	if m.Cores == 1 {
		cores = "1 core"
	}
	parts := []string{m.CPU, cores}
	if len(m.Features) > 0 {
		parts = append(parts, strings.Join(m.Features, " "))
	}
	parts = append(parts, m.System)
	if m.Kernel != "" {
		parts = append(parts, "kernel "+m.Kernel)
	}
	return strings.Join(append(parts, m.Go, m.Date.Format(time.DateOnly)), ", ")
}
