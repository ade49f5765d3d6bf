package publishing

// changedJSON is what "publish --update --json" and "publish --delete --json" print.
type changedJSON struct {
	Done    string    `json:"done"` // updated or deleted
	Torrent entryJSON `json:"torrent"`
}

// downloadedJSON is what "publish --download --json" prints.
type downloadedJSON struct {
	Asked    string `json:"asked_infohash"`
	InfoHash string `json:"downloaded_infohash"`
	Name     string `json:"name"`
	NameHex  string `json:"name_hex,omitempty"`
	Output   string `json:"output"`
}
