package verifying

// shardReadJSON is what "verify --shard --json" prints.
type shardReadJSON struct {
	Torrent   string `json:"torrent"` // as it was given
	Shard     int    `json:"shard"`
	Shards    int    `json:"shards"`
	Pieces    int    `json:"pieces"`
	Known     int    `json:"known"`     // of them from the journal
	Bad       int    `json:"bad"`       // of them, which the run with all journals tells more of
	Unchecked int    `json:"unchecked"` // of them: a file is missing, too short, or cannot be read
}
