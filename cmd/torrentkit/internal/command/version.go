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
