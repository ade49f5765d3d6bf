package trackers

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/netip"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

const (
	evil = `</style></title></pre><script>alert(1)</script><img src=x onerror=alert(1)>"'&` + "\x1b[31m\u202e\x00"
	key  = "0123456789abcdef0123456789abcdef"
)

func answered(tracker string, took time.Duration) announce.Result {
	return announce.Result{
		Query: announce.Query{Tracker: tracker}, Transport: announce.HTTPS, Addr: netip.MustParseAddrPort("192.0.2.1:80"),
		Reply:  &announce.Reply{Seeds: 3, Leeches: announce.Unknown, Interval: time.Minute, Warning: evil},
		Timing: announce.Timing{DNS: 1, Connect: 2, TLS: 3, FirstByte: 4, Total: took},
		TLS:    &announce.TLSInfo{Version: "TLS 1.3", Subject: evil, NotAfter: time.Unix(2e9, 0)},
		Exchanges: []announce.Exchange{{
			Transport: announce.HTTPS, Name: "announce", Status: "200 " + evil, Header: [][2]string{{"X", evil + tracker}}, Received: []byte(evil + tracker),
			Request: &announce.HTTPRequest{Method: "GET", URL: tracker, Host: "h"},
		}},
		Findings: []announce.Finding{{ID: "x", Severity: announce.Warning, Text: evil}},
	}
}

func failed(tracker string) announce.Result {
	return announce.Result{Query: announce.Query{Tracker: tracker}, Transport: announce.HTTPS, Failure: &announce.Failure{Code: announce.DNS, Reason: evil + tracker}}
}

func gather(pings bool, results ...announce.Result) *gathered {
	g := &gathered{Reports: &command.Reports{}, at: make(map[seat]*series), pings: pings}
	places := make(map[string]int)
	for i := range results {
		r := &results[i]
		if _, ok := places[r.Tracker]; !ok {
			places[r.Tracker] = len(places)
		}
		g.add(places[r.Tracker], r)
	}
	return g
}

