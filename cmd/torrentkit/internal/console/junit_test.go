package console

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// A document reads back as what went in, whatever the strings hold.
func TestJunitDocument(t *testing.T) {
	const text, read = "a<b>&\"'\t\r\n\x00\x1b\ufffe\xff z]]>é", "a<b>&\"'\t\r\n\ufffd\ufffd\ufffd\ufffd z]]>é"
	suite := JunitSuite{Name: text, Time: "1.000"}
	suite.Add(JunitCase{Class: text, Name: text, Failure: &JunitMessage{Type: text, Message: text, Text: text}})
	suite.Add(JunitCase{Name: "b", Error: &JunitMessage{Message: text}})
	suite.Add(JunitCase{Name: "c", Skipped: &JunitMessage{}})
	document := JunitDocument(text, []JunitSuite{suite, {Name: "none"}})

	var got []string
	for d := xml.NewDecoder(bytes.NewReader(document)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		switch token := token.(type) {
		case xml.StartElement:
			line := token.Name.Local
			for _, a := range token.Attr {
				line += " " + a.Name.Local + "=" + a.Value
			}
			got = append(got, line)
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				got = append(got, string(token))
			}
		}
	}
	want := []string{
		"testsuites name=" + read + " tests=3 failures=1 errors=1",
		"testsuite name=" + read + " tests=3 failures=1 errors=1 skipped=1 time=1.000",
		"testcase classname=" + read + " name=" + read,
		"failure type=" + read + " message=" + read,
		read,
		"testcase classname= name=b", "error message=" + read,
		"testcase classname= name=c", "skipped message=",
		"testsuite name=none tests=0 failures=0 errors=0 skipped=0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
