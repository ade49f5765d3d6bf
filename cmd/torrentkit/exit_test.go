package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestReport(t *testing.T) {
	background := context.Background()
	tests := []struct {
		name string
		ctx  context.Context
		err  error
		code int
		text string
	}{
		{"done", background, nil, 0, ""},
		{"done in spite of an interrupt", interruptedContext(), nil, 0, ""},
		{"silent no", background, no(), 1, ""},
		{"wrapped no", background, fmt.Errorf("x: %w", &noError{"the data differs"}), 1, "torrentkit: error: x: the data differs\n"},
		{"no during an interrupt", interruptedContext(), no(), 1, ""},
		{"trouble", background, errors.New("it broke"), 2, "torrentkit: error: it broke\n"},
		{"hint", background, fmt.Errorf("outer: %w", withHint(errors.New("it broke"), "mend it")), 2, "torrentkit: error: outer: it broke\nhint: mend it\n"},
		{"the nearest hint wins", background, withHint(withHint(errors.New("x"), "near"), "far"), 2, "torrentkit: error: x\nhint: near\n"},
		{"joined", background, errors.Join(errors.New("a"), withHint(errors.New("b"), "c")), 2, "torrentkit: error: a\ntorrentkit: error: b\nhint: c\n"},
		{"two causes are not a join", background, fmt.Errorf("%w and %w", errors.New("a"), errors.New("b")), 2, "torrentkit: error: a and b\n"},
		{"interrupted", interruptedContext(), fmt.Errorf("hashing: %w", context.Canceled), 130, "torrentkit: interrupted\n"},
		{"interrupted, and said why", interruptedContext(), errors.New("read failed"), 130, "torrentkit: error: read failed\n"},
		{"a timeout is no interrupt", background, context.DeadlineExceeded, 2, "torrentkit: error: context deadline exceeded\n"},
		{"said already", background, &saidError{2}, 2, ""},
		{"controls", background, errors.New("name \x1b[31m\u202e\n\xff"), 2, `torrentkit: error: name \x1b[31m\u202e\n\xff` + "\n"},
		{"secrets", background, errors.New(`asking "https://t.example/announce?passkey=abc"`), 2, `torrentkit: error: asking "https://t.example/announce?passkey=***"` + "\n"},
		{"a tracker's broken pipe is trouble", background, fmt.Errorf("asking: %w", syscall.EPIPE), 2, "torrentkit: error: asking: broken pipe\n"},
		{"a reader that went away", background, &streamError{syscall.EPIPE}, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _, stderr := testApp()
			if code := a.report(tt.ctx, tt.err); code != tt.code {
				t.Errorf("code %d, want %d", code, tt.code)
			}
			if stderr.String() != tt.text {
				t.Errorf("printed %q, want %q", stderr.String(), tt.text)
			}
		})
	}
}

func TestShowSecrets(t *testing.T) {
	a, _, stderr := testApp()
	a.options.ShowSecrets = true
	const link = "https://t.example/announce?passkey=abc"
	a.report(context.Background(), errors.New(link))
	if !strings.Contains(stderr.String(), link) || a.url(link) != link {
		t.Errorf("printed %q and %q", stderr.String(), a.url(link))
	}
}

