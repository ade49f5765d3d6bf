package create

import (
	"strings"
	"testing"
)

func TestLimitsFile(t *testing.T) {
	t.Parallel()
	limits, err := readLimits(limitsFile)
	if err != nil {
		t.Fatalf("limits.json: %v", err)
	}
	kinds := map[string]int{}
	for _, l := range limits {
		kinds[l.Kind]++
	}
	if kinds["client"] == 0 || kinds["tracker"] == 0 {
		t.Errorf("entries of each kind: %v", kinds)
	}
}

func TestLimitsAreValidated(t *testing.T) {
	t.Parallel()
	const good = `{"name":"x","kind":"tracker","hosts":["x.example"],"max_piece_length":16777216}`
	if _, err := readLimits([]byte("[" + good + "]")); err != nil {
		t.Fatal(err)
	}
	for what, bad := range map[string]string{
		"unknown key":        strings.Replace(good, "hosts", "host", 1),
		"no name":            strings.Replace(good, `"x"`, `""`, 1),
		"twice":              good + "," + good,
		"kind":               strings.Replace(good, "tracker", "trackers", 1),
		"client with hosts":  strings.Replace(good, "tracker", "client", 1),
		"tracker without":    strings.Replace(good, `"hosts":["x.example"],`, "", 1),
		"host with a path":   strings.Replace(good, "x.example", "x.example/y", 1),
		"host in upper case": strings.Replace(good, "x.example", "X.example", 1),
		"piece length":       strings.Replace(good, "16777216", "16777217", 1),
		"no limit":           strings.Replace(good, `,"max_piece_length":16777216`, "", 1),
		"format":             strings.Replace(good, `"max_`, `"formats":["v3"],"max_`, 1),
		"negative size":      strings.Replace(good, `"max_`, `"max_torrent_size":-1,"max_`, 1),
		"not JSON":           "{",
		"a second list":      good + "][",
	} {
		if _, err := readLimits([]byte("[" + bad + "]")); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
