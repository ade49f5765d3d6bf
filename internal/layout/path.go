package layout

import "strings"

// ComparePaths orders slash-separated paths by their components compared as
// raw bytes, so that "a/x" sorts before "a-b/x". That is the order of a BEP 52
// file tree, and the order of files in every torrent made here.
func ComparePaths(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	switch {
	case i == len(a) && i == len(b):
		return 0
	case i == len(a): // a is a prefix: of the last component, or of the path
		return -1
	case i == len(b):
		return 1
	}
	// A slash ends a component, and an end sorts before every byte.
	ca, cb := int(a[i]), int(b[i])
	if ca == '/' {
		ca = -1
	}
	if cb == '/' {
		cb = -1
	}
	if ca < cb {
		return -1
	}
	return 1
}

// Inside tells whether path lies below folder; both are slash-separated.
func Inside(path, folder string) bool {
	return len(path) > len(folder) && path[len(folder)] == '/' && strings.HasPrefix(path, folder)
}
