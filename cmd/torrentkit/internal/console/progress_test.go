package console

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// stepClock is a clock that moves by hand.
type stepClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *stepClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *stepClock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func progressApp(tty bool, width int) (*Console, *fakeBuffer, *stepClock) {
	con, _, stderr := fake()
	clock := &stepClock{t: time.Unix(1700000000, 0)}
	con.env.Now, con.env.ErrTTY, con.env.Width = clock.now, tty, func() int { return width }
	return con, stderr, clock
}

// frame draws by hand what the ticker would.
func (p *Progress) frame() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw()
}

func TestProgressMode(t *testing.T) {
	tests := []struct {
		name                  string
		tty, flag, json, mute bool
		term                  string
		want                  progressMode
	}{
		{"terminal", true, false, false, false, "xterm", progressBar},
		{"pipe", false, false, false, false, "xterm", progressNone},
		{"pipe and --progress", false, true, false, false, "", progressLines},
		{"dumb terminal", true, false, false, false, "dumb", progressLines},
		{"dumb terminal and --progress", true, true, false, false, "dumb", progressLines},
		{"--json", true, false, true, false, "xterm", progressNone},
		{"--quiet", true, true, false, true, "xterm", progressNone},
	}
	for _, tt := range tests {
		con, _, _ := fake()
		con.env.ErrTTY, con.Options.Progress, con.Options.JSON, con.Options.Quiet = tt.tty, tt.flag, tt.json, tt.mute
		con.env.Getenv = func(key string) string { return map[string]string{"TERM": tt.term}[key] }
		if got := modeOf(con); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	con, _, clock := progressApp(false, 80)
	p := con.StartProgress("hashing")
	defer p.Finish()
	p.Set(0, 100<<20)
	p.frame()
	for _, want := range []string{
		"hashing: 10 MiB of 100 MiB (10 %), 10 MiB/s, 9 s left",
		"hashing: 20 MiB of 100 MiB (20 %), 10 MiB/s, 8 s left",
	} {
		clock.step(time.Second)
		p.Set(p.done.Load()+10<<20, 100<<20)
		p.frame()
		done, total := p.Now()
		if got := p.line(done, total); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, tt := range []struct {
		done, total int64
		want        string
	}{
		{100<<20 - 1, 100 << 20, "(99 %)"},
		{100 << 20, 100 << 20, "(100 %)"},
		{200 << 20, 100 << 20, "100 MiB of 100 MiB (100 %)"},
		{-5, 100 << 20, "0 B of 100 MiB (0 %)"},
		{0, 0, "hashing: 2 s so far"},
		{5, -1, "hashing: 2 s so far"},
	} {
		p.Set(tt.done, tt.total)
		done, total := p.Now()
		if got := p.line(done, total); !strings.Contains(got, tt.want) {
			t.Errorf("%d of %d: %q, want %q in it", tt.done, tt.total, got, tt.want)
		}
	}
}

// What is known beforehand is in the first frame, and a frame is drawn once.
func TestProgressStartsAtWhatIsKnown(t *testing.T) {
	con, stderr, _ := progressApp(true, 100)
	p := con.StartProgress("hashing")
	defer p.Finish()
	p.Known(40 << 20)
	p.Set(0, 60<<20)
	for frames := 1; frames <= 2; frames++ {
		p.mu.Lock() // against the ticker
		before := len(stderr.String())
		p.draw()
		drawn := stderr.String()[before:]
		p.mu.Unlock()
		if strings.Count(drawn, "\r") != 1 || !strings.Contains(drawn, "40% [") || !strings.Contains(drawn, "40 MiB known") {
			t.Errorf("frame %d draws %q", frames, drawn)
		}
	}
}

// screen plays what was written to a terminal of one line, and returns the lines that stay and the one that the cursor is on.
func screen(s string) (lines []string, last string) {
	var line []rune
	column := 0
	s = strings.NewReplacer("\x1b[2K", "\x00", "\x1b[K", "\x01", "\x1b[0K", "\x01").Replace(s)
	for _, r := range s {
		switch r {
		case '\r':
			column = 0
		case '\n':
			lines = append(lines, strings.TrimRight(string(line), " "))
			line, column = nil, 0
		case 0:
			line = nil
		case 1:
			line = line[:min(column, len(line))]
		default:
			for len(line) <= column {
				line = append(line, ' ')
			}
			line[column] = r
			column++
		}
	}
	return lines, strings.TrimRight(string(line), " ")
}

func TestProgressBarIsDrawnAndCleared(t *testing.T) {
	for _, width := range []int{80, 200} {
		con, stderr, clock := progressApp(true, width)
		p := con.StartProgress("hashing")
		for i := range int64(11) {
			p.Set(i*999<<30/10, 999<<30)
			clock.step(time.Second)
			p.frame()
			_, last := screen(stderr.String())
			if len(last) > width-1 {
				t.Errorf("%d columns: %q is too wide", width, last)
			}
		}
		if _, last := screen(stderr.String()); !strings.Contains(last, "[=") || !strings.Contains(last, "hashing") || !strings.Contains(last, "GiB/s") {
			t.Errorf("the bar is %q", last)
		}
		con.Note("a note")
		p.Set(1<<40, 999<<30) // more than there is
		p.frame()
		p.Finish()
		p.Finish()
		lines, last := screen(stderr.String())
		if len(lines) != 1 || lines[0] != "torrentkit: a note" || last != "" {
			t.Errorf("left on the screen: %q and %q", lines, last)
		}
	}
}

func TestProgressOnANarrowTerminal(t *testing.T) {
	con, stderr, clock := progressApp(true, 50)
	p := con.StartProgress("hashing")
	p.Set(0, 100<<30)
	p.frame()
	clock.step(time.Second)
	p.Set(1<<30, 100<<30)
	p.frame()
	if _, last := screen(stderr.String()); DisplayWidth(last) > 49 || !strings.HasPrefix(last, "hashing: 1 GiB") || !strings.HasSuffix(last, "left") {
		t.Errorf("the line is %q", last)
	}
	p.Finish()
	if lines, last := screen(stderr.String()); len(lines) != 0 || last != "" {
		t.Errorf("left on the screen: %q and %q", lines, last)
	}
}

// The time left goes last: whoever waits wants to know for how long, and the rate tells that less well.
func TestProgressLosesTheRateFirst(t *testing.T) {
	con, _, clock := progressApp(false, 80)
	p := con.StartProgress("hashing")
	defer p.Finish()
	p.Known(1 << 20)
	p.Set(0, 100<<20)
	p.frame()
	clock.step(time.Second)
	p.Set(10<<20, 100<<20)
	p.frame()
	done, total := p.Now()
	p.mu.Lock()
	texts := p.texts(done, total)
	p.mu.Unlock()
	var got []string
	for width := 100; width >= len("hashing: 10 %"); width-- {
		if text := longestOf(texts, width); len(got) == 0 || got[len(got)-1] != text {
			got = append(got, text)
		}
	}
	want := []string{
		"hashing: 11 MiB of 101 MiB (10 %), 10 MiB/s, 9 s left, 1 MiB known",
		"hashing: 11 MiB of 101 MiB (10 %), 10 MiB/s, 9 s left",
		"hashing: 11 MiB of 101 MiB (10 %), 9 s left",
		"hashing: 10 %, 10 MiB/s, 9 s left",
		"hashing: 10 %, 9 s left",
		"hashing: 10 %",
	}
	if !slices.Equal(got, want) {
		t.Errorf("from wide to narrow: %q, want %q", got, want)
	}
}

// What has no size yet says what it does, and how much it found.
func TestProgressBeforeTheSizeIsKnown(t *testing.T) {
	con, stderr, clock := progressApp(true, 100)
	p := con.StartProgress("finding files")
	clock.step(3 * time.Second)
	p.frame()
	if _, last := screen(stderr.String()); last != "finding files: 3 s so far" {
		t.Errorf("the line is %q", last)
	}
	p.Count(123456)
	p.frame()
	if _, last := screen(stderr.String()); last != "finding files: 123,456" {
		t.Errorf("the line is %q", last)
	}
	p.Phase("hashing")
	p.Known(6 << 20)
	p.Set(0, 4<<20)
	p.frame()
	if _, last := screen(stderr.String()); !strings.HasSuffix(last, "hashing: 6 MiB of 10 MiB, 6 MiB known") || !strings.Contains(last, "60%") {
		t.Errorf("the line is %q", last)
	}
	p.Finish()
}

// Work that is done soon shows nothing, and what takes longer something within half a second.
func TestProgressIsSeenSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		con, stderr, _ := progressApp(true, 100)
		con.env.Now = time.Now
		p := con.StartProgress("finding files")
		time.Sleep(patience - time.Millisecond)
		if stderr.String() != "" {
			t.Errorf("printed %q too soon", stderr)
		}
		time.Sleep(200 * time.Millisecond)
		if _, last := screen(stderr.String()); !strings.HasPrefix(last, "finding files") {
			t.Errorf("after half a second the screen has %q", last)
		}
		p.Finish()
	})
}

