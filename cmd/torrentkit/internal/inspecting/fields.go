package inspecting

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// inspectField is a value that --field prints.
type inspectField struct {
	name, about string
	of          func(t *metainfo.Torrent) []string
	// ofLink is the same for a magnet link; nil where links do not say.
	ofLink func(l *magnet.Link) []string
}

func one(s string) []string { return []string{s} }

func number[T int | int64](n T) []string { return one(strconv.FormatInt(int64(n), 10)) }

// inspectFields are all fields. Those that are lists print any number of lines, the others one, which may be empty.
func inspectFields() []inspectField {
	return append(identityFields(), []inspectField{
		{"piece-length", "bytes in a piece", func(t *metainfo.Torrent) []string { return number(t.PieceLength) }, nil},
		{"pieces", "number of pieces", func(t *metainfo.Torrent) []string { return number(t.NumPieces()) }, nil},
		{"private", "true or false", func(t *metainfo.Torrent) []string { return one(strconv.FormatBool(t.Private)) }, nil},
		{"source", "source tag", func(t *metainfo.Torrent) []string { return one(t.Source) }, nil},
		{"comment", "comment", func(t *metainfo.Torrent) []string { return one(t.Comment) }, nil},
		{"created-by", "creating program", func(t *metainfo.Torrent) []string { return one(t.CreatedBy) }, nil},
		{"created", "creation date, RFC 3339", func(t *metainfo.Torrent) []string { return one(timestamp(t.CreationDate)) }, nil},
		{"torrent-size", "bytes of the .torrent itself", func(t *metainfo.Torrent) []string { return number(len(t.Raw())) }, nil},
		{"trackers", "announce URLs, a line each", func(t *metainfo.Torrent) []string { return slices.Concat(t.Trackers...) }, func(l *magnet.Link) []string { return l.Trackers }},
		{"web-seeds", "web seeds, a line each", func(t *metainfo.Torrent) []string { return t.WebSeeds }, func(l *magnet.Link) []string { return l.WebSeeds }},
		{"http-seeds", "seeds of BEP 17, a line each", func(t *metainfo.Torrent) []string { return t.HTTPSeeds }, nil},
		{"nodes", "DHT nodes, a line each", func(t *metainfo.Torrent) []string { return t.Nodes }, func(l *magnet.Link) []string { return l.Nodes }},
		{"paths", "files without padding, a line each", pathsField, nil},
		{"unknown-keys", "keys that have no meaning here, a line each", unknownField, nil},
	}...)
}

func identityFields() []inspectField {
	return []inspectField{
		{"infohash", "v1 infohash, hex", func(t *metainfo.Torrent) []string { return one(t.Hashes().V1.String()) }, func(l *magnet.Link) []string {
			return one(l.V1.String())
		}},
		{"infohash-v2", "v2 infohash, hex", func(t *metainfo.Torrent) []string { return one(t.Hashes().V2.String()) }, func(l *magnet.Link) []string {
			return one(l.V2.String())
		}},
		{"name", "name", func(t *metainfo.Torrent) []string { return one(t.Name) }, func(l *magnet.Link) []string { return one(l.Name) }},
		{"magnet", "magnet link", func(t *metainfo.Torrent) []string { return one(command.MagnetLink(t).String()) }, func(l *magnet.Link) []string { return one(l.String()) }},
		{"format", "v1, v2 or hybrid", func(t *metainfo.Torrent) []string { return one(t.Format.String()) }, nil},
		{"size", "bytes of content", func(t *metainfo.Torrent) []string { return number(t.Size()) }, func(l *magnet.Link) []string {
			if l.Size == 0 {
				return one("")
			}
			return number(l.Size)
		}},
		{"files", "number of files, without padding", func(t *metainfo.Torrent) []string { return number(command.ContentFiles(t)) }, nil},
	}
}

func pathsField(t *metainfo.Torrent) []string {
	var paths []string
	for i := range t.Content() {
		paths = append(paths, filePath(t, i))
	}
	return paths
}

func unknownField(t *metainfo.Torrent) []string {
	var keys []string
	for _, k := range t.Unknown {
		keys = append(keys, k.Path)
	}
	for _, k := range t.UnknownOfFiles {
		keys = append(keys, "info.files[]."+k.Key)
	}
	return keys
}

// fieldOf finds a field by its name, or by that of its key in JSON: infohash_v2 is infohash-v2.
func fieldOf(name string) (inspectField, bool) {
	name = strings.ReplaceAll(name, "_", "-")
	for _, f := range inspectFields() {
		if f.name == name {
			return f, true
		}
	}
	return inspectField{}, false
}

// fieldWords complete --field.
func fieldWords() []string {
	var words []string
	for _, f := range inspectFields() {
		words = append(words, f.name+"\t"+f.about)
	}
	return words
}

