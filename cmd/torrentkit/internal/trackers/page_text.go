package trackers

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// A page is a report that people can send: one file of HTML that loads nothing and runs nothing, which its
// Content-Security-Policy says to browsers, too. It has one writer, and that escapes every text and every value of an
// attribute; elements and names of attributes are constants of this package.
type page struct {
	b    strings.Builder
	open []string
}

// begin opens an element with attributes, which are pairs of a name and a value.
func (p *page) begin(element string, attributes ...string) {
	p.b.WriteString("<" + element)
	for i := 0; i+1 < len(attributes); i += 2 {
		p.b.WriteString(" " + attributes[i] + `="` + console.EscapeMarkup(attributes[i+1]) + `"`)
	}
	p.b.WriteString(">")
	p.open = append(p.open, element)
}

func (p *page) end() {
	last := len(p.open) - 1
	p.b.WriteString("</" + p.open[last] + ">")
	p.open = p.open[:last]
}

// text writes a text: what acts on a reader or hides from him is shown.
func (p *page) text(s string) { p.b.WriteString(console.EscapeMarkup(console.EscapeSentence(s))) }

// put writes an element with nothing but a text in it.
func (p *page) put(element, text string, attributes ...string) {
	p.begin(element, attributes...)
	p.text(text)
	p.end()
}

// pageStyle has a light and a dark face, and fits a telephone.
const pageStyle = `
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--line:#dcdcd8;--fg:#1c1c1a;--dim:#62625c;--good:#1a7f37;--warn:#8f6000;--bad:#c1272d;--info:#3b6ea8;--bar:#5b8def}
@media(prefers-color-scheme:dark){:root{--bg:#161614;--card:#1f1f1d;--line:#3a3a36;--fg:#ececea;--dim:#a5a59d;--good:#57c26e;--warn:#e0b040;--bad:#ff7b72;--info:#7fb0e8;--bar:#6f9bf3}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1.25rem;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.35rem 0}
.dim{color:var(--dim)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:1rem 0}
.verdict{font-size:1.5rem;font-weight:700;margin:.75rem 0 0}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.info{color:var(--info)}
.tiles{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.75rem 0 0}
.tiles div{min-width:4.5rem}
.tiles b{display:block;font-size:1.25rem;font-variant-numeric:tabular-nums}
details{border-top:1px solid var(--line);padding:.4rem 0}.card>details:first-child{border:0}
.card>:first-child{margin-top:0}
summary{cursor:pointer}
summary .id{font-family:ui-monospace,monospace;font-size:.9rem}
.state{display:inline-block;min-width:4.5rem;margin-right:.75rem;font-weight:600}
dl{display:grid;grid-template-columns:minmax(5rem,max-content) 1fr;gap:.15rem 1rem;margin:.4rem 0 .4rem 1rem}
dt{color:var(--dim)}dd{margin:0}
pre{margin:.4rem 0 .4rem 1rem;padding:.6rem;background:var(--bg);border:1px solid var(--line);border-radius:.35rem;font:.8rem/1.45 ui-monospace,monospace;white-space:pre-wrap}
svg{display:block;width:100%;height:7rem;margin:.75rem 0 .25rem}
svg.flat{height:1.25rem}svg.key{display:inline-block;width:.8rem;height:.8rem;margin:0 .35rem 0 0}
rect.good{fill:var(--bar)}rect.pass{fill:var(--good)}rect.warn{fill:var(--warn)}rect.bad{fill:var(--bad)}rect.info{fill:var(--info)}rect.dim{fill:var(--dim)}
line{stroke:var(--fg);stroke-dasharray:4 4;opacity:.55;vector-effect:non-scaling-stroke}
@media(max-width:30rem){body{padding:.75rem}dl{grid-template-columns:1fr;margin-left:0}dt{margin-top:.35rem}pre{margin-left:0}}
`

