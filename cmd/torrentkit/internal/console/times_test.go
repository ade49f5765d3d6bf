package console

import (
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d                   time.Duration
		answer, work, speed string // speed is that of 1 MiB
	}{
		{245*time.Microsecond + 400, "245µs", "0.01 s", "4.0 GiB/s"},
		{3*time.Millisecond + 460*time.Microsecond, "3.5ms", "0.01 s", "289 MiB/s"},
		{760 * time.Millisecond, "760ms", "0.76 s", "1.3 MiB/s"},
		{1*time.Second + 214*time.Millisecond, "1.21s", "1.21 s", "843 KiB/s"},
		{12 * time.Second, "12s", "12 s", "85 KiB/s"},
		{200 * time.Second, "3m20s", "3 min 20 s", "5.1 KiB/s"},
	} {
		con, _, _ := fake()
		if answer, work, speed := con.Times.Answer(tt.d), con.Times.Work(tt.d), con.Times.Speed(1<<20, tt.d); answer != tt.answer || work != tt.work || speed != tt.speed {
			t.Errorf("%v is %q, %q, %q; want %q, %q, %q", tt.d, answer, work, speed, tt.answer, tt.work, tt.speed)
		}
	}
}

// A world may have one time for all that were measured, which people are told; programs get the numbers.
func TestMeasured(t *testing.T) {
	t.Parallel()
	e, _, _ := fakeEnv()
	e.Measured = func(time.Duration) time.Duration { return 3500 * time.Microsecond }
	times := New(e).Times
	cell := times.AnswerCell(time.Hour)
	if got := [4]string{cell.Human, cell.Raw, times.Work(time.Hour), times.Speed(7<<20, time.Hour)}; got != [4]string{"3.5ms", "3600000.000", "0.01 s", "2.0 GiB/s"} {
		t.Errorf("%q", got)
	}
}

func TestFormatInterval(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                             "0s",
		20 * time.Second:              "20s",
		30 * time.Minute:              "30m",
		30*time.Minute + time.Second:  "30m1s",
		10 * time.Hour:                "10h",
		time.Hour + 10*time.Minute:    "1h10m",
		time.Hour + 20*time.Second:    "1h0m20s",
		time.Minute + 30*time.Second:  "1m30s",
		2*time.Hour + 500*time.Second: "2h8m20s",
	} {
		if got := FormatInterval(d); got != want {
			t.Errorf("%v is %q; want %q", d, got, want)
		}
	}
}
