package inspecting

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// The parts of SARIF 2.1.0 (OASIS) that code scanning reads.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string    `json:"id"`
	Short   sarifText `json:"shortDescription"`
	Help    sarifText `json:"help"`
	HelpURI string    `json:"helpUri,omitempty"`
	Default struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			Offset int `json:"byteOffset"`
			Length int `json:"byteLength"`
		} `json:"region"`
	} `json:"physicalLocation"`
}

// sarifWriter prints one log of all inputs, as they come: there may be a million results. It is a format of others, so it
// has no schema number of ours.
type sarifWriter struct {
	w     io.Writer
	tail  []byte // what ends the log
	comma string // in front of the next result
}

// newSARIF prints the log up to its results.
func newSARIF(con *console.Console) (*sarifWriter, error) {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "torrentkit", Version: command.BuildVersion().Version, InformationURI: "https://github.com/torrentkit/torrentkit"}
	for _, r := range inspect.Rules() {
		s := sarifRule{ID: r.ID, Short: sarifText{r.Summary}, Help: sarifText{r.Advice + " (" + ruleSource(r) + ")"}, HelpURI: bepURL(r.BEP)}
		s.Default.Level = r.Severity.String()
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, s)
	}
	var empty bytes.Buffer
	if err := console.WriteDocument(&empty, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}); err != nil {
		return nil, err
	}
	const results = `"results":[` // in a string its quotes would be escaped
	head, tail, _ := bytes.Cut(empty.Bytes(), []byte(results))
	s := &sarifWriter{w: con.Document(), tail: tail}
	_, err := fmt.Fprintf(s.w, "%s%s", head, results)
	return s, err
}

// add prints the results of an input, each on a line of its own.
func (s *sarifWriter) add(l linted) error {
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		result := sarifResult{RuleID: f.Rule.ID, Level: f.Severity.String(), Message: sarifText{console.EscapeSentence(command.FindingText(f))}, Locations: make([]sarifLocation, 1)}
		where := &result.Locations[0].Physical
		where.Artifact.URI = artifactURI(l.input)
		where.Region.Offset = f.Offset
		if _, err := io.WriteString(s.w, s.comma+"\n"); err != nil {
			return err
		}
		s.comma = ","
		var line bytes.Buffer
		if err := console.WriteDocument(&line, result); err != nil {
			return err
		}
		if _, err := s.w.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n"))); err != nil {
			return err
		}
	}
	return nil
}

// close ends the log, also that of a run that was stopped.
func (s *sarifWriter) close() error {
	_, err := s.w.Write(s.tail)
	return err
}

func bepURL(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("https://www.bittorrent.org/beps/bep_%04d.html", n)
}

// artifactURI makes a relative reference of a path, or leaves a URL as it is without its secrets.
func artifactURI(input string) string {
	if command.IsURL(input) {
		return metainfo.Redact(input)
	}
	u := url.URL{Path: strings.TrimPrefix(filepath.ToSlash(input), "./")}
	if filepath.IsAbs(input) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(u.Path, "/") // a drive letter has no slash in front
	}
	return u.String()
}
