package diskname

import "strings"

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
