package verifying

import (
	"errors"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

type searchFlags struct {
	dirs    []string
	link    string
	output  string
	fix     bool
	maxRead command.SizeValue
}

// check finds flags that do not go together.
func (f *searchFlags) check(v *verifyFlags) error {
	others := v.repair.from != "" || v.web.wanted() || v.tar || v.content == "-"
	switch {
	case f.link != "" && (len(f.dirs) == 0 || f.output == ""):
		return errors.New("--link needs --search FOLDER and -o FOLDER")
	case f.output != "" && f.link == "":
		return console.WithHint(errors.New("-o needs --link"), "--link copy")
	case f.fix && len(f.dirs) > 0:
		return errors.New("--fix looks in the content's folder only, and does not go with --search")
	case f.maxRead > 0 && !f.fix && len(f.dirs) == 0:
		return errors.New("--max-read is about a search: it needs --search or --fix")
	case others && (f.fix || len(f.dirs) > 0):
		return errors.New("--search and --fix are about files on disk, and do not go with a repair, web seeds or a stream")
	}
	return nil
}

// linkKind is what --link says.
func (f *searchFlags) linkKind() verify.LinkKind {
	for _, k := range []verify.LinkKind{verify.HardLink, verify.SymLink, verify.RefLink} {
		if f.link == k.String() {
			return k
		}
	}
	return verify.Copy
}
