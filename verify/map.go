package verify

// Map draws a file as at most cells runs of pieces of about equal number, each
// with its worst state: a bad piece counts more than an unread one, that more
// than one that was skipped, and a good one least. A piece that is bad because
// of another file counts as good. An empty file has no cells.
func (r *Report) Map(file, cells int) []PieceState {
	var drawn []PieceState
	for i, k := range r.disk {
		if int(k) != file {
			continue
		}
		first, end := r.torrent.Layout().FilePieces(i)
		n := min(cells, end-first)
		for c := range n {
			worst := PieceOK
			for p := first + c*(end-first)/n; p < first+(c+1)*(end-first)/n; p++ {
				if s := r.stateIn(p, file); rank(s) > rank(worst) {
					worst = s
				}
			}
			drawn = append(drawn, worst)
		}
	}
	return drawn
}

func (r *Report) stateIn(piece, file int) PieceState {
	if s := r.pieces[piece]; !s.Bad() || r.evidence[partKey{piece, file}].verdict != Whole {
		return s
	}
	return PieceOK
}

func rank(s PieceState) int {
	switch {
	case s == PieceOK:
		return 0
	case s == PieceSkipped:
		return 1
	case !s.Bad():
		return 2
	}
	return 3
}