// listFields is "--field" without a name.
func listFields(con *console.Console) error {
	f := inspectFields()
	object := func(i int) any { return knownFieldJSON{f[i].name, f[i].about} }
	return console.ShowList(con, console.NewTable("field", "value"), len(f), object, func(i int) []*console.Cell {
		return []*console.Cell{console.Text(f[i].name), console.Detail(f[i].about)}
	})
}

// readFields reads what has fields: a torrent, or a link, which may be kept in a file.
func readFields(ctx context.Context, con *console.Console, in command.Input, limit int64) (*metainfo.Torrent, *magnet.Link, error) {
	if command.IsMagnet(in.Name) {
		link, err := parseLink(con, in.Name)
		return nil, link, err
	}
	raw, err := command.ReadInput(ctx, con, in, limit)
	if err != nil {
		return nil, nil, err
	}
	t, err := command.Understand(con, in.Name, raw)
	if err != nil {
		if link := keptLink(con, in.Name, raw); link != nil {
			return nil, link, nil
		}
	}
	return t, nil, err
}

// fields prints the fields of one input.
func fields(ctx context.Context, con *console.Console, in command.Input, f *inspectFlags) error {
	t, link, err := readFields(ctx, con, in, int64(f.maxSize))
	if err != nil {
		return err
	}
	for _, field := range f.fields {
		values := one("")
		of, _ := fieldOf(field)
		switch {
		case t != nil:
			values = of.of(t)
		case of.ofLink != nil:
			values = of.ofLink(link)
		}
		if con.Options.JSON {
			if err := con.JSON(fieldJSON(in.Name, of.name, values)); err != nil {
				return err
			}
			continue
		}
		for _, v := range values {
			con.Print(console.Words(console.Escape(v)))
		}
	}
	return nil
}

// query prints the value that a pointer leads to.
func query(ctx context.Context, con *console.Console, in command.Input, f *inspectFlags) error {
	raw, err := command.ReadInput(ctx, con, in, int64(f.maxSize))
	if err != nil {
		return err
	}
	value, offset, ok, err := inspect.Query(raw, f.query)
	switch {
	case err != nil:
		return command.InputError(command.InputName(in.Name), err)
	case !ok:
		missing := fmt.Sprintf("%s: there is no %s", command.InputName(in.Name), f.query)
		slashes := strings.ReplaceAll(strings.TrimPrefix(f.query, "."), ".", "/") // as jq and gron would have it
		if _, _, ok, err := inspect.Query(raw, slashes); ok && err == nil && slashes != f.query {
			missing += "; but there is " + slashes
		}
		return console.NoBecause(missing)
	}
	text, simple := inspect.Text(value)
	switch {
	case f.raw && simple:
		_, err = io.WriteString(con.Raw(), text)
	case f.raw:
		_, err = con.Raw().Write(value)
	case con.Options.JSON:
		err = queryJSON(con, in.Name, f.query, value, offset)
	case simple:
		con.Print(console.Whole(console.Escape(text)))
	default:
		indent := ""
		if con.Human() {
			indent = "  "
		}
		err = inspect.Dump(con.Document(), bytes.NewReader(value), inspect.DumpOptions{Indent: indent})
	}
	return err
}

// knownFieldJSON is a line of "inspect --field --json", where --field names none.
type knownFieldJSON struct {
	Field string `json:"field"`
	Value string `json:"value"` // what it is
}

// valueJSON is what "inspect --query --json" prints.
type valueJSON struct {
	Input  string     `json:"input"`
	Query  string     `json:"query"`
	Offset int        `json:"offset"`
	Value  rawMessage `json:"value"` // as dump writes it
}

// queryJSON prints the value that a query leads to.
func queryJSON(con *console.Console, name, query string, value []byte, offset int) error {
	var dumped bytes.Buffer
	if err := inspect.Dump(&dumped, bytes.NewReader(value), inspect.DumpOptions{}); err != nil {
		return err
	}
	return con.JSON(valueJSON{name, query, offset, dumped.Bytes()})
}

// MarshalJSON implements json.Marshaler.
func (m rawMessage) MarshalJSON() ([]byte, error) { return m, nil }

// fieldValuesJSON is what "inspect --field NAME --json" prints.
type fieldValuesJSON struct {
	Input     string   `json:"input"`
	Field     string   `json:"field"`
	Values    []string `json:"values"`
	ValuesHex []string `json:"values_hex,omitempty"` // where one of them is not UTF-8
}

func fieldJSON(input, field string, values []string) fieldValuesJSON {
	v := fieldValuesJSON{Input: input, Field: field, Values: command.OrEmpty(values)}
	for _, s := range values {
		if command.HexIfNeeded(s) == "" {
			continue
		}
		for _, s := range values {
			v.ValuesHex = append(v.ValuesHex, hex.EncodeToString([]byte(s)))
		}
		break
	}
	return v
}
