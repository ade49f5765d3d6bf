package diskname

import (
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/nfc"
)

// NFC returns a path in Unicode's composed form, in which most systems and keyboards write names; macOS may give them
// decomposed. What is not valid UTF-8 stays as it is.
func NFC(path string) string {
	if !utf8.ValidString(path) {
		return path
	}
	return nfc.String(path)
}
