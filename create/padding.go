package create

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// tolerable is how much padding is no matter, in bytes.
const tolerable = 16 << 20

// paddingWarning tells of a hybrid that has more padding than content, which clients that
// know no pad files download, and which piece length would give less; "" where it has not.
func paddingWarning(p *Plan) string {
	has := p.padding(p.PieceLength)
	if p.Format != metainfo.Hybrid || has <= max(p.TotalLength, tolerable) {
		return ""
	}
	text := fmt.Sprintf("a hybrid of these files has %s of padding for %s of content with pieces of %s",
		binarySize(has), binarySize(p.TotalLength), binarySize(p.PieceLength))
	n := p.PieceLength
	for n > layout.MinPieceLength && p.padding(n) > p.TotalLength {
		n /= 2
	}
	switch least := p.padding(n); {
	case least <= p.TotalLength:
		return text + fmt.Sprintf("; pieces of %s have %s", binarySize(n), binarySize(least))
	case n < p.PieceLength:
		return text + fmt.Sprintf("; pieces of %s have %s, and a v1 or v2 torrent has none", binarySize(n), binarySize(least))
	}
	return text + "; a v1 or v2 torrent has none"
}

// padding is how many bytes pad files have in a hybrid of pieces of n bytes.
func (p *Plan) padding(n int64) (sum int64) {
	padded := p.Files
	if !p.o.PadEnds {
		padded = padded[:len(padded)-1]
	}
	for k := range padded {
		sum += (n - padded[k].Length%n) % n
	}
	return sum
}

// binarySize words a size for people.
func binarySize(n int64) string {
	unit := 0
	f := float64(n)
	for f >= 1024 && unit < 4 {
		f /= 1024
		unit++
	}
	return fmt.Sprintf("%.3g %s", f, [...]string{"B", "KiB", "MiB", "GiB", "TiB"}[unit])
}
