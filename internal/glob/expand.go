package glob

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Expand lists, in order, the files and folders on disk that a path with a pattern in it names, as a shell would: a star stops at
// slashes, ** does not, and upper and lower case are alike. A backslash is a slash. A path that has no pattern, or that is the name of
// something that is there, stands for itself, and so do folders at its beginning, such as "Film [2019]"; what nothing matches gives no
// names. It ends early with ctx's error.
func Expand(ctx context.Context, name string) ([]string, error) {
	volume := filepath.VolumeName(name) // it may have the ? of \\?\C:
	base, pattern := doublestar.SplitPattern(strings.ReplaceAll(name[len(volume):], `\`, "/"))
	if !strings.ContainsAny(pattern, "*?[{") || !doublestar.ValidatePattern(pattern) || exists(name) {
		return []string{name}, nil
	}
	for {
		first, rest, more := strings.Cut(pattern, "/")
		if below := path.Join(base, first); more && exists(volume+filepath.FromSlash(below)) {
			base, pattern = below, rest
			continue
		}
		break
	}
	folder := volume + filepath.FromSlash(base)
	prefix := strings.TrimSuffix(folder, string(filepath.Separator)) + string(filepath.Separator)
	if base == "." {
		prefix = volume
	}
	var names []string
	err := doublestar.GlobWalk(os.DirFS(listable(volume)+filepath.FromSlash(base)), pattern, func(found string, _ fs.DirEntry) error {
		names = append(names, prefix+filepath.FromSlash(found))
		return ctx.Err()
	}, doublestar.WithCaseInsensitive())
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// listable is a volume whose folders can be opened by all forms of their paths: behind \\?\ the system takes a dot for a name.
func listable(volume string) string {
	long, isLong := strings.CutPrefix(volume, `\\?\`)
	if share, ok := strings.CutPrefix(long, `UNC\`); isLong && ok {
		return `\\` + share
	}
	return long
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
