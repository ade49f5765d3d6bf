package command

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// usualTemps is how many temporary names an output has before it takes random ones: one for each process that writes it at
// a time. What a process that was killed has left is found under these.
const usualTemps = 4

// tempName is a temporary name of the output in its folder.
func (o *Output) tempName(try int) string {
	base := o.base()
	for len(base) > 200 { // names end at 255 bytes
		_, size := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-size]
	}
	which := fmt.Sprint(try + 1)
	if try >= usualTemps {
		which = strings.ToLower(rand.Text()[:12])
	}
	return "." + base + ".torrentkit-" + which + ".tmp"
}

// createTemp opens a new file, of a name, beside the target, and claims it as long as it is open. os.CreateTemp would make it 0600; a
// plain creation gives it the permissions that any new file gets there, by the umask or by the folder's access control
// list.
func (o *Output) createTemp(dir within) (string, *os.File, error) {
	for try := 0; ; try++ {
		name := o.tempName(try)
		f, err := dir.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if err == nil {
			var ours bool
			if ours, err = claim(dir, name, f); ours {
				return name, f, nil
			}
			f.Close() // another process took it for left behind, before it was claimed
			if err != nil {
				dir.Remove(name)
				return "", nil, err
			}
		} else if !errors.Is(err, fs.ErrExist) {
			return "", nil, err
		}
		if try == usualTemps+10 {
			return "", nil, fs.ErrExist
		}
	}
}

// sweep removes what earlier processes that were killed have left of this output: regular files of its temporary names
// that are ours, and that nobody has claimed.
func (o *Output) sweep(dir within) {
	for try := range usualTemps {
		name := o.tempName(try)
		if info, err := lstat(dir, name); err == nil && info.Mode().IsRegular() && o.owns(info) {
			removeUnclaimed(dir, name, info)
		}
	}
}
