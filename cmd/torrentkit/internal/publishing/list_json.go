package publishing

import (
	"github.com/torrentkit/torrentkit/announce/index"
)

// entryJSON is a line of "publish --list --json".
type entryJSON struct {
	ID          int64    `json:"id"`
	InfoHash    string   `json:"infohash"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Category    string   `json:"category,omitempty"` // lists do not have it
	Tags        []string `json:"tags,omitempty"`     // nor these
	Uploader    string   `json:"uploader"`
	Uploaded    string   `json:"uploaded,omitempty"`
	Size        int64    `json:"size"`
	Seeders     int64    `json:"seeders"`
	Leechers    int64    `json:"leechers"`
	Name        string   `json:"name"`
}

func entryToJSON(t index.Torrent) entryJSON {
	return entryJSON{
		ID: t.ID, InfoHash: t.InfoHash.String(), Title: t.Title, Description: t.Description, Category: t.Category,
		Tags: tagNames(t.Tags), Uploader: t.Uploader, Uploaded: jsonTime(t.Uploaded),
		Size: t.Size, Seeders: t.Seeders, Leechers: t.Leechers, Name: t.Name,
	}
}
