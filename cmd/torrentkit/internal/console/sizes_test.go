package console

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseSize(t *testing.T) {
	tests := []struct {
		in   string
		want int64
	}{
		{"0", 0},
		{"512", 512},
		{"512B", 512},
		{"16777216", 16 << 20},
		{"16M", 16 << 20},
		{"16MB", 16 << 20},
		{"16MiB", 16 << 20},
		{"16mib", 16 << 20},
		{"16 MiB", 16 << 20},
		{" 16k ", 16 << 10},
		{"1.5G", 3 << 29},
		{"0.5k", 512},
		{"1.50", -1},
		{"1.0", 1},
		{"2T", 2 << 40},
		{"7E", 7 << 60},
		{"7.999E", -1}, // not a whole number of bytes
		{"9223372036854775807", math.MaxInt64},
	}
	for _, tt := range tests {
		got, err := ParseSize(tt.in)
		if tt.want < 0 {
			if err == nil {
				t.Errorf("parseSize(%q) = %d, want an error", tt.in, got)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", tt.in, got, err, tt.want)
		}
	}
}

func TestParseSizeErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "is not a number with a unit",
		"M":                       "is not a number with a unit",
		"16X":                     "is not a number with a unit",
		"16MiBs":                  "is not a number with a unit",
		"16Mi B":                  "is not a number with a unit",
		"0x10":                    "is not a number with a unit",
		"1e6":                     "is not a number with a unit",
		"١٦":                      "is not a number with a unit",
		"1_000":                   "is not a number with a unit",
		"-1":                      "is negative",
		"-1M":                     "is negative",
		"8E":                      "is over 2^63-1 bytes",
		"9223372036854775808":     "is over 2^63-1 bytes",
		"99999999999999999999999": "is over 2^63-1 bytes",
		"1.5":                     "is not a whole number of bytes",
		"1.0001k":                 "is not a whole number of bytes",
		"0.1234567890123456789E":  "is not a whole number of bytes",
		"1.2.3k":                  "has no valid number",
		".5k":                     "has no valid number",
		"1.k":                     "has no valid number",
	} {
		if n, err := ParseSize(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseSize(%q) = %d, %v; want an error with %q", in, n, err, want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{
		0:                "0 B",
		512:              "512 B",
		1023:             "1023 B",
		1024:             "1 KiB",
		1025:             "1.00 KiB",
		1536:             "1.50 KiB",
		16 << 20:         "16 MiB",
		3 << 29:          "1.50 GiB",
		1<<20 - 1:        "1.00 MiB",
		1<<20 - 6<<10:    "1018 KiB",
		123456789:        "117.74 MiB",
		math.MaxInt64:    "8.00 EiB",
		1 << 60:          "1 EiB",
		-1536:            "-1.50 KiB",
		math.MinInt64:    "-8 EiB",
		1<<30 + 10737418: "1.01 GiB",
	} {
		if got := FormatSize(n); got != want {
			t.Errorf("formatSize(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestFormatSizeIsRead(t *testing.T) {
	for shift := range 62 {
		n := int64(1) << shift
		if got, err := ParseSize(FormatSize(n)); err != nil || got != n {
			t.Errorf("parseSize(formatSize(%d)) = %d, %v", n, got, err)
		}
	}
}

func TestFormatCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 16777216: "16,777,216", -999: "-999", -1000: "-1,000", math.MinInt64: "-9,223,372,036,854,775,808"} {
		if got := FormatCount(n); got != want {
			t.Errorf("formatCount(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestFormatDurationAndTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:             "0 ms",
		850 * time.Millisecond:   "850 ms",
		59400 * time.Millisecond: "59 s",
		59600 * time.Millisecond: "1 min 00 s",
		200 * time.Second:        "3 min 20 s",
		65 * time.Minute:         "1 h 05 min",
		51 * time.Hour:           "2 d 03 h",
	} {
		if got := formatDuration(d); got != want {
			t.Errorf("formatDuration(%v) = %q, want %q", d, got, want)
		}
	}
	if got := FormatTime(time.Unix(1700000000, 0)); got != "2023-11-14 22:13:20 UTC" {
		t.Errorf("formatTime gives %q", got)
	}
}
