package editing

// editedJSON is what "edit --json" prints of each torrent.
type editedJSON struct {
	Input         string       `json:"input"`
	Output        string       `json:"output,omitempty"` // none with --dry-run
	Changed       bool         `json:"changed"`
	InfoHash      string       `json:"infohash,omitempty"`
	InfoHashV2    string       `json:"infohash_v2,omitempty"`
	OldInfoHash   string       `json:"old_infohash,omitempty"`
	OldInfoHashV2 string       `json:"old_infohash_v2,omitempty"`
	Cut           int          `json:"cut_bytes,omitempty"`
	Changes       []changeJSON `json:"changes"`
}

type changeJSON struct {
	Key string   `json:"key"`
	Old []string `json:"old"`
	New []string `json:"new"`
}
