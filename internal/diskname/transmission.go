package diskname

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Transmission3 is the name under which Transmission 3.00 stores what a torrent calls
// element; "" where it leaves it out. (tr_metainfo_sanitize_path_component.) A name
// of the content itself goes through [Transmission3Text] first, a path behind it.
func Transmission3(element string) string {
	if element == "." {
		return ""
	}
	stored := []byte(element)
	for i, c := range stored {
		if c < 0x20 || strings.IndexByte(`<>:"/\|?*`, c) >= 0 {
			stored[i] = '_'
		}
	}
	name := string(stored)
	if stem, _, _ := strings.Cut(name, "."); deviceName(stem) {
		name = stem + "_" + name[len(stem):]
	}
	return strings.TrimRight(strings.TrimLeft(name, " "), " .")
}

// Transmission3Path is the slash-separated path under which Transmission 3.00 stores
// a file below the folder of a torrent; "" where it refuses it.
func Transmission3Path(names iter.Seq[string]) string {
	var kept []string
	for n := range names {
		if name := Transmission3(n); name != "" {
			kept = append(kept, name)
		}
	}
	return Transmission3Text(strings.Join(kept, "/"))
}

// Transmission3Text takes what is not UTF-8 for ISO 8859-15, as Transmission 3.00
// does. (tr_utf8clean.)
func Transmission3Text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	latin9 := map[byte]rune{0xa4: '€', 0xa6: 'Š', 0xa8: 'š', 0xb4: 'Ž', 0xb8: 'ž', 0xbc: 'Œ', 0xbd: 'œ', 0xbe: 'Ÿ'}
	var b strings.Builder
	for _, c := range []byte(s) {
		r, other := latin9[c]
		if !other {
			r = rune(c)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Transmission is the slash-separated path under which Transmission 4.0 stores what
// a torrent calls element, a name that may have slashes; "" where it leaves it out.
// (tr_torrent_files::makeSubpathPortable.) Later releases change less on systems
// that are not Windows.
func Transmission(element string) string {
	var kept []string
	for name := range strings.SplitSeq(element, "/") {
		name = strings.TrimRight(strings.Trim(name, " \t\n\v\f\r"), ".")
		if name == "" {
			continue
		}
		if deviceName(name) {
			name = "_" + name
		}
		stored := []byte(name)
		for i, c := range stored {
			if strings.IndexByte(`"*:<>?\|`, c) >= 0 {
				stored[i] = '_'
			}
		}
		kept = append(kept, string(stored))
	}
	return strings.Join(kept, "/")
}

// deviceName tells whether Windows takes a name for that of a device.
func deviceName(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem {
	case "AUX", "CON", "NUL", "PRN":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '1' && stem[3] <= '9'
}
