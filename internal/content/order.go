package content

// ComparePaths compares two slash-separated paths component by component, each component as raw bytes: the order of a
// BEP 52 file tree, and the order of a [Tree]. It is negative when a comes first, zero when they are equal, positive
// when b comes first. "a/x" comes before "a-b/x", because "a" comes before "a-b"; a folder comes before what it holds.
func ComparePaths(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n {
		return len(a) - len(b)
	}
	// A slash ends a component, and a component that ends comes before any that goes on, even with a NUL.
	switch {
	case a[i] == '/':
		return -1
	case b[i] == '/':
		return 1
	}
	return int(a[i]) - int(b[i])
}