func TestWithHintKeepsNil(t *testing.T) {
	if err := withHint(nil, "x"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestEachGivesTheWorst(t *testing.T) {
	outcomes := map[string]error{"yes": nil, "no": no(), "trouble": errors.New("bad")}
	for inputs, want := range map[string]int{
		"yes": 0, "yes yes": 0, "no yes": 1, "yes trouble no": 2, "trouble yes": 2,
	} {
		a, _, stderr := testApp()
		calls := 0
		err := a.each(context.Background(), strings.Fields(inputs), func(_ context.Context, input string) error {
			calls++
			return outcomes[input]
		})
		if code := a.report(context.Background(), err); code != want || calls != len(strings.Fields(inputs)) {
			t.Errorf("%s: code %d after %d calls, want %d", inputs, code, calls, want)
		}
		if got := strings.Count(stderr.String(), "\n"); got != strings.Count(inputs, "trouble") {
			t.Errorf("%s: printed %q", inputs, stderr.String())
		}
	}
}

func TestEachStopsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	a, _, stderr := testApp()
	calls := 0
	err := a.each(ctx, []string{"a", "b", "c"}, func(ctx context.Context, _ string) error {
		calls++
		cancel(errInterrupted)
		return ctx.Err()
	})
	if code := a.report(ctx, err); code != 130 || calls != 1 || stderr.String() != "torrentkit: interrupted\n" {
		t.Errorf("code %d, %d calls, printed %q", code, calls, stderr.String())
	}
}

func TestNotesAreQuiet(t *testing.T) {
	a, _, stderr := testApp()
	a.note("left out \x1b")
	a.warn("odd")
	a.options.Quiet = true
	a.note("more")
	a.warn("more")
	if want := "torrentkit: left out \\x1b\ntorrentkit: warning: odd\n"; stderr.String() != want {
		t.Errorf("printed %q, want %q", stderr.String(), want)
	}
}

// failingWriter takes room bytes, and then fails.
type failingWriter struct {
	room int
	err  error
}

func (f *failingWriter) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return f.room, f.err
	}
	f.room -= len(p)
	return len(p), nil
}

func TestFullDiskIsTrouble(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	for _, args := range [][]string{{"version"}, {"version", "--json"}, {"--help"}, {"completion", "bash"}} {
		e, _, stderr := testEnv()
		e.Out = &failingWriter{3, full}
		code := run(context.Background(), e, args)
		want := "torrentkit: error: writing to standard output: " + syscall.ENOSPC.Error() + "\n"
		if code != 2 || stderr.String() != want {
			t.Errorf("%v: code %d, printed %q, want 2 and %q", args, code, stderr.String(), want)
		}
	}
}

func TestReaderThatWentAwayIsQuiet(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"version", "--json"}, {"completion", "bash"}} {
		e, _, stderr := testEnv()
		e.Out = &failingWriter{3, &fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}
		if code := run(context.Background(), e, args); code != 0 || stderr.String() != "" {
			t.Errorf("%v: code %d, printed %q", args, code, stderr.String())
		}
	}
}

func TestMessagesComeAfterResults(t *testing.T) {
	e, stdout, _ := testEnv()
	e.Err = stdout
	a := newApp(e)
	io.WriteString(a.document(), "result\n")
	a.note("note")
	if got := stdout.String(); got != "result\ntorrentkit: note\n" {
		t.Errorf("got %q", got)
	}
}

func TestStdinEndsWithTheContext(t *testing.T) {
	e, _, _ := testEnv()
	r, w := io.Pipe()
	defer w.Close()
	e.In = r
	ctx, cancel := context.WithCancel(context.Background())
	in := newApp(e).stdin(ctx)
	go w.Write([]byte("hello"))
	buf := make([]byte, 3)
	if n, err := io.ReadFull(in, buf); n != 3 || err != nil {
		t.Fatalf("read %d, %v", n, err)
	}
	time.AfterFunc(10*time.Millisecond, cancel)
	rest, err := io.ReadAll(in)
	if string(buf)+string(rest) != "hello" || !errors.Is(err, context.Canceled) {
		t.Errorf("read %q, %v", rest, err)
	}
}

func TestStdinIsReadWhole(t *testing.T) {
	e, _, _ := testEnv()
	text := strings.Repeat("0123456789", 20000)
	e.In = strings.NewReader(text)
	got, err := io.ReadAll(newApp(e).stdin(context.Background()))
	if err != nil || string(got) != text {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}

func TestRootCause(t *testing.T) {
	_, err := os.Open("/does/not/exist")
	for _, err := range []error{err, fmt.Errorf("x: %w", err), &os.LinkError{Op: "link", Old: "a", New: "b", Err: fs.ErrNotExist}} {
		if got := rootCause(err); strings.Contains(got.Error(), "/") || !errors.Is(got, fs.ErrNotExist) {
			t.Errorf("rootCause(%v) = %v", err, got)
		}
	}
}
