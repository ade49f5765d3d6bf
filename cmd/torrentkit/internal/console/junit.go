package console

import (
	"slices"
	"strconv"
	"time"
)

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`

// JunitBegin is what a document of JUnit begins with.
const JunitBegin = xmlDeclaration + "\n<testsuites"

// What continuous integration reads of JUnit's XML.
type (
	JunitSuite struct {
		Name                             string
		Tests, Failures, Errors, Skipped int
		Time                             string // left out where it is empty
		Cases                            []JunitCase
	}
	JunitCase struct {
		Class, Name, Time       string
		Failure, Error, Skipped *JunitMessage
	}
	JunitMessage struct{ Type, Message, Text string }
)

// Add appends a case and counts it.
func (s *JunitSuite) Add(c JunitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// JunitSeconds is a duration as JUnit writes it.
func JunitSeconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// JunitDocument sums the suites up and encodes them.
func JunitDocument(name string, suites []JunitSuite) []byte {
	var all JunitSuite
	for _, s := range suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
	}
	x := &markup{}
	x.b.WriteString(xmlDeclaration)
	x.begin("testsuites", "name", name, "tests", strconv.Itoa(all.Tests), "failures", strconv.Itoa(all.Failures), "errors", strconv.Itoa(all.Errors))
	for i := range suites {
		suites[i].write(x)
	}
	x.end("testsuites")
	return []byte(x.b.String() + "\n")
}

func (s *JunitSuite) write(x *markup) {
	counts := []string{"tests", strconv.Itoa(s.Tests), "failures", strconv.Itoa(s.Failures), "errors", strconv.Itoa(s.Errors), "skipped", strconv.Itoa(s.Skipped)}
	x.begin("testsuite", slices.Concat([]string{"name", s.Name}, counts, given("time", s.Time))...)
	for i := range s.Cases {
		s.Cases[i].write(x)
	}
	x.end("testsuite")
}

func (c *JunitCase) write(x *markup) {
	x.begin("testcase", slices.Concat([]string{"classname", c.Class, "name", c.Name}, given("time", c.Time))...)
	c.Failure.write(x, "failure")
	c.Error.write(x, "error")
	c.Skipped.write(x, "skipped")
	x.end("testcase")
}

func (m *JunitMessage) write(x *markup, element string) {
	if m != nil {
		x.begin(element, append(given("type", m.Type), "message", m.Message)...)
		x.b.WriteString(EscapeMarkup(m.Text))
		x.end(element)
	}
}

// given is an attribute that is left out where it is empty.
func given(name, value string) []string {
	if value == "" {
		return nil
	}
	return []string{name, value}
}
