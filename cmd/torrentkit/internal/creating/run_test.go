package creating

import "testing"

// What is said of an interrupted run holds for the run that is started next.
func TestStopped(t *testing.T) {
	for _, tt := range []struct {
		journals []string
		stream   bool
		want     string
	}{
		{nil, false, "stopped after hashing 1 MiB of 4 MiB; nothing was written, and with --journal FILE it would be kept"},
		{[]string{"a", "b"}, false, `1 MiB of 4 MiB are kept in "a": the same command goes on from there`},
		{nil, true, "stopped after hashing 1 MiB of 4 MiB; nothing was written, and what comes in one stream is read from its beginning again"},
	} {
		if got := stopped(1<<20, 4<<20, tt.journals, tt.stream); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
