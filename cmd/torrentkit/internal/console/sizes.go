package console

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Sizes are binary everywhere: 16M, 16MB and 16MiB are all 16777216 bytes.

const units = "KMGTPE"

// ParseSize reads a number of bytes such as 16777216, 16M, 16MiB, "16 MiB", 16k or 1.5G. A size that is no whole number of
// bytes, negative, or over 2^63-1 is an error.
func ParseSize(s string) (int64, error) {
	text := strings.TrimSpace(s)
	end := len(text)
	if i := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }); i >= 0 {
		end = i
	}
	number, unit := text[:end], strings.TrimLeft(text[end:], " ")
	shift, ok := unitShift(unit)
	switch {
	case strings.HasPrefix(text, "-"):
		return 0, fmt.Errorf("size %q is negative", s)
	case number == "" || !ok:
		return 0, fmt.Errorf("size %q is not a number with a unit such as 512, 16k, 16MiB or 1.5G", s)
	}
	n, err := scale(number, shift)
	if err != nil {
		return 0, fmt.Errorf("size %q %w", s, err)
	}
	return n, nil
}

// unitShift knows "", B, K, KB, KiB and so on in any case, as a power of two.
func unitShift(unit string) (uint, bool) {
	u := strings.ToUpper(unit)
	if u == "" || u == "B" {
		return 0, true
	}
	i := strings.IndexByte(units, u[0])
	if i < 0 || u[1:] != "" && u[1:] != "B" && u[1:] != "IB" {
		return 0, false
	}
	return uint(i+1) * 10, true
}

var (
	errTooLarge = errors.New("is over 2^63-1 bytes")
	errFraction = errors.New("is not a whole number of bytes")
	errNoNumber = errors.New("has no valid number")
)

// scale multiplies a decimal number by 1<<shift, exactly.
func scale(number string, shift uint) (int64, error) {
	whole, fraction, _ := strings.Cut(number, ".")
	fraction = strings.TrimRight(fraction, "0")
	if strings.Contains(fraction, ".") || whole == "" || strings.HasSuffix(number, ".") {
		return 0, errNoNumber
	}
	if len(fraction) > 18 {
		return 0, errFraction
	}
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || n > math.MaxInt64>>shift {
		return 0, errTooLarge
	}
	n <<= shift
	if fraction == "" {
		return int64(n), nil
	}
	part, err := strconv.ParseUint(fraction, 10, 64)
	if err != nil {
		return 0, errNoNumber
	}
	high, low := bits.Mul64(part, 1<<shift)
	divisor := uint64(math.Pow10(len(fraction)))
	quotient, remainder := bits.Div64(high, low, divisor) // part < divisor, so high < divisor
	if remainder != 0 {
		return 0, errFraction
	}
	if n += quotient; n > math.MaxInt64 {
		return 0, errTooLarge
	}
	return int64(n), nil
}

// FormatSize words a number of bytes: "512 B", "16 MiB", "1.50 GiB". Two decimals, rounded to the nearest, show that the
// number is not exact or not whole.
func FormatSize(n int64) string {
	sign, u := "", uint64(n)
	if n < 0 {
		sign, u = "-", -uint64(n)
	}
	shift := uint(0)
	for ; shift < 60 && u>>(shift+10) != 0; shift += 10 {
	}
	if shift == 0 {
		return fmt.Sprintf("%s%d B", sign, u)
	}
	unit := uint64(1) << shift
	whole, rest := u/unit, u%unit
	// rest < 2^60, so rest*100 needs 67 bits.
	high, low := bits.Mul64(rest, 100)
	low, carry := bits.Add64(low, unit/2, 0)
	hundredths, _ := bits.Div64(high+carry, low, unit)
	if hundredths == 100 {
		whole, hundredths = whole+1, 0
	}
	if whole == 1024 && shift < 60 {
		whole, shift = 1, shift+10
	}
	name := string(units[shift/10-1]) + "iB"
	if rest == 0 {
		return fmt.Sprintf("%s%d %s", sign, whole, name)
	}
	return fmt.Sprintf("%s%d.%02d %s", sign, whole, hundredths, name)
}

// FormatCount words a number with separators: 16,777,216.
func FormatCount(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// formatDuration words a time span in its two largest units: "850 ms", "12 s", "3 min 20 s", "1 h 05 min", "2 d 03 h".
func formatDuration(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	seconds := int64((d + time.Second/2) / time.Second)
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %02d s", seconds/60, seconds%60)
	case seconds < 86400:
		return fmt.Sprintf("%d h %02d min", seconds/3600, seconds%3600/60)
	}
	return fmt.Sprintf("%d d %02d h", seconds/86400, seconds%86400/3600)
}

// FormatRate words bytes in a second, of which three digits are enough: "5.3 GiB/s", "512 MiB/s".
func FormatRate(perSecond float64) string {
	unit := "B"
	for i := 0; i < len(units) && perSecond >= 1024; i++ {
		perSecond /= 1024
		unit = string(units[i]) + "iB"
	}
	if perSecond < 10 && unit != "B" {
		return fmt.Sprintf("%.1f %s/s", perSecond, unit)
	}
	return fmt.Sprintf("%.0f %s/s", perSecond, unit)
}

// FormatTime words a time in UTC, so that the same torrent reads the same everywhere.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
