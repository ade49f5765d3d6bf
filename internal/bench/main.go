// Command bench measures torrentkit beside the other programs that make and
// check torrents, on this machine:
//
//	go run ./internal/bench
//
// It makes the workloads (one file of 4 GiB, 20 000 small files, 2000 files of
// mixed sizes), builds torrentkit, looks for peers on PATH, and runs every
// program in turn on every task: A B A B, so that what else the machine does
// meets all of them alike. The data is read before every single run, because a
// page cache forgets, and results are written to memory where the system has
// such a place, so that nobody waits for a disk. A round that is not counted
// comes first; its torrents are compared, so that nobody wins by doing less.
//
// Medians of wall time are compared, and processor time and peak memory are
// told beside them. It needs about 8 GiB of disk and of free memory, less with
// -scale.
//
// With -web it measures web seeds, served by nginx on loopback, beside the time
// that serving, receiving and hashing cannot do without; with -fuse, a file that
// a daemon serves; with -many, thousands of torrents in one run.
//
// It runs binaries, torrentkit's too. It does not measure kernels (go test -bench
// does) nor anything over a network.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
)

// options is the command line.
type options struct {
	dir     string
	keep    bool
	scale   float64
	rounds  int
	program string // torrentkit; "" builds it
	python  string // that may have modules of peers
	limit   string // folder of the yardstick; "": there is none
	match   *regexp.Regexp
	cold    bool
	web     bool
	fuse    bool
	many    bool
	svg     string
	beside  string // a report of -json, drawn above this one
	into    string // FILE:NAME, a section of a document
	json    string
}

// errFindings ends a run whose report names failures or torrents that differ.
var errFindings = errors.New("programs failed or made different torrents: see the report")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what the arguments ask for, prints the report to out and what
// goes on to log.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	o, err := parse(args, log)
	if err != nil {
		return err
	}
	s, err := newSession(ctx, o, log)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.findPrograms(ctx); err != nil {
		return err
	}
	report, err := s.measure(ctx)
	if err != nil {
		return err
	}
	return publish(report, o, out)
}

// parse reads the command line.
func parse(args []string, log io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&o.dir, "dir", "", "make the workloads below `FOLDER`, or take those of a run before (default a temporary folder)")
	flags.BoolVar(&o.keep, "keep", false, "leave the workloads for the next run")
	flags.Float64Var(&o.scale, "scale", 1, "multiply the size of the workloads by `FACTOR`, at most 1")
	flags.IntVar(&o.rounds, "rounds", 5, "measure everything `N` times, after one time that is not counted")
	flags.StringVar(&o.program, "program", "", "measure `FILE` as torrentkit (default one that is built)")
	flags.StringVar(&o.python, "python", "python3", "take the modules torf and libtorrent, if there are any, of the Python `FILE`")
	flags.StringVar(&o.limit, "limit", "", "measure limit-file, limit-file2 and limit-tree of `FOLDER` beside: programs that read and hash and do nothing else")
	flags.BoolVar(&o.cold, "cold", false, "measure too with caches dropped, beside one reader and many, with -fuse over bindfs as well (needs root); -run cold measures nothing else")
	flags.BoolVar(&o.web, "web", false, "measure too how web seeds are verified, by nginx on loopback (needs nginx, cc and OpenSSL); -run ^web/ measures nothing else")
	flags.BoolVar(&o.fuse, "fuse", false, "measure too one file over bindfs; -run ^fuse/ measures nothing else")
	flags.BoolVar(&o.many, "many", false, "measure too thousands of torrents in one run; -run ^many/ measures nothing else")
	flags.StringVar(&o.svg, "svg", "", "draw a chart to `FILE`")
	flags.StringVar(&o.beside, "beside", "", "let the chart show what -json wrote to `FILE` before, too: another machine, or other kernels")
	flags.StringVar(&o.into, "into", "", "write the report between the lines <!-- bench NAME --> and <!-- bench end --> of a document, `FILE:NAME`, and do not print it")
	flags.StringVar(&o.json, "json", "", "write all samples to `FILE`")
	match := flags.String("run", "", "run only what matches `REGEXP`: workload/task/program, as in \"big/create v1/mkbrr\" (torrentkit always runs)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case !(o.scale > 0 && o.scale <= 1): // NaN too
		return o, fmt.Errorf("-scale %v is not above 0 and at most 1", o.scale)
	case o.rounds < 1:
		return o, fmt.Errorf("-rounds %d is not at least 1", o.rounds)
	}
	var err error
	if o.match, err = regexp.Compile(*match); err != nil {
		return o, fmt.Errorf("-run %q: %w", *match, err)
	}
	return o, nil
}

// publish prints the report and writes the files that were asked for.
func publish(r *report, o options, out io.Writer) error {
	errs := []error{r.publishText(o.into, out)}
	if o.json != "" {
		errs = append(errs, writeFile(o.json, r.encode))
	}
	if o.svg != "" {
		errs = append(errs, r.draw(o.svg, o.beside))
	}
	if r.findings() {
		errs = append(errs, errFindings)
	}
	return errors.Join(errs...)
}

// publishText prints the report, or puts it into a section FILE:NAME of a document.
func (r *report) publishText(into string, out io.Writer) error {
	if into == "" {
		return r.markdown(out)
	}
	colon := strings.LastIndexByte(into, ':')
	if colon < 0 {
		return fmt.Errorf("-into %q is not FILE:NAME", into)
	}
	path, name := into[:colon], into[colon+1:]
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := r.markdown(&text); err != nil {
		return err
	}
	if document, err = replaceSection(document, name, text.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, document, 0o644)
}

// replaceSection puts text between the lines <!-- bench NAME --> and the next <!-- bench end -->.
func replaceSection(document []byte, name string, text []byte) ([]byte, error) {
	begin, end := []byte("<!-- bench "+name+" -->\n"), []byte("<!-- bench end -->\n")
	before, rest, found := bytes.Cut(document, begin)
	_, after, closed := bytes.Cut(rest, end)
	if !found || !closed {
		return nil, fmt.Errorf("no lines %q and %q", bytes.TrimSpace(begin), bytes.TrimSpace(end))
	}
	return bytes.Join([][]byte{before, begin, []byte("\n"), bytes.TrimSpace(text), []byte("\n\n"), end, after}, nil), nil
}

// draw writes the chart, below that of a report of before if there is one.
func (r *report) draw(path, beside string) error {
	all := []*report{r}
	if beside != "" {
		text, err := os.ReadFile(beside)
		if err != nil {
			return err
		}
		before := new(report)
		if err := json.Unmarshal(text, before); err != nil {
			return fmt.Errorf("%s: %w", beside, err)
		}
		all = []*report{before, r}
	}
	return writeFile(path, func(w io.Writer) error { return chart(w, all...) })
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
