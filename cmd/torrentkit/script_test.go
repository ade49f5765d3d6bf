package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/internal/longtest"
)

// The scripts in testdata/script are the command line's stories, one topic a file. Besides testscript's own commands they have:
//
//	code N PROGRAM ARGS...   runs a program and demands exit code N, where "! exec" would take any but 0
//	mkfile NAME SIZE SEED    makes a file of SIZE bytes (1M and so on) that SEED decides, and its folders
//	flip NAME OFFSET         changes the byte there
//	resize NAME SIZE         cuts a file, or lengthens it with zeros
//	mode NAME PERM           demands permissions, in octal (not on Windows)
//	seed NAME VAR            serves the metadata of a torrent on loopback, at the address that it puts into $VAR
//	tracker NAME [FAULT...]  starts a tracker on loopback; $NAME_HTTP, $NAME_UDP and so on are its URLs
//	index NAME [FAULT...]    starts a Torrust index on loopback: $NAME is its URL, $NAME_TOKEN and the file NAME.token a token
//	dhtnode VAR              starts a node of the DHT on loopback, whose address is $VAR
//	release, action, component, hook: see action_test.go
//	jsonlines [N]            demands that standard output is N lines (default 1), each a JSON object with its schema first
//
// "cmp stdout FILE" and "cmp stderr FILE" compare with a golden text in the script itself:
//
//	go test ./cmd/torrentkit -run TestScript -update
//
// writes what was printed into the script.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, scriptParams(t))
}

func scriptParams(t *testing.T) testscript.Params {
	folder := schemaFolder(t)
	return testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			e.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector's programs wait a second at their end
			e.Setenv("TORRENTKIT_TEST_SCHEMAS", folder)
			e.Setenv("NO_COLOR", "")
			e.Setenv("SOURCE_DATE_EPOCH", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": scriptCode, "mkfile": scriptMkfile, "flip": scriptFlip, "resize": scriptResize, "mode": scriptMode,
			"jsonlines": scriptJSONLines, "seed": scriptSeed(t), "tracker": scriptTracker(t), "dhtnode": scriptDHT(t), "index": scriptIndex(t),
			"release": scriptRelease(t), "action": scriptAction(t), "component": scriptComponent(t), "hook": scriptHook(t), "webserver": scriptServer(t),
		},
	}
}

var update = flag.Bool("update", false, "write golden texts into the scripts")

func TestMain(m *testing.M) {
	longtest.Waiting()
	testscript.Main(m, map[string]func(){
		"torrentkit": mainInStory,
		"stubborn":   stubborn,
		"console":    onPseudoConsole,
	})
}

// mainInStory is the program, which may be told to take its output for a terminal and what to tell of
// times, and whose JSON is held to the schemas.
func mainInStory() {
	e := console.RealEnv()
	if os.Getenv("TORRENTKIT_TEST_TERMINAL") != "" {
		e.OutTTY, e.ANSI, e.Width = true, false, func() int { return 100 }
	}
	if took, err := time.ParseDuration(os.Getenv("TORRENTKIT_TEST_TOOK")); err == nil {
		e.Measured = func(time.Duration) time.Duration { return took }
		os.Exit(run(context.Background(), e, os.Args[1:]))
	}
	folder := os.Getenv("TORRENTKIT_TEST_SCHEMAS")
	switch {
	case os.Getenv("TORRENTKIT_TEST_PEAK") != "":
		os.Exit(underCeiling(os.Getenv("TORRENTKIT_TEST_PEAK"), e, os.Args[1:]))
	case folder != "" && slices.Contains(os.Args, "--json"):
		os.Exit(keptForSchemas(folder, e, os.Args[1:]))
	case os.Getenv("TORRENTKIT_TEST_TERMINAL") == "":
		main()
	}
	os.Exit(run(context.Background(), e, os.Args[1:]))
}

// stubborn is a program that is interruptible and does not care.
func stubborn() {
	ctx, stop := console.Interruptible(context.Background())
	defer stop()
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println(context.Cause(ctx))
	time.Sleep(30 * time.Second)
}

func scriptUsage(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 2, "code N PROGRAM ARGS...")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func scriptSize(ts *testscript.TestScript, s string) int64 {
	n, err := console.ParseSize(s)
	ts.Check(err)
	return n
}

func scriptMkfile(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 3, "mkfile NAME SIZE SEED")
	seed, err := strconv.ParseUint(args[2], 10, 64)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(path[:strings.LastIndexByte(strings.ReplaceAll(path, `\`, "/"), '/')], 0o777))
	ts.Check(os.WriteFile(path, seededBytes(scriptSize(ts, args[1]), seed), 0o666))
}

// seededBytes returns n bytes that look random and are the same for the same seed.
func seededBytes(n int64, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0x746f7272656e74))
	data := make([]byte, 0, n+7)
	for int64(len(data)) < n {
		word := r.Uint64()
		for shift := 0; shift < 64; shift += 8 {
			data = append(data, byte(word>>shift))
		}
	}
	return data[:n]
}

func scriptFlip(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 2, "flip NAME OFFSET")
	path, at := ts.MkAbs(args[0]), scriptSize(ts, args[1])
	data, err := os.ReadFile(path)
	ts.Check(err)
	if at >= int64(len(data)) {
		ts.Fatalf("%s has %d bytes only", args[0], len(data))
	}
	data[at] ^= 0xff
	ts.Check(os.WriteFile(path, data, 0o666))
}

func scriptResize(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 2, "resize NAME SIZE")
	ts.Check(os.Truncate(ts.MkAbs(args[0]), scriptSize(ts, args[1])))
}

func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 2, "mode NAME PERM")
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := info.Mode().Perm(); os.PathSeparator == '/' && got != os.FileMode(want) {
		ts.Fatalf("%s has mode %o, want %o", args[0], got, want)
	}
}

func scriptJSONLines(ts *testscript.TestScript, neg bool, args []string) {
	want := 1
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		want = n
	}
	lines := slices.Collect(strings.Lines(ts.ReadFile("stdout")))
	if neg || len(lines) != want {
		ts.Fatalf("standard output has %d lines, want %d", len(lines), want)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, fmt.Sprintf(`{"schema":%d`, console.JsonSchema)) || !json.Valid([]byte(line)) || !strings.HasSuffix(line, "}\n") {
			ts.Fatalf("no JSON object with its schema first: %s", line)
		}
	}
}