// Where a terminal has become narrower, all lines that it made of the bar are taken away.
func TestProgressIsResized(t *testing.T) {
	con, stderr, clock := progressApp(true, 100)
	p := con.StartProgress("hashing")
	p.Set(1<<30, 100<<30)
	p.frame()
	clock.step(time.Second)
	con.env.Width = func() int { return 30 }
	before := len(stderr.String())
	p.frame()
	if after := stderr.String()[before:]; !strings.HasPrefix(after, "\x1b[1A\r\x1b[Jhashing: 1 %") {
		t.Errorf("printed %q", after)
	}
	p.Finish()
}

// What is taken away is what was drawn, however many bytes its characters have: never the line above it.
func TestProgressTakesAwayNoMoreThanItDrew(t *testing.T) {
	for _, label := range []string{"asking the peers that were named and others", strings.Repeat("ü", 29), strings.Repeat("音", 14), strings.Repeat("音", 40)} {
		con, stderr, _ := progressApp(true, 30)
		p := con.StartProgress(label)
		p.frame()
		p.Finish()
		if got := stderr.String(); !strings.HasSuffix(got, "\r\x1b[K") || strings.Contains(got, "A\r\x1b[J") {
			t.Errorf("printed %q", got)
		}
	}
}

func TestProgressLinesWithoutATerminal(t *testing.T) {
	con, stderr, _ := progressApp(false, 80)
	con.Options.Progress = true
	p := con.StartProgress("hashing")
	p.Set(1<<20, 4<<20)
	p.frame()
	p.Finish()
	if want := "torrentkit: hashing: 1 MiB of 4 MiB (25 %)\n"; stderr.String() != want {
		t.Errorf("printed %q, want %q", stderr.String(), want)
	}
}

