package console

import (
	"fmt"
	"strconv"
)

// columnUnit is the unit that all sizes of a column have, so that their digits stand below one another.
type columnUnit struct {
	shift uint
	exact bool // every size is a whole number of units
}

// columnUnits chooses the unit of each column of sizes: one in which all are whole numbers, or else the largest in which the
// smallest size still shows, but none in which the largest has too many digits.
func columnUnits(t *Table) []columnUnit {
	units := make([]columnUnit, 0, len(t.Head))
	for i := 0; len(t.Rows) > 0 && i < len(t.Rows[0]); i++ {
		var sizes []int64
		for _, row := range t.Rows {
			if i < len(row) && row[i].kind == size && row[i].Human != "" {
				sizes = append(sizes, row[i].bytes)
			}
		}
		units = append(units, unitOf(sizes))
	}
	return units
}

func unitOf(sizes []int64) columnUnit {
	var largest, smallest int64
	for _, n := range sizes {
		largest = max(largest, n)
		if n > 0 && (smallest == 0 || n < smallest) {
			smallest = n
		}
	}
	var u columnUnit
	for u.shift < 60 && largest>>(u.shift+10) > 0 {
		u.shift += 10
	}
	const digits, exactDigits = 100_000, 1_000_000
	for lower := u.shift; ; lower -= 10 {
		if largest>>lower < exactDigits && wholeUnits(sizes, lower) {
			return columnUnit{lower, true}
		}
		if lower == 0 || largest>>(lower-10) >= exactDigits {
			break
		}
	}
	for u.shift > 0 && smallest < int64(1)<<u.shift/10 && largest>>(u.shift-10) < digits {
		u.shift -= 10
	}
	u.exact = wholeUnits(sizes, u.shift)
	return u
}

func wholeUnits(sizes []int64, shift uint) bool {
	for _, n := range sizes {
		if n&(int64(1)<<shift-1) != 0 {
			return false
		}
	}
	return true
}

func (u columnUnit) format(n int64) string {
	name := "B"
	if u.shift > 0 {
		name = string(units[u.shift/10-1]) + "iB"
	}
	if u.exact {
		return FormatCount(n>>u.shift) + " " + name
	}
	value := float64(n) / float64(int64(1)<<u.shift)
	if n > 0 && value < 0.005 {
		return "<0.01 " + name
	}
	return withSeparators(fmt.Sprintf("%.2f", value)) + " " + name
}

// withSeparators groups the digits before the point of a number.
func withSeparators(number string) string {
	whole, fraction := number[:len(number)-3], number[len(number)-3:]
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return number
	}
	return FormatCount(n) + fraction
}
