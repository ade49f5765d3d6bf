package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Report is a kind of report and the file that it goes to, of which - is standard output; "" where the kind has a place
// of its own.
type Report struct{ Kind, File string }

// ReportFlag binds --report: what other programs, or people, are told beside the result. Kinds that are alone take no file.
func ReportFlag(fs *pflag.FlagSet, usage string, kinds []string, alone string, to *[]Report) {
	fs.Func("report", usage, func(s string) error {
		kind, file, hasFile := strings.Cut(s, "=")
		switch {
		case !slices.Contains(kinds, kind):
			return fmt.Errorf("must be one of %s", strings.Join(kinds, ", "))
		case kind == alone && hasFile:
			return fmt.Errorf("%s takes no file", kind)
		case kind != alone && file == "":
			return fmt.Errorf("%s needs a file: %s=FILE", kind, kind)
		}
		*to = append(*to, Report{kind, file})
		return nil
	})
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		if words[i] = kind + "="; kind == alone {
			words[i] = kind
		}
	}
	CompleteWith(fs, "report", words...)
}

// Reports are those of one run, which are written at its end.
type Reports struct {
	list    []Report
	outputs Outputs // of those that have a file
}

// NewReports checks where the reports go, before anything is done. A report takes the place of one that an earlier run left;
// any other file, and lists of checksums, which may be somebody else's, are replaced by force only.
func NewReports(con *console.Console, list []Report, force bool) (*Reports, error) {
	r := &Reports{list: list}
	for _, s := range list {
		if s.Kind == "github" {
			if err := GitHubSummary().Check(con); err != nil {
				return nil, err
			}
		}
		if s.File == "" {
			continue
		}
		out, err := NewOutput(con, s.File, OutputOptions{DefaultName: s.defaultName(), Force: force || s.isThere(), Same: SameBytes})
		if err != nil {
			return nil, err
		}
		if out.Kind == ToStdout && r.OnStdout() {
			return nil, errors.New("only one report can go to standard output")
		}
		r.outputs = append(r.outputs, out)
	}
	return r, r.outputs.Refuse()
}

// defaultName is that of the report in a folder.
func (s *Report) defaultName() string { return "report." + s.Kind }

// isThere tells whether the file is a report of the kind, as an earlier run leaves it, by how it begins. One that is empty
// has nothing to lose.
func (s *Report) isThere() bool {
	begins := map[string]string{"dotenv": "INFOHASH=", "junit": console.JunitBegin, "html": "<!DOCTYPE html>", "prometheus": "# HELP torrentkit_"}[s.Kind]
	file := s.File
	if IsFolder(file) {
		file = filepath.Join(file, s.defaultName())
	}
	info, err := os.Stat(file)
	if begins == "" || err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	there := make([]byte, len(begins))
	n, err := io.ReadFull(f, there)
	return string(there[:n]) == begins || n == 0 && err == io.EOF
}

// Kinds are those that were asked for.
func (r *Reports) Kinds() (kinds []string) {
	for _, s := range r.list {
		kinds = append(kinds, s.Kind)
	}
	return kinds
}

// Wants tells whether one of a kind was asked for.
func (r *Reports) Wants(kind string) bool {
	return slices.Contains(r.Kinds(), kind)
}

// OnStdout tells whether one goes to standard output.
func (r *Reports) OnStdout() bool {
	return slices.ContainsFunc(r.outputs, func(o *Output) bool { return o.Kind == ToStdout })
}

// Write makes all reports, and writes those that have a file. A report of what was done is wanted all the more after an
// interruption.
func (r *Reports) Write(ctx context.Context, of func(kind string) ([]byte, error)) error {
	var files []io.WriterTo
	for _, s := range r.list {
		data, err := of(s.Kind)
		if err != nil {
			return err
		}
		if s.File != "" {
			files = append(files, Bytes(data))
		}
	}
	return r.outputs.Write(context.WithoutCancel(ctx), files)
}
