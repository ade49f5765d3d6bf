package trackers

import (
	"cmp"
	"encoding/hex"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// checkJSON is a check, and a line of "doctor --list-checks --json".
type checkJSON struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	BEP      int    `json:"bep,omitempty"`
	Section  string `json:"section,omitempty"`
	Severity string `json:"severity"`
	Advice   string `json:"advice,omitempty"`
}

// verdictJSON is a check with its outcome.
type verdictJSON struct {
	checkJSON
	State         string  `json:"state"`           // pass, fail or skip
	Cause         string  `json:"cause,omitempty"` // the check that failed for the same cause
	Found         string  `json:"found"`
	Sent          string  `json:"sent,omitempty"`
	ReceivedHex   string  `json:"received_hex,omitempty"`   // how the answer begins: 1 KiB of it at most
	ReceivedBytes int     `json:"received_bytes,omitempty"` // how long it is
	Milliseconds  float64 `json:"milliseconds"`
}

// doctorJSON is what "doctor --json" prints for each tracker.
type doctorJSON struct {
	Tracker      string        `json:"tracker"` // whole: passkeys are not hidden here
	Transport    string        `json:"transport"`
	Address      string        `json:"address,omitempty"`
	Infohash     string        `json:"infohash"`
	Verdict      string        `json:"verdict"`        // sound, flawed, broken or could not be examined
	Code         string        `json:"code,omitempty"` // why not, in a word
	Error        string        `json:"error,omitempty"`
	Passed       int           `json:"passed"`
	Errors       int           `json:"errors"`
	Warnings     int           `json:"warnings"`
	Infos        int           `json:"infos"`
	Skipped      int           `json:"skipped"`
	Checks       []verdictJSON `json:"checks"`
	Milliseconds float64       `json:"milliseconds"`
}

func checkToJSON(c announce.Check) checkJSON {
	return checkJSON{c.ID, c.Title, c.BEP, c.Section, string(c.Severity), c.Advice}
}

// doctorToJSON leaves the checks out: writeDoctorJSON writes them.
func doctorToJSON(con *console.Console, r *announce.Report) doctorJSON {
	v := doctorJSON{
		Tracker: r.Tracker, Transport: string(r.Transport), Infohash: r.Hash.String(), Verdict: verdictOf(r).Raw,
		Passed: r.Count(announce.Pass, ""), Errors: r.Count(announce.Fail, announce.Error), Warnings: r.Count(announce.Fail, announce.Warning),
		Infos: r.Count(announce.Fail, announce.Info), Skipped: r.Count(announce.Skip, ""), Checks: []verdictJSON{}, Milliseconds: milliseconds(r.Elapsed),
	}
	if r.Addr.IsValid() {
		v.Address = r.Addr.String()
	}
	if f := cmp.Or(r.Failure, r.Barred); f != nil {
		v.Code, v.Error = string(f.Code), trackerText(con, f.Error(), r.Tracker)
	}
	return v
}

// writeDoctorJSON prints a report with its checks, whose answers can be large, one by one.
func writeDoctorJSON(con *console.Console, r *announce.Report) error {
	return console.WriteList(con, doctorToJSON(con, r), "checks", func(yield func(any) bool) {
		for _, c := range r.Verdicts {
			if !yield(verdictJSON{
				checkToJSON(c.Check), string(c.State), c.Cause, trackerText(con, c.Detail, r.Tracker), c.Sent,
				hex.EncodeToString(c.Exchange.Received), c.Length, milliseconds(c.Elapsed),
			}) {
				return
			}
		}
	})
}

// doctorJUnit is a suite for each tracker. Infos that failed are skipped tests: they break nothing.
func doctorJUnit(con *console.Console, reports []announce.Report) []byte {
	var suites []console.JunitSuite
	for i := range reports {
		r := &reports[i]
		s := console.JunitSuite{Name: console.Escape(con.URL(r.Tracker)), Time: console.JunitSeconds(r.Elapsed)}
		if err := notExamined(con, r); err != nil {
			why := console.JunitMessage{Type: "not-examined", Message: console.EscapeSentence(err.Error())}
			s.Add(console.JunitCase{Class: "doctor", Name: "examined: the tracker can be examined", Time: console.JunitSeconds(r.Elapsed), Error: &why})
		}
		for _, v := range r.Verdicts {
			c := console.JunitCase{Class: "doctor." + string(r.Transport), Name: v.ID + ": " + v.Title, Time: console.JunitSeconds(v.Elapsed)}
			message := &console.JunitMessage{Message: console.EscapeSentence(trackerText(con, v.Detail, r.Tracker))}
			switch {
			case v.State == announce.Fail && v.Severity != announce.Info:
				message.Type, message.Text = string(v.Severity), v.Advice
				c.Failure = message
			case v.State != announce.Pass:
				c.Skipped = message
			}
			s.Add(c)
		}
		suites = append(suites, s)
	}
	return console.JunitDocument("torrentkit doctor", suites)
}
