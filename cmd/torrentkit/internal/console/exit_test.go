package console

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
	"testing/synctest"
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
		{"silent no", background, No(), 1, ""},
		{"wrapped no", background, fmt.Errorf("x: %w", &noError{"the data differs"}), 1, "torrentkit: error: x: the data differs\n"},
		{"no during an interrupt", interruptedContext(), No(), 1, ""},
		{"trouble", background, errors.New("it broke"), 2, "torrentkit: error: it broke\n"},
		{"hint", background, fmt.Errorf("outer: %w", WithHint(errors.New("it broke"), "mend it")), 2, "torrentkit: error: outer: it broke\nhint: mend it\n"},
		{"the nearest hint wins", background, WithHint(WithHint(errors.New("x"), "near"), "far"), 2, "torrentkit: error: x\nhint: near\n"},
		{"joined", background, errors.Join(errors.New("a"), WithHint(errors.New("b"), "c")), 2, "torrentkit: error: a\ntorrentkit: error: b\nhint: c\n"},
		{"joined below words and a hint", background, WithHint(fmt.Errorf("x: %w", errors.Join(errors.New("a"), errors.New("b"))), "c"), 2, "torrentkit: error: x: a\ntorrentkit: error: x: b\nhint: c\n"},
		{"joined in joined", background, errors.Join(errors.New("a"), fmt.Errorf("x: %w", errors.Join(errors.New("b"), errors.New("c")))), 2, "torrentkit: error: a\ntorrentkit: error: x: b\ntorrentkit: error: x: c\n"},
		{"several mentioned", background, fmt.Errorf("a of %w and %w", errors.New("b"), errors.New("c")), 2, "torrentkit: error: a of b and c\n"},
		{"two causes are not a join", background, fmt.Errorf("%w and %w", errors.New("a"), errors.New("b")), 2, "torrentkit: error: a and b\n"},
		{"interrupted", interruptedContext(), fmt.Errorf("hashing: %w", context.Canceled), 130, "torrentkit: interrupted\n"},
		{"interrupted, and said why", interruptedContext(), errors.New("read failed"), 130, "torrentkit: error: read failed\n"},
		{"a timeout is no interrupt", background, context.DeadlineExceeded, 2, "torrentkit: error: context deadline exceeded\n"},
		{"said already", background, &saidError{2}, 2, ""},
		{"controls", background, errors.New("name \x1b[31m\u202e\n\xff"), 2, `torrentkit: error: name \x1b[31m\u202e\n\xff` + "\n"},
		{"secrets", background, errors.New(`asking "https://t.example/announce?passkey=abc"`), 2, `torrentkit: error: asking "https://t.example/announce?passkey=***96"` + "\n"},
		{"a tracker's broken pipe is trouble", background, fmt.Errorf("asking: %w", syscall.EPIPE), 2, "torrentkit: error: asking: broken pipe\n"},
		{"a reader that went away", background, &streamError{syscall.EPIPE}, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			con, _, stderr := fake()
			if code := con.Report(tt.ctx, tt.err); code != tt.code {
				t.Errorf("code %d, want %d", code, tt.code)
			}
			if stderr.String() != tt.text {
				t.Errorf("printed %q, want %q", stderr.String(), tt.text)
			}
		})
	}
}

func TestShowSecrets(t *testing.T) {
	con, _, stderr := fake()
	con.Options.ShowSecrets = true
	const link = "https://t.example/announce?passkey=abc"
	con.Report(context.Background(), errors.New(link))
	if !strings.Contains(stderr.String(), link) || con.URL(link) != link {
		t.Errorf("printed %q and %q", stderr.String(), con.URL(link))
	}
}

func TestWithHintKeepsNil(t *testing.T) {
	if err := WithHint(nil, "x"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestNotesAreQuiet(t *testing.T) {
	con, _, stderr := fake()
	con.Note("left out \x1b")
	con.Warn("odd")
	con.Options.Quiet = true
	con.Note("more")
	con.Warn("more")
	if want := "torrentkit: left out \\x1b\ntorrentkit: warning: odd\n"; stderr.String() != want {
		t.Errorf("printed %q, want %q", stderr.String(), want)
	}
}

func TestMessagesComeAfterResults(t *testing.T) {
	e, stdout, _ := fakeEnv()
	e.Err = stdout
	con := New(e)
	io.WriteString(con.Document(), "result\n")
	con.Note("note")
	if got := stdout.String(); got != "result\ntorrentkit: note\n" {
		t.Errorf("got %q", got)
	}
}

func TestStdinEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, _ := fakeEnv()
		r, w := io.Pipe()
		defer w.Close()
		e.In = r
		ctx, cancel := context.WithCancel(context.Background())
		in := New(e).Stdin(ctx)
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
	})
}

func TestStdinIsReadWhole(t *testing.T) {
	e, _, _ := fakeEnv()
	text := strings.Repeat("0123456789", 20000)
	e.In = strings.NewReader(text)
	got, err := io.ReadAll(New(e).Stdin(context.Background()))
	if err != nil || string(got) != text {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}

func TestRootCause(t *testing.T) {
	_, err := os.Open("/does/not/exist")
	for _, err := range []error{err, fmt.Errorf("x: %w", err), &os.LinkError{Op: "link", Old: "a", New: "b", Err: fs.ErrNotExist}} {
		if got := RootCause(err); strings.Contains(got.Error(), "/") || !errors.Is(got, fs.ErrNotExist) {
			t.Errorf("rootCause(%v) = %v", err, got)
		}
	}
}

func TestOneLine(t *testing.T) {
	err := fmt.Errorf("x: %w", errors.Join(errors.New("a"), errors.New("b"), errors.New("a")))
	if got := OneLine(err); got != "x: a; x: b" {
		t.Errorf("%q", got)
	}
}
