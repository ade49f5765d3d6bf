package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Times words times that were measured, here and nowhere else. What an answer took is told as latencies are, what work took
// as those tell it who compare speeds. Programs get the numbers themselves.
type Times struct {
	measured func(time.Duration) time.Duration // Env.Measured
}

// Answer words how long one waited for an answer: "245µs", "3.5ms", "1.21s".
func (t Times) Answer(d time.Duration) string {
	d = t.told(d)
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// AnswerCell is how long one waited for an answer: rounded for people, milliseconds in a pipe.
func (t Times) AnswerCell(d time.Duration) *Cell {
	return &Cell{Human: t.Answer(d), Raw: strconv.FormatFloat(d.Seconds()*1000, 'f', 3, 64), Right: true}
}

// Work words how long work took: "0.76 s", "12 s", "3 min 20 s".
func (t Times) Work(d time.Duration) string {
	d = t.told(d)
	switch {
	case d < 10*time.Millisecond:
		return "0.01 s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return formatDuration(d)
}

// Speed words how fast work on so many bytes was: "5.3 GiB/s".
func (t Times) Speed(bytes int64, d time.Duration) string {
	return FormatRate(float64(bytes) / t.told(d).Seconds())
}

func (t Times) told(d time.Duration) time.Duration {
	if t.measured == nil {
		return d
	}
	return t.measured(d)
}

// FormatInterval words a time that somebody set, to the second, as doctor's findings do: "30m", "1h30m", "30m1s".
func FormatInterval(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
