package console

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Relabel says in words how work stands that has no size in bytes.
func (p *Progress) Relabel(label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.label, p.worded = label, true
}

const (
	barInterval  = 100 * time.Millisecond
	lineInterval = 5 * time.Second
	// wideTerminal is the number of columns from which there is room for a bar.
	wideTerminal = 80
)

// Progress shows how far a long work is. The work sets two atomics and never waits: a ticker of its own draws. A bar is
// drawn on a terminal, a plain line every few seconds where --progress asks for progress elsewhere, nothing with --json
// or --quiet. The status signal gets its line in any case.
type Progress struct {
	app         *Console
	label       string
	start       time.Time
	done, total atomic.Int64
	stop        chan struct{}
	ended       sync.WaitGroup

	mu     sync.Mutex // guards what is on the screen, and what follows
	mode   progressMode
	bar    *progressbar.ProgressBar
	max    int64 // that bar was made for
	drawn  bool  // a bar or a short line is on the screen
	worded bool  // the label says how the work stands, which has no size
	rate   meter
}

type progressMode int

const (
	progressNone progressMode = iota
	progressBar
	progressLines
)

// StartProgress begins to show the progress of work that is called label, such as "hashing". The caller passes
// set to the library and defers finish. Only one work is shown at a time.
func (con *Console) StartProgress(label string) *Progress {
	p := &Progress{app: con, label: label, start: con.Now(), stop: make(chan struct{}), mode: modeOf(con)}
	con.progress.Store(p)
	if p.mode != progressNone {
		p.ended.Add(1)
		go p.tick()
	}
	return p
}

func modeOf(con *Console) progressMode {
	switch {
	case con.Options.JSON || con.Options.Quiet:
		return progressNone
	case con.env.ErrTTY && con.env.ANSI && con.Getenv("TERM") != "dumb":
		return progressBar
	case con.Options.Progress:
		return progressLines
	}
	return progressNone
}

// Set says that done of total bytes are done. It is cheap, never blocks, and may be called from any goroutine. A done
// beyond total, as when a file grew, counts as total.
func (p *Progress) Set(done, total int64) {
	p.total.Store(total)
	p.done.Store(done)
}

// Finish takes the bar off the screen. It may be called twice.
func (p *Progress) Finish() {
	if !p.app.progress.CompareAndSwap(p, nil) {
		return
	}
	close(p.stop)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	if p.bar != nil {
		p.bar.Exit()
	}
}

func (p *Progress) tick() {
	defer p.ended.Done()
	interval := barInterval
	if p.mode == progressLines {
		interval = lineInterval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

// Now returns the bytes done and in total, in bounds.
func (p *Progress) Now() (done, total int64) {
	total = max(p.total.Load(), 0)
	return min(max(p.done.Load(), 0), total), total
}

// draw shows the present state. The caller holds mu.
func (p *Progress) draw() {
	done, total := p.Now()
	p.rate.add(p.app.Now(), done)
	switch {
	case total == 0 && !p.worded:
		p.clear() // there is nothing to tell
	case p.mode == progressLines:
		fmt.Fprintln(p.app.env.Err, "torrentkit: "+p.line(done, total))
	case total == 0 || p.app.Width() < wideTerminal: // the bar fails for ever on a maximum of 0
		p.clear()
		fmt.Fprint(p.app.env.Err, shortenName(p.line(done, total), p.app.Width()-1, -1))
		p.drawn = true
	default:
		p.drawBar(done, total)
	}
}

func (p *Progress) drawBar(done, total int64) {
	if p.bar == nil || p.max != total {
		p.clear()
		p.bar, p.max = newBar(p.app.env.Err, p.app.Width(), total), total
	}
	// At its maximum the bar would finish, and stay silent from then on; the work may still have its result to write.
	p.bar.Set64(min(done, total-1))
	p.bar.Describe(p.label + p.left(done, total))
	p.drawn = true
}

// newBar makes a bar that leaves 62 columns for bytes, rate, label and time left. The time left is ours: the package's
// own is 0 when the work stalls, and overflows when it is slow.
func newBar(w io.Writer, width int, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(onlyWriter{w}),
		progressbar.OptionShowBytes(true),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionShowCount(),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetWidth(min(width-62, 40)),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
		progressbar.OptionClearOnFinish(),
	)
}

// onlyWriter hides that a writer is a file: the bar would fsync a file after every write.
type onlyWriter struct{ io.Writer }

// clear takes what was drawn off the screen. The caller holds mu.
func (p *Progress) clear() {
	if p.drawn {
		io.WriteString(p.app.env.Err, "\r\x1b[K")
		p.drawn = false
	}
}

// interject runs write, which prints a line on standard error, while no bar is on the screen.
func (p *Progress) interject(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	write()
}

// Status prints one line, asked for by a signal.
func (p *Progress) Status() {
	p.interject(func() {
		done, total := p.Now()
		p.rate.add(p.app.Now(), done)
		fmt.Fprintln(p.app.env.Err, "torrentkit: "+p.line(done, total))
	})
}

// line words the state: "hashing: 1.20 GiB of 4 GiB (30 %), 512 MiB/s, 5 s left". The caller holds mu.
func (p *Progress) line(done, total int64) string {
	if total == 0 {
		return p.label + ": " + formatDuration(p.app.Now().Sub(p.start)) + " so far"
	}
	percent := int64(float64(done) / float64(total) * 100)
	if done < total {
		percent = min(percent, 99)
	}
	s := fmt.Sprintf("%s: %s of %s (%d %%)", p.label, FormatSize(done), FormatSize(total), percent)
	rate := p.rate.perSecond()
	if rate < 1 {
		return s
	}
	return s + ", " + FormatSize(int64(rate)) + "/s" + p.left(done, total)
}

// left words the time left, or nothing where that is not known.
func (p *Progress) left(done, total int64) string {
	rate := p.rate.perSecond()
	if seconds := float64(total-done) / rate; rate >= 1 && done < total && seconds < 1e8 {
		return ", " + formatDuration(time.Duration(seconds*float64(time.Second))) + " left"
	}
	return ""
}

// meter measures a rate over the last samples that are at least a tenth of a second apart: over some seconds, so that
// it follows the disk without flickering.
type meter struct {
	times [64]time.Time
	bytes [64]int64
	n     int // samples so far
}

func (m *meter) add(now time.Time, bytes int64) {
	if m.n > 0 {
		if last := (m.n - 1) % len(m.times); now.Sub(m.times[last]) < barInterval*9/10 {
			return
		}
	}
	m.times[m.n%len(m.times)] = now
	m.bytes[m.n%len(m.bytes)] = bytes
	m.n++
}

func (m *meter) perSecond() float64 {
	if m.n < 2 {
		return 0
	}
	last := (m.n - 1) % len(m.times)
	first := max(0, m.n-len(m.times)) % len(m.times)
	seconds := m.times[last].Sub(m.times[first]).Seconds()
	if seconds <= 0 {
		return 0
	}
	return float64(m.bytes[last]-m.bytes[first]) / seconds
}
