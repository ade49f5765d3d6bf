package creating

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// readExpected reads the torrent that is expected, and takes over what decides how its files are hashed, unless a flag does:
// only then can files be compared.
func readExpected(ctx context.Context, con *console.Console, o *create.Options, f *createFlags) (err error) {
	if f.expect == "" {
		return nil
	}
	if f.expected, err = command.ParseTorrent(ctx, con, command.Named(f.expect), command.MaxTorrent); err != nil {
		return err
	}
	t := f.expected
	if !f.decided["format"] {
		o.Format = t.Format
	}
	if !f.decided["name"] {
		o.Name = t.Name
	}
	if n := t.PieceLength; !f.decided["piece-length"] && !f.decided["max-torrent-size"] && !f.decided["max-piece-length"] && (n >= 16<<10 && n&(n-1) == 0 || n >= 1<<10 && o.Format == metainfo.V1) {
		o.PieceLength, o.AnyPieceLength = n, true
	}
	for i := range t.Files {
		o.Align = o.Align || t.Format == metainfo.V1 && t.Files[i].Pad()
	}
	return nil
}

// refuseHash is what --expect-infohash says of a torrent that has another. Which files differ an infohash does not tell.
func refuseHash(con *console.Console, err error, out *command.Output) error {
	var other *create.UnexpectedHashError
	if !errors.As(err, &other) {
		return err
	}
	if con.Options.JSON && out.Kind != command.ToStdout {
		if err := con.JSON(otherHashToJSON(other)); err != nil {
			return err
		}
	}
	return console.NoBecause(other.Error() + "; nothing was written")
}

// compareExpected tells how the torrent that was made differs from the one that was expected.
func compareExpected(con *console.Console, made *create.Result, paths []string, out *command.Output, f *createFlags) error {
	if f.expected == nil {
		return nil
	}
	t, err := metainfo.Parse(made.Raw())
	if err != nil {
		return fmt.Errorf("reading the torrent that was made: %w", err)
	}
	d := inspect.Diff(f.expected, t)
	if d.SameInfoHash {
		return nil
	}
	if err := showUnexpected(con, d, f.expected, t, out); err != nil {
		return err
	}
	what, unclear := differing(d)
	err = console.NoBecause(fmt.Sprintf("the infohash is %s, and that of %q is %s: %s; nothing was written", t.Hashes(), f.expect, f.expected.Hashes(), what))
	if unclear && f.content == nil && len(paths) == 1 {
		err = console.WithHint(err, "torrentkit verify "+shellWord(f.expect)+" "+shellWord(paths[0]))
	}
	return err
}

// maxNamed is how many files the error names. The table has all.
const maxNamed = 3

// differing says what differs: first that by which hashes of files cannot be compared, then the files. unclear is set where
// only their content can tell.
func differing(d *inspect.Difference) (what string, unclear bool) {
	var parts, names []string
	for _, f := range d.Fields {
		if slices.Contains([]string{"format", "piece length", "name"}, f.Field) {
			parts = append(parts, fmt.Sprintf("the %s is %s, not %s", f.Field, f.B, f.A))
		}
	}
	cannotTell := 0
	for _, f := range d.Files {
		if f.Kind == inspect.FileUnclear {
			cannotTell++
		} else {
			names = append(names, changedName(f))
		}
	}
	if n := len(names); n > maxNamed {
		names = append(names[:maxNamed], fmt.Sprintf("%d more", n-maxNamed))
	}
	if len(names) > 0 {
		parts = append(parts, strings.Join(names, ", "))
	}
	if cannotTell > 0 {
		parts = append(parts, command.Plural(cannotTell, "file")+" may differ, which only the content tells")
	}
	if len(parts) == 0 {
		parts = append(parts, "no file differs, but "+strings.Join(infoKeys(d), ", "))
	}
	return strings.Join(parts, "; "), cannotTell > 0
}

// changedName names a file that differs.
func changedName(f inspect.FileChange) string {
	if f.A == "" || f.B == "" || f.A == f.B {
		return fmt.Sprintf("%q %s", cmp.Or(f.A, f.B), f.Kind)
	}
	return fmt.Sprintf("%q %s %q", f.A, f.Kind, f.B)
}

// shellWord quotes a path for a command that a person pastes, and keeps it from being a flag.
func shellWord(path string) string {
	if strings.HasPrefix(path, "-") && path != "-" {
		path = "./" + path
	}
	if path != "" && !strings.ContainsFunc(path, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-+=:,@", r)
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// infoKeys are the keys that differ and are not hashes of content.
func infoKeys(d *inspect.Difference) []string {
	keys := make([]string, 0, len(d.InfoKeys))
	for _, k := range d.InfoKeys {
		keys = append(keys, k.Key)
	}
	return keys
}
