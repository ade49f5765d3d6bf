package layout

// contentBefore returns how much content lies before a piece, or before the end
// for the piece behind the last.
func (l *Layout) contentBefore(piece int) int64 {
	if piece == l.NumPieces() {
		return l.TotalLength()
	}
	f := l.FirstFile(piece)
	if l.pad(f) {
		return l.contentBeforeFile(f)
	}
	at, _ := l.InFile(f, piece)
	return l.contentBeforeFile(f) + at
}

// contentBeforeFile returns how much content lies before a file.
func (l *Layout) contentBeforeFile(i FileIndex) int64 {
	n := l.content[i/stride]
	for f := i / stride * stride; f < i; f++ {
		if !l.pad(f) {
			n += l.length(f)
		}
	}
	return n
}

// ContentLength returns how many bytes of the i-th piece are content, and not padding.
func (l *Layout) ContentLength(i int) int64 { return l.ContentIn(Run{i, i + 1}) }

// InContent returns where the bytes of a file in a piece begin among the content
// of the piece, padding left out.
func (l *Layout) InContent(file FileIndex, piece int) int64 {
	at, _ := l.InFile(file, piece)
	return l.contentBeforeFile(file) + at - l.contentBefore(piece)
}

// PieceAt returns the piece that holds a byte of a file.
func (l *Layout) PieceAt(file FileIndex, off int64) int {
	return int((l.start(file) + off) / l.pieceLength)
}
