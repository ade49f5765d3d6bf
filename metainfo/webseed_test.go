package metainfo

import (
	"net/url"
	"testing"
)

func TestWebSeedURL(t *testing.T) {
	single := &Torrent{Name: "a b.mkv", Single: true, Files: []File{{}}}
	folder := &Torrent{Name: "album", Files: []File{{Path: "disc 1/01?.flac"}}}
	for _, tt := range []struct {
		torrent    *Torrent
		seed, want string
	}{
		{single, "https://seed.example/files/x.mkv", "https://seed.example/files/x.mkv"},
		{single, "https://seed.example/files/", "https://seed.example/files/a%20b.mkv"},
		{folder, "https://seed.example/files/", "https://seed.example/files/album/disc%201/01%3F.flac"},
		{folder, "https://seed.example/files", "https://seed.example/files/album/disc%201/01%3F.flac"},
		{folder, "https://seed.example/a%2Fb/?k=v", "https://seed.example/a%2Fb/album/disc%201/01%3F.flac?k=v"},
	} {
		seed, err := url.Parse(tt.seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := WebSeedURL(tt.torrent, seed, 0).String(); got != tt.want {
			t.Errorf("%s of %q: %s, want %s", tt.seed, tt.torrent.Name, got, tt.want)
		}
	}
}
