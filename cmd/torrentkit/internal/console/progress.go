package console

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	barInterval  = 100 * time.Millisecond
	lineInterval = 5 * time.Second
	// patience is how long nothing is drawn: most works are done before.
	patience = 300 * time.Millisecond
	// wideTerminal is the number of columns from which there is room for a bar.
	wideTerminal = 80
)

// Progress shows how far a long work is. The work sets atomics and never waits: a ticker of its own draws. A bar is
// drawn on a terminal, a plain line every few seconds on one that understands no sequences and where --progress asks for
// progress elsewhere, nothing with --json or --quiet. The status signal gets its line in any case.
type Progress struct {
	app                *Console
	start              time.Time
	done, total, known atomic.Int64
	count              atomic.Int64
	stop               chan struct{}
	ended              sync.WaitGroup

	mu      sync.Mutex // guards what is on the screen, and what follows
	label   string
	mode    progressMode
	bar     *progressbar.ProgressBar
	drawing bytes.Buffer // what bar draws
	max     int64        // that bar was made for
	width   int          // of the terminal that it was made for
	drawn   int          // columns of what is on the screen
	hidden  bool         // results are printed where it would be drawn
	worded  bool         // the label says how the work stands, which has no size
	rate    meter
}

type progressMode int

const (
	progressNone progressMode = iota
	progressBar
	progressLines
)

// StartProgress begins to show the progress of work that is called label, such as "hashing". The caller passes
// Set to the library and defers Finish. Only one work is shown at a time.
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
	case con.Options.Progress || con.env.ErrTTY:
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

// Known says how many bytes are known beforehand: they count as done, and the bar starts there.
func (p *Progress) Known(bytes int64) { p.known.Store(bytes) }

// Count says how many things were found, of work whose end is not known.
func (p *Progress) Count(n int) { p.count.Store(int64(n)) }

// Phase says what is done from now on.
func (p *Progress) Phase(label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.label != label {
		p.label, p.worded, p.rate = label, false, meter{}
		p.count.Store(0)
	}
}

// Relabel says in words how work stands that has no size in bytes.
func (p *Progress) Relabel(label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.label, p.worded = label, true
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
	next := time.NewTimer(patience)
	defer next.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-next.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
			next.Reset(interval)
		}
	}
}

// Now returns the bytes done and in total, in bounds, with those that were known beforehand.
func (p *Progress) Now() (done, total int64) {
	total = max(p.total.Load(), 0)
	if total == 0 {
		return 0, 0
	}
	known := max(p.known.Load(), 0)
	return min(max(p.done.Load(), 0), total) + known, total + known
}

// draw shows the present state. The caller holds mu.
func (p *Progress) draw() {
	if p.hidden {
		return
	}
	done, total := p.Now()
	p.rate.add(p.app.Now(), done)
	if p.mode == progressLines {
		fmt.Fprintln(p.app.env.Err, "torrentkit: "+p.line(done, total))
		return
	}
	width := p.app.Width()
	if width != p.width { // what is on the screen was made for another
		p.clear()
		p.bar, p.width = nil, width
	}
	if total == 0 || width < wideTerminal { // the bar fails for ever on a maximum of 0
		p.clear()
		text := longestOf(p.texts(done, total), width-1)
		io.WriteString(p.app.env.Err, text)
		p.drawn = DisplayWidth(text)
		return
	}
	p.drawBar(done, total)
}

// barWidth is how many columns a bar takes, and barRoom what stands around it: percent and brackets.
const barWidth, barRoom = 20, 10

func (p *Progress) drawBar(done, total int64) {
	if p.bar == nil || p.max != total {
		p.clear()
		p.bar, p.max = newBar(&p.drawing, total), total
	}
	text := longestOf(p.wordings(done, total, false), p.width-1-barWidth-barRoom)
	p.bar.Describe(text)
	// At its maximum the bar would finish, and stay silent from then on; the work may still have its result to write.
	p.bar.Set64(min(done, total-1))
	// It has drawn itself twice, at first with the old amount.
	frame := p.drawing.Bytes()
	p.app.env.Err.Write(frame[max(bytes.LastIndexByte(frame, '\r'), 0):])
	p.drawing.Reset()
	p.drawn = barWidth + barRoom + DisplayWidth(text)
}