func TestStatusWithoutABar(t *testing.T) {
	con, stderr, clock := progressApp(false, 80)
	start := clock.now()
	clock.step(3 * time.Second)
	status(con, start)
	p := con.StartProgress("hashing")
	p.Set(1<<20, 4<<20)
	status(con, start)
	p.Finish()
	if want := "torrentkit: working for 3 s\ntorrentkit: hashing: 1 MiB of 4 MiB (25 %)\n"; stderr.String() != want {
		t.Errorf("printed %q, want %q", stderr.String(), want)
	}
}

// TestProgressTicks lets the ticker run beside the setting goroutine: the race detector is the judge.
func TestProgressTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		con, stderr, _ := progressApp(true, 100)
		con.env.Now = time.Now
		p := con.StartProgress("hashing")
		for i := range int64(30) {
			p.Set(i, 30)
			time.Sleep(10 * time.Millisecond)
		}
		con.Note("between")
		p.Finish()
		lines, last := screen(stderr.String())
		if len(lines) != 1 || lines[0] != "torrentkit: between" || last != "" {
			t.Errorf("left on the screen: %q and %q", lines, last)
		}
	})
}

// Work without a size shows its words, on a terminal and for the status signal.
func TestProgressInWordsIsDrawn(t *testing.T) {
	con, stderr, _ := progressApp(true, 80)
	p := con.StartProgress("fetching metadata")
	defer p.Finish()
	const words = "1 of 2 torrents, 8 peers found"
	p.Relabel(words)
	p.frame()
	p.Status()
	if said := stderr.String(); strings.Count(said, words) < 2 {
		t.Errorf("said %q", said)
	}
}
