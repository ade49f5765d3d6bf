//go:build !linux || portable

package content

// What other systems do not tell, or are not asked: data counts as cached where nobody knows, files have no holes, hints
// are not given, disks do not turn, and all files are on one.

func (f rawFile) cached(int64) (yes, known bool) { return false, false }
func (f rawFile) nextData(off, _ int64) int64    { return off }
func (f rawFile) readAhead(int64, int64)         {}
func (f rawFile) fetch(int64, int64)             {}
func (f rawFile) drop(int64, int64)              {}
func (f rawFile) seekingIsSlow() bool            { return f.remote() }
func (f rawFile) disk() string                   { return "" }

// readCached reads nothing where the system cannot be asked for what is in memory.
func (f rawFile) readCached([]byte, int64) int { return 0 }
