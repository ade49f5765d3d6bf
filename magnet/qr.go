package magnet

import (
	"fmt"

	"rsc.io/qr"
)

// QR returns the rows of a QR code of the text, true where a module is dark,
// without the margin of four modules that it needs around it. A code holds
// some 2900 bytes.
func QR(text string) ([][]bool, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("drawing a link of %d bytes as a QR code: %w", len(text), err)
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	return rows, nil
}
