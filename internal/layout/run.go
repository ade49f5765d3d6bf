package layout

// Run is neighbouring pieces: First, and those up to before End. What is said of
// many pieces is said of runs of them: a torrent of 200 bytes can have a billion.
type Run struct{ First, End int }

// Len returns the number of pieces.
func (r Run) Len() int { return r.End - r.First }

// Runs joins neighbours in a list of pieces, whose order is kept.
func Runs(pieces []int) []Run {
	runs := []Run{}
	for _, p := range pieces {
		runs = AppendRun(runs, Run{p, p + 1})
	}
	return runs
}

// AppendRun adds a run behind others, growing the last one where the two touch.
func AppendRun(runs []Run, r Run) []Run {
	if last := len(runs) - 1; last >= 0 && runs[last].End == r.First {
		runs[last].End = r.End
		return runs
	}
	return append(runs, r)
}

// RunOf returns the pieces that hold bytes of a file; none of an empty one.
func (l *Layout) RunOf(i FileIndex) Run {
	first, end := l.FilePieces(i)
	return Run{first, end}
}

// ContentIn returns how many bytes of a run are content, and not padding.
func (l *Layout) ContentIn(r Run) int64 { return l.contentBefore(r.End) - l.contentBefore(r.First) }

// Alone returns the pieces that hold content of one file and of no other.
func (l *Layout) Alone(i FileIndex) Run {
	r := l.RunOf(i)
	alone := func(p int) bool {
		_, n := l.InFile(i, p)
		return n == l.ContentLength(p)
	}
	if r.Len() > 0 && !alone(r.First) {
		r.First++
	}
	if r.Len() > 0 && !alone(r.End-1) {
		r.End--
	}
	return r
}