// newPage begins a page.
func newPage(con *console.Console, title string) *page {
	p := &page{}
	sum := sha256.Sum256([]byte(pageStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	p.b.WriteString("<!DOCTYPE html>\n")
	p.begin("html", "lang", "en")
	p.b.WriteString(`<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="` + console.EscapeMarkup(policy) + `">` +
		`<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">`)
	p.put("title", title)
	p.b.WriteString("<style>" + pageStyle + "</style></head>\n")
	p.begin("body")
	p.put("h1", title)
	p.put("p", "torrentkit "+command.BuildVersion().Version+", "+con.Now().UTC().Format(time.RFC3339), "class", "dim")
	return p
}

// bytes ends the page.
func (p *page) bytes() []byte {
	for len(p.open) > 0 {
		p.end()
	}
	p.b.WriteString("\n")
	return []byte(p.b.String())
}

// tile is a number under which stands what it counts.
type tile struct{ value, label, class string }

func (p *page) tiles(list []tile) {
	p.begin("div", "class", "tiles")
	for _, t := range list {
		p.begin("div")
		p.put("b", t.value, "class", t.class)
		p.put("span", t.label, "class", "dim")
		p.end()
	}
	p.end()
}

// facts are labels with their values; empty ones are left out.
func (p *page) facts(list [][2]string) {
	p.begin("dl")
	for _, f := range list {
		if f[1] != "" {
			p.put("dt", f[0])
			p.put("dd", f[1])
		}
	}
	p.end()
}

// bar is one of a chart.
type bar struct {
	height float64 // 0 to 1
	class  string
	title  string
}

// maxBars is how many a chart has; more are drawn together, as the highest of them.
const maxBars = 240

func bundled(bars []bar) []bar {
	if len(bars) <= maxBars {
		return bars
	}
	out := make([]bar, 0, maxBars)
	for i := range maxBars {
		group := bars[i*len(bars)/maxBars : (i+1)*len(bars)/maxBars]
		top := group[0]
		for _, b := range group {
			if b.class == "bad" && top.class != "bad" || b.class == top.class && b.height > top.height {
				top = b
			}
		}
		out = append(out, top)
	}
	return out
}

// number is a coordinate.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// chart draws bars side by side, and lines at heights.
func (p *page) chart(about string, bars []bar, lines ...float64) {
	const width, height = 600, 100
	bars = bundled(bars)
	p.begin("svg", "viewBox", fmt.Sprintf("0 0 %d %d", width, height), "preserveAspectRatio", "none", "role", "img", "aria-label", console.EscapeSentence(about))
	step := width / float64(max(len(bars), 20))
	for i, b := range bars {
		h := max(1, min(1, b.height)*height)
		p.begin("rect", "class", b.class, "x", number(float64(i)*step), "y", number(height-h), "width", number(step*0.8), "height", number(h))
		p.put("title", b.title)
		p.end()
	}
	for _, at := range lines {
		y := number(height * (1 - min(1, at)))
		p.begin("line", "x1", "0", "x2", strconv.Itoa(width), "y1", y, "y2", y)
		p.end()
	}
	p.end()
	p.put("p", about, "class", "dim")
}

// share is a part of a whole.
type share struct {
	label, class string
	d            time.Duration
}

// shares draws the parts of a time one after the other.
func (p *page) shares(con *console.Console, list []share) {
	var sum time.Duration
	for _, s := range list {
		sum += max(s.d, 0)
	}
	if sum == 0 {
		return
	}
	p.begin("svg", "class", "flat", "viewBox", "0 0 600 10", "preserveAspectRatio", "none", "role", "img", "aria-label", "parts of the time")
	x := 0.0
	for _, s := range list {
		if s.d <= 0 {
			continue
		}
		w := 600 * s.d.Seconds() / sum.Seconds()
		p.begin("rect", "class", s.class, "x", number(x), "y", "0", "width", number(w), "height", "10")
		p.put("title", s.label+" "+con.Times.Answer(s.d))
		p.end()
		x += w
	}
	p.end()
	p.begin("p", "class", "dim")
	for _, s := range list {
		if s.d <= 0 {
			continue
		}
		p.begin("svg", "class", "key", "viewBox", "0 0 1 1", "aria-hidden", "true")
		p.begin("rect", "class", s.class, "width", "1", "height", "1")
		p.end()
		p.end()
		p.text(s.label + " " + con.Times.Answer(s.d) + " ")
	}
	p.end()
}