// newBar makes a bar whose description says the rest. The rate and the time left are ours: the package's own begin with
// what was done before, are 0 when the work stalls, and overflow when it is slow.
func newBar(w io.Writer, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
		progressbar.OptionClearOnFinish(),
	)
}

// clear takes what was drawn off the screen: all of its lines, if the terminal has become narrower. The caller holds mu.
func (p *Progress) clear() {
	if p.drawn == 0 {
		return
	}
	if above := (p.drawn - 1) / max(p.app.Width(), 1); above > 0 {
		fmt.Fprintf(p.app.env.Err, "\x1b[%dA\r\x1b[J", above)
	} else {
		io.WriteString(p.app.env.Err, "\r\x1b[K")
	}
	p.drawn = 0
}

// interject runs write, which prints a line on standard error, while no bar is on the screen.
func (p *Progress) interject(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	write()
}

// Aside prints results of work that goes on. On a terminal no bar is drawn until they are there.
func (p *Progress) Aside(print func()) {
	if !p.app.OnTerminal() {
		print()
		return
	}
	hide := func(hidden bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
		p.hidden = hidden
	}
	hide(true)
	defer hide(false)
	print()
	p.app.Flush()
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
func (p *Progress) line(done, total int64) string { return p.texts(done, total)[0] }

// texts word the state, from the longest to the shortest. The caller holds mu.
func (p *Progress) texts(done, total int64) []string {
	switch n := p.count.Load(); {
	case p.worded:
		return []string{p.label}
	case total == 0 && n > 0:
		return []string{p.label + ": " + FormatCount(n)}
	case total == 0:
		if d := p.app.Now().Sub(p.start); d >= time.Second {
			return []string{p.label + ": " + formatDuration(d) + " so far"}
		}
		return []string{p.label}
	}
	return p.wordings(done, total, true)
}

// longestOf is the first of some texts that takes at most width columns.
func longestOf(texts []string, width int) string {
	for _, text := range texts {
		if DisplayWidth(text) <= width {
			return text
		}
	}
	return shortenName(texts[len(texts)-1], max(width, 1), -1)
}

// wordings are texts for work whose size is known, each without something that tells less than what is left. Beside a bar the
// percentage is left to it.
func (p *Progress) wordings(done, total int64, percentage bool) []string {
	percent := int64(float64(done) / float64(total) * 100)
	if done < total {
		percent = min(percent, 99)
	}
	amount := fmt.Sprintf("%s: %s of %s", p.label, FormatSize(done), FormatSize(total))
	if percentage {
		amount += fmt.Sprintf(" (%d %%)", percent)
	}
	short := fmt.Sprintf("%s: %d %%", p.label, percent)
	rate, left, known := "", p.left(done, total), ""
	if r := p.rate.perSecond(); r >= 1 {
		rate = ", " + FormatRate(r)
	}
	if n := p.known.Load(); n > 0 {
		known = ", " + FormatSize(n) + " known"
	}
	return []string{amount + rate + left + known, amount + rate + left, amount + left, short + rate + left, short + left, short}
}

// left words the time left, or nothing where that is not known.
func (p *Progress) left(done, total int64) string {
	rate := p.rate.perSecond()
	if seconds := float64(total-done) / rate; rate >= 1 && done < total && seconds < 1e8 {
		return ", " + formatDuration(max(time.Second, time.Duration(seconds*float64(time.Second)))) + " left"
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
	if seconds < 0.2 { // it would tell nothing
		return 0
	}
	return float64(m.bytes[last]-m.bytes[first]) / seconds
}