// pageOf reads a page as a browser does that runs nothing, and checks what every page has to keep.
func pageOf(t *testing.T, raw []byte) (text string) {
	t.Helper()
	doc := string(raw)
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(doc, -1)
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(doc)
	if len(style) != 1 || policy == nil {
		t.Fatalf("%d styles, policy %q", len(style), policy)
	}
	sum := sha256.Sum256([]byte(style[0][1]))
	if p := html.UnescapeString(policy[1]); !strings.HasPrefix(p, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';") {
		t.Errorf("the policy does not allow this style and nothing else: %s", p)
	}
	if strings.ContainsAny(doc, "\x1b\x00\u202e") {
		t.Error("raw control characters")
	}
	d := xml.NewDecoder(strings.NewReader(doc))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	known := strings.Fields("html head meta title style body h1 h2 h3 p div b span dl dt dd details summary pre svg rect line")
	attributes := strings.Fields("lang charset http-equiv content name class viewBox preserveAspectRatio role aria-label aria-hidden x y x1 x2 y1 y2 width height open")
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			if !slices.Contains(known, x.Name.Local) {
				t.Errorf("there is an element %s", x.Name.Local)
			}
			for _, a := range x.Attr {
				if !slices.Contains(attributes, a.Name.Local) {
					t.Errorf("there is an attribute %s=%q", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			text += string(x) + "\n"
		}
	}
}

// TestSeriesVerdict: what a tracker said last makes the exit code, and every answer does where any failure counts.
func TestSeriesVerdict(t *testing.T) {
	good := func() announce.Result { return answered("https://h/announce", time.Second) }
	bad := func() announce.Result { return failed("https://h/announce") }
	for name, c := range map[string]struct {
		answers []announce.Result
		failing []string // values of --fail-on that make the exit code 1
	}{
		"all good":      {[]announce.Result{good(), good()}, nil},
		"down at last":  {[]announce.Result{good(), good(), bad()}, []string{"all", "any"}},
		"up again":      {[]announce.Result{bad(), good()}, []string{"any"}},
		"never a reply": {[]announce.Result{bad()}, []string{"all", "any"}},
	} {
		g := gather(true, c.answers...)
		for _, failOn := range []string{"all", "any", "none"} {
			if err := g.verdict(failOn); (err != nil) != slices.Contains(c.failing, failOn) {
				t.Errorf("%s, --fail-on %s: %v", name, failOn, err)
			}
		}
	}
}

func TestPagesShowStrangersTextAndNothingMore(t *testing.T) {
	con, _, _ := consoletest.New()
	tracker := "https://h/" + key + "/announce"
	g := gather(true, answered(tracker, time.Second), answered(tracker, time.Millisecond), failed("https://other/"+evil))
	text := pageOf(t, announcePage(con, g, announce.Options{}, nil))
	for _, want := range []string{"1 of 2 gave good answers in the end; 1 of 3 questions had none", "alert(1)", `\x1b[31m\u202e`, "TLS 1.3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	report := announce.Report{Tracker: tracker, Transport: announce.HTTP, Verdicts: []announce.Verdict{
		{Check: announce.Check{ID: "http.status", Title: "t", Severity: announce.Error, Advice: "mend it"}, State: announce.Fail, Detail: evil + tracker, Sent: "GET " + tracker + evil,
			Exchange: announce.Exchange{Request: &announce.HTTPRequest{Method: "GET", URL: tracker}, Status: "HTTP/1.1 200 OK", Received: []byte(evil + tracker)}},
		{Check: announce.Check{ID: "http.other", Title: "t"}, State: announce.Pass, Elapsed: time.Second},
	}}
	dead := announce.Report{Tracker: tracker, Failure: &announce.Failure{Code: announce.DNS, Detail: evil}}
	examined := pageOf(t, doctorPage(con, []announce.Report{report, dead}, announce.Options{}, nil))
	for _, want := range []string{"broken", "could not be examined", "What failed", "mend it", "alert(1)"} {
		if !strings.Contains(examined, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(text+examined, key) {
		t.Error("a passkey is shown")
	}
	con.Options.ShowSecrets = true
	if !strings.Contains(pageOf(t, doctorPage(con, []announce.Report{report}, announce.Options{}, nil)), key) {
		t.Error("--show-secrets hides")
	}
}

// A run of days has as many samples as it has seconds, and a chart that can be drawn.
func TestChartsAreBounded(t *testing.T) {
	bars := make([]bar, 100_000)
	for i := range bars {
		bars[i] = bar{0.1, "good", ""}
	}
	bars[70_001], bars[99_999].height = bar{0, "bad", ""}, 0.9
	got := bundled(bars)
	if len(got) != maxBars || !slices.ContainsFunc(got, func(b bar) bool { return b.class == "bad" }) || got[maxBars-1].height != 0.9 {
		t.Errorf("%d bars, the last %+v", len(got), got[len(got)-1])
	}
}

// exposed reads Prometheus's text format, strictly: a family begins with its HELP and TYPE and stands in one piece, and no
// series is there twice.
func exposed(t *testing.T, raw []byte) (list []string) {
	t.Helper()
	sample := regexp.MustCompile(`^([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*"(?:,|$)?)*)\} (\S+)$`)
	family, done := "", map[string]bool{}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if name, ok := strings.CutPrefix(lines[i], "# HELP "); ok {
			name, help, _ := strings.Cut(name, " ")
			if i+1 >= len(lines) || lines[i+1] != "# TYPE "+name+" gauge" || help == "" || done[name] {
				t.Fatalf("%q does not begin a family", lines[i])
			}
			family, done[name] = name, true
			i++
			continue
		}
		m := sample.FindStringSubmatch(lines[i])
		if m == nil || m[1] != family {
			t.Fatalf("no sample of %s: %q", family, lines[i])
		}
		if _, err := strconv.ParseFloat(m[3], 64); err != nil {
			t.Fatalf("%q: %v", lines[i], err)
		}
		series := m[1] + m[2]
		if slices.Contains(list, series) {
			t.Fatalf("%s stands there twice", series)
		}
		list = append(list, series)
	}
	return list
}

func TestMetricsKeepTheirSeries(t *testing.T) {
	con, _, _ := consoletest.New()
	one, two := "https://h/"+key+"/announce", "https://other/"+evil
	up := metricsReport(con, gather(true, answered(one, time.Second), answered(two, time.Second)))
	down := metricsReport(con, gather(true, failed(one), failed(two)))
	if a, b := exposed(t, up), exposed(t, down); !slices.Equal(a, b) || len(a) < 50 {
		t.Errorf("up %q\ndown %q", a, b)
	}
	if strings.Contains(string(up), key) || !strings.Contains(string(down), `code="dns"} 1`) || !strings.Contains(string(down), `tracker_seeds{`) {
		t.Errorf("%s", down)
	}
	random := gather(false, answered(one, time.Second))
	random.random = true
	if text := string(metricsReport(con, random)); strings.Contains(text, "infohash") || strings.Contains(text, "ping") {
		t.Errorf("an infohash that nobody asked about makes a new series each time: %s", text)
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("promtool is not installed")
		return
	}
	for _, text := range [][]byte{up, down} {
		cmd := exec.Command(promtool, "check", "metrics")
		cmd.Stdin = strings.NewReader(string(text))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	}
}

func TestNagiosStates(t *testing.T) {
	slow, quick, down := answered("udp://slow", 600*time.Millisecond), answered("udp://quick", time.Millisecond), failed("udp://down")
	slow.Reply.Warning, quick.Reply.Warning, down.Failure.Reason = "", "", "gone | gone"
	asked := failed("ftp://x")
	asked.Failure.Code = announce.BadRequest
	lossy := gather(true, quick, failed("udp://quick"), quick)
	for _, tt := range []struct {
		g          *gathered
		warn, crit time.Duration
		code       int
		line       string
	}{
		{gather(true, quick), 0, 0, 0, `^TRACKER OK - seeds 3, leeches \? \| time=0.001000s;;;0 loss=0.0%;;;0;100 seeds=3;;;0$`},
		{gather(true, slow), 500 * time.Millisecond, 2 * time.Second, 1, `^TRACKER WARNING - 600ms is more than 500ms \| time=0.600000s;0.5;2;0 `},
		{gather(true, slow), 0, 500 * time.Millisecond, 2, `^TRACKER CRITICAL - 600ms is more than 500ms \| `},
		{gather(true, down), 0, 0, 2, `^TRACKER CRITICAL - dns: gone / gone \| loss=100.0%;;;0;100$`},
		{gather(true, asked), 0, 0, 3, `^TRACKER UNKNOWN - bad-request: `},
		{lossy, 0, 0, 1, `^TRACKER WARNING - 1 of 3 without a good answer \| `},
		{gather(true, quick, asked, slow, down), time.Microsecond, 0, 2, `^TRACKERS CRITICAL - 0 of 4 OK: udp://quick: 1ms is more than 1µs; .* \| 'udp://quick time'=0.001000s;0.000001;;0 `},
		{gather(true, quick, asked), 0, 0, 3, `^TRACKERS UNKNOWN - 1 of 2 OK: ftp://x: `},
	} {
		con, out, _ := consoletest.New()
		err := nagios(con, tt.g, &announceFlags{warn: tt.warn, crit: tt.crit})
		con.Flush()
		first, rest, _ := strings.Cut(out.String(), "\n")
		if code := console.ExitCode(t.Context(), err); code != tt.code || !regexp.MustCompile(tt.line).MatchString(first) || strings.Count(first, " | ") != 1 {
			t.Errorf("code %d, %s\nwant %d, %s", code, first, tt.code, tt.line)
		}
		if lines := strings.Count(rest, "\n"); lines != len(tt.g.all) && lines != 0 || lines == 0 != (len(tt.g.all) == 1) {
			t.Errorf("%d lines of %d trackers: %s", lines, len(tt.g.all), rest)
		}
	}
}

func TestPluginsSayUnknown(t *testing.T) {
	for _, args := range [][]string{{"--nagios"}, {"x", "--nagios=true"}, {"--report", "nagios"}, {"--report=nagios", "--bad"}} {
		if !asksForNagios(args) {
			t.Errorf("%v", args)
		}
	}
	for _, args := range [][]string{{"nagios"}, {"--report", "html=nagios"}, {"--nagios=false"}, {}} {
		if asksForNagios(args) {
			t.Errorf("%v", args)
		}
	}
	con, out, _ := consoletest.New()
	cmd := NewAnnounce(con)
	for err, want := range map[error]int{nil: 0, errors.New("a | b"): 3, console.No(): 1, console.Said(2): 2} {
		got := console.ExitCode(t.Context(), AsPlugin(t.Context(), con, cmd, []string{"--nagios"}, err))
		if got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
	con.Flush()
	if out.String() != "TRACKER UNKNOWN - a / b\n" {
		t.Error(out.String())
	}
}
