package layout

import "fmt"

// Piece lengths in bytes: what a v2 torrent may have (BEP 52), what is chosen
// by itself, and what new torrents are made with at the most.
const (
	MinPieceLength     = LeafSize
	MaxAutoPieceLength = 16 << 20
	// MaxWantedPieceLength is the most that a wish for few pieces or a small torrent leads to: clients with libtorrent stop there.
	MaxWantedPieceLength = 128 << 20
	MaxPieceLength       = 256 << 20
	minAnyPieceLength    = 1 << 10
	// MaxTreePieceLength is the longest piece of a v2 torrent that is read, and the longest padding. The leaves of a
	// piece are in memory together. libtorrent stops there too.
	MaxTreePieceLength = 512 << 20
)

// AutoPieceLength chooses the piece length for that many bytes of content: the
// smallest power of two that gives at most 2000 pieces, between 16 KiB and
// 16 MiB. So there are between 1000 and 2000 pieces wherever the bounds allow.
func AutoPieceLength(total int64) int64 {
	const most = 2000
	n := int64(MinPieceLength)
	for n < MaxAutoPieceLength && total > n*most {
		n *= 2
	}
	return n
}

// CheckPieceLength tells whether a torrent of the format that somebody made
// may have pieces of n bytes: any positive number in v1, a power of two from
// 16 KiB in v2 and hybrids (BEP 52), where 512 MiB is the most that is read.
func CheckPieceLength(format Format, n int64) error {
	switch {
	case n <= 0:
		return fmt.Errorf("%w: %d is not positive", ErrPieceLength, n)
	case format.HasV2() && (n < MinPieceLength || n&(n-1) != 0):
		return fmt.Errorf("%w: %d is not a power of two of at least 16384 bytes, as v2 wants", ErrPieceLength, n)
	case format.HasV2() && n > MaxTreePieceLength:
		return fmt.Errorf("%w: %d is more than 536870912 bytes (512 MiB), the most that is read in v2", ErrPieceLength, n)
	}
	return nil
}

// CheckNewPieceLength tells whether new torrents are made with pieces of n
// bytes: powers of two from 16 KiB to 256 MiB.
func CheckNewPieceLength(n int64) error {
	if n < MinPieceLength || n > MaxPieceLength || n&(n-1) != 0 {
		return fmt.Errorf("%w: %d is not a power of two from 16384 (16 KiB) to 268435456 (256 MiB)", ErrPieceLength, n)
	}
	return nil
}

// CheckAnyPieceLength is CheckNewPieceLength for those who want a length that is no
// power of two, of which v2 knows none (BEP 52).
func CheckAnyPieceLength(format Format, n int64) error {
	if format.HasV2() {
		return CheckNewPieceLength(n)
	}
	if n < minAnyPieceLength || n > MaxPieceLength {
		return fmt.Errorf("%w: %d is not from 1024 (1 KiB) to 268435456 (256 MiB)", ErrPieceLength, n)
	}
	return nil
}

// Pad returns the files of a torrent that is to be made, with the pad files
// that its format wants: in a hybrid a file with content that would not start
// on a piece boundary has one in front. For the other formats files come back
// as they are.
func Pad(format Format, pieceLength int64, files []File) []File {
	if format != Hybrid {
		return files
	}
	return Align(pieceLength, files)
}

// Align returns files with pad files (BEP 47) in front of those with content
// that would not start on a piece boundary.
func Align(pieceLength int64, files []File) []File {
	padded := make([]File, 0, 2*len(files))
	var over int64 // bytes behind the last piece boundary
	for _, f := range files {
		if over > 0 && f.Length > 0 {
			padded = append(padded, File{Length: pieceLength - over, Pad: true})
			over = 0
		}
		padded = append(padded, f)
		over = (over + f.Length) % pieceLength
	}
	return padded
}

// AlignEnds returns files with pad files behind those with content that do not end
// on a piece boundary, the last one too, as libtorrent 2.1 has them by default. A
// file that is alone gets none.
func AlignEnds(pieceLength int64, files []File) []File {
	if len(files) == 1 {
		return files
	}
	padded := make([]File, 0, 2*len(files))
	for _, f := range files {
		padded = append(padded, f)
		if over := f.Length % pieceLength; over > 0 {
			padded = append(padded, File{Length: pieceLength - over, Pad: true})
		}
	}
	return padded
}
