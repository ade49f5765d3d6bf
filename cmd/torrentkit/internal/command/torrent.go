package command

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// HasFolder tells whether one of the names is a folder.
func HasFolder(names []string) bool { return slices.ContainsFunc(names, IsFolder) }

// IsMagnet tells whether an argument is a magnet link.
func IsMagnet(name string) bool {
	return len(name) > 7 && strings.EqualFold(name[:7], "magnet:")
}

// ParseTorrent reads a torrent as far as it can be read, and says what is wrong with it.
func ParseTorrent(ctx context.Context, con *console.Console, in Input, limit int64) (*metainfo.Torrent, error) {
	raw, err := ReadInput(ctx, con, in, limit)
	if err != nil {
		return nil, err
	}
	return Understand(con, in.Name, raw)
}

// Understand reads the bytes of a torrent as far as it can, and says what is wrong with it.
func Understand(con *console.Console, name string, raw []byte) (*metainfo.Torrent, error) {
	t, problems := metainfo.Read(raw)
	if t == nil {
		return nil, InputError(InputName(name), problems[len(problems)-1])
	}
	WarnOf(con, name, problems)
	return t, nil
}

// Plural counts things.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return console.FormatCount(int64(n)) + " " + what + "s"
}

// WarnOf says what is odd about a torrent that was read.
func WarnOf(con *console.Console, name string, problems []metainfo.Problem) {
	const most = 10
	problems = slices.Clone(problems)
	sort.SliceStable(problems, func(i, j int) bool { return problems[i].Severity > problems[j].Severity })
	for i, p := range problems {
		if i == most {
			con.Warn(fmt.Sprintf("%s: %d more warnings", InputName(name), len(problems)-most))
			break
		}
		con.Warn(fmt.Sprintf("%s: %v", InputName(name), p))
	}
}

// InputName names an input in messages: - is standard input.
func InputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// HexIfNeeded gives the bytes of a string that is not UTF-8, which JSON cannot hold.
func HexIfNeeded(s string) string {
	if utf8.ValidString(s) {
		return ""
	}
	return hex.EncodeToString([]byte(s))
}

// FileJSON is a file of a torrent.
type FileJSON struct {
	Path       string `json:"path"`
	PathHex    string `json:"path_hex,omitempty"`
	StoredAs   string `json:"stored_as,omitempty"` // the path under which libtorrent stores it, if that is another
	Length     int64  `json:"length"`
	Attr       string `json:"attr,omitempty"`
	Pad        bool   `json:"pad,omitempty"`
	Link       string `json:"symlink,omitempty"`
	PiecesRoot string `json:"pieces_root,omitempty"`
}

// OrEmpty makes an empty list of none, so that it is [] and not null.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// ContentFiles counts the files that are no padding.
func ContentFiles(t *metainfo.Torrent) int {
	n := 0
	for range t.Content() {
		n++
	}
	return n
}

// PiecesCell words how the content is cut: "1,024 of 1 MiB".
func PiecesCell(t *metainfo.Torrent) *console.Cell {
	n := int64(t.NumPieces())
	return &console.Cell{Human: console.FormatCount(n) + " of " + console.FormatSize(t.PieceLength), Raw: strconv.FormatInt(n, 10)}
}

// AddInfoHashes adds those that there are.
func AddInfoHashes(f *console.Fields, h metainfo.Hashes) {
	for _, e := range [][2]string{{"infohash", h.V1.String()}, {"infohash v2", h.V2.String()}} {
		if e[1] != "" {
			f.Add(e[0], console.Text(e[1]).In(console.Cyan))
		}
	}
}

// MagnetLink is the link of a torrent that the command magnet prints, with peers that were checked.
func MagnetLink(t *metainfo.Torrent, peers ...string) magnet.Link {
	l, _, _ := magnet.FromTorrent(t, magnet.LinkOptions{Peers: peers}) // every torrent has one
	return l
}

// MagnetText is a link: for people, who read the log of a pipeline too, without its secrets; and whole in a pipe, since with
// stars in it the link is dead.
func MagnetText(con *console.Console, l magnet.Link) string {
	if !con.Human() && !console.InPipeline(con) {
		return l.String()
	}
	return con.URL(l.String())
}

// Optional adds a text that is not empty.
func Optional(f *console.Fields, label, value string) {
	if value != "" {
		f.Text(label, value)
	}
}

// FindingText words a finding of lint: the key, what is wrong with it, and the byte.
func FindingText(f *inspect.Finding) string {
	text := f.Message
	if f.Key != "" {
		text = f.Key + ": " + text
	}
	return fmt.Sprintf("%s (byte %d)", text, f.Offset)
}

// RuleWords completes the names of lint's rules.
func RuleWords() []string {
	var words []string
	for _, r := range inspect.Rules() {
		words = append(words, r.ID+"\t"+r.Summary)
	}
	return words
}

// TorrentFile is a name for the file of a torrent that somebody else named: its own name, or the infohash where that cannot be the
// name of a file on all systems.
func TorrentFile(name string, hashes metainfo.Hashes) string {
	file := name + ".torrent"
	if len(file) > 255 || file[0] == '.' || strings.ContainsAny(file, `/\:*?"<>|`) || strings.ContainsFunc(file, console.Hidden) {
		file = cmp.Or(hashes.V1.String(), hashes.V2.String()) + ".torrent"
	}
	return file
}
