package command

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// versionJSON is what "version --json" prints.
type versionJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // the commit, where the build knows it
	Date     string `json:"date,omitempty"`     // of the commit, RFC 3339
	Modified bool   `json:"modified,omitempty"` // the working tree had changes
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`

	Benchmark *BenchmarkJSON `json:"benchmark,omitempty"` // with --benchmark
}

// BenchmarkJSON is how fast this machine hashes and copies.
type BenchmarkJSON struct {
	CPU    string       `json:"cpu,omitempty"` // where the system tells
	SHA1   []KernelJSON `json:"sha1"`          // the fastest, which is in use, first
	SHA256 []KernelJSON `json:"sha256"`
	Copy   float64      `json:"copy"` // of memory, bytes per second of one core
}

// KernelJSON is one way to hash.
type KernelJSON struct {
	Name  string  `json:"name"`
	Rate  float64 `json:"rate"`            // bytes per second of one core
	Zeros float64 `json:"zeros,omitempty"` // the same of zeros, such as padding
}

// BuildVersion reads what the linker recorded. Version is "devel" for a build that is no release.
func BuildVersion() versionJSON {
	v := versionJSON{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if tag := info.Main.Version; tag != "" && tag != "(devel)" {
		v.Version = strings.TrimPrefix(tag, "v")
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Date = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
