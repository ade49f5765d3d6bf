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
// It runs binaries, torrentkit's too, and hashes nothing itself. It does not
// measure kernels (go test -bench does) nor anything over a network.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
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
	svg     string
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
	flags.BoolVar(&o.cold, "cold", false, "measure too with caches dropped, beside one reader and many, and over bindfs where it is installed (needs root); -run cold measures nothing else")
	flags.StringVar(&o.svg, "svg", "", "draw a chart to `FILE`")
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
	errs := []error{r.markdown(out)}
	if o.json != "" {
		errs = append(errs, writeFile(o.json, r.encode))
	}
	if o.svg != "" {
		errs = append(errs, writeFile(o.svg, r.chart))
	}
	if r.findings() {
		errs = append(errs, errFindings)
	}
	return errors.Join(errs...)
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
