package command

import "github.com/torrentkit/torrentkit/inspect"

// FileChangeJSON is a file that differs between two torrents.
type FileChangeJSON struct {
	Change  string `json:"change"`
	A       string `json:"a,omitempty"`
	AHex    string `json:"a_hex,omitempty"`
	B       string `json:"b,omitempty"`
	BHex    string `json:"b_hex,omitempty"`
	LengthA int64  `json:"length_a"`
	LengthB int64  `json:"length_b"`
}

// FileChangesToJSON makes them of what Diff found.
func FileChangesToJSON(changes []inspect.FileChange) []FileChangeJSON {
	list := make([]FileChangeJSON, len(changes))
	for i, f := range changes {
		list[i] = FileChangeJSON{f.Kind.String(), f.A, HexIfNeeded(f.A), f.B, HexIfNeeded(f.B), f.LengthA, f.LengthB}
	}
	return list
}
