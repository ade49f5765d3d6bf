package content

import "testing"

func locate(t testing.TB, root string, want ...Want) *Located {
	t.Helper()
	l, err := Locate(t.Context(), root, want)
	if err != nil {
		t.Fatalf("Locate: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
