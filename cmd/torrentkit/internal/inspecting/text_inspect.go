package inspecting

import (
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// rawText shows the bencoded value of a key that has no meaning here, shortened.
func rawText(raw []byte) string {
	const most = 60
	if len(raw) > most {
		return fmt.Sprintf("%s... (%s bytes)", raw[:most], console.FormatCount(int64(len(raw))))
	}
	return string(raw)
}

// filePath is the path of a file below the torrent's name.
func filePath(t *metainfo.Torrent, i int) string {
	if t.Files[i].Path == "" {
		return t.Name
	}
	return t.Files[i].Path
}
