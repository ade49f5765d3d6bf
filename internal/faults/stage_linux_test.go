package faults

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// patience is how long a command may take. None takes a second; a loaded machine is slow.
const patience = time.Minute

// stage is where stories are played: the program, its servers, and folders.
type stage struct {
	strace, bin string
	scratch     string
	common      tree
	words       *strings.Replacer
	folders     int // of workers
}

func newStage(t *testing.T) *stage {
	s := &stage{strace: peertest.Need(t, "strace"), scratch: t.TempDir()}
	bin := filepath.Join(s.scratch, "bin")
	s.bin = filepath.Join(bin, "torrentkit")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", s.bin, "github.com/torrentkit/torrentkit/cmd/torrentkit")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.words = strings.NewReplacer()
	dir := filepath.Join(s.scratch, "common")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	s.sh(t, dir, common)
	var err error
	if s.common, err = readTree(dir); err != nil {
		t.Fatal(err)
	}
	s.serve(t, dir)
	return s
}

// serve starts the servers of the stories that ask: they give away what is in dir.
func (s *stage) serve(t *testing.T, dir string) {
	raw := s.common["film.torrent"].data
	torrent, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(web.Close)
	peer := peertest.Seed(t, "127.0.0.1", torrent.RawInfo())
	tracker := trackertest.Start(t)
	hash := torrent.Hashes().V1
	tracker.Add(hash, peer, "-TS0001-abcdefghijkl", 0)
	s.words = strings.NewReplacer("{web}", web.URL+"/", "{peer}", peer.String(), "{tracker}", tracker.HTTP(), "{udp}", tracker.UDP(),
		"{hash}", hex.EncodeToString(hash[:]))
}

// env is the environment of what is played: nothing of the person who tests.
func (s *stage) env() []string {
	return []string{"PATH=" + filepath.Dir(s.bin) + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + filepath.Join(s.scratch, "home"), "LC_ALL=C.UTF-8", "TZ=UTC", "GOMAXPROCS=2"}
}

func (s *stage) sh(t *testing.T, dir, script string) {
	t.Helper()
	if script == "" {
		return
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", s.words.Replace(script))
	cmd.Dir, cmd.Env = dir, s.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, script, out)
	}
}

// set makes the folder of a story, as it is before the command runs. Where the folder's files are remembered by what the
// system says of them, each folder is made anew, and no copy.
func (s *stage) set(t *testing.T, st story, dir string, made tree) tree {
	t.Helper()
	err := os.Mkdir(dir, 0o777)
	if err == nil {
		err = made.write(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	if st.live == "" {
		return made
	}
	s.sh(t, dir, st.live)
	before, err := readTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	return before
}

// make makes the folder of a story once, for copies.
func (s *stage) make(t *testing.T, st story) tree {
	t.Helper()
	if st.made == "" {
		return s.common
	}
	dir, err := os.MkdirTemp(s.scratch, "made")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := s.common.write(dir); err != nil {
		t.Fatal(err)
	}
	s.sh(t, dir, st.made)
	made, err := readTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// outcome is what came of a command.
type outcome struct {
	code           int // -1 for one that was killed
	hung           bool
	stdout, stderr string
	calls          []call
	tree           tree
}

// untraced tells whether strace failed itself, once a thread that it waits for was
// ended by another: the exit code is strace's then.
func (o outcome) untraced() bool { return strings.Contains(o.stderr, "strace: ptrace(") }

// play performs a story, and reads the tree that it leaves.
func (s *stage) play(t *testing.T, st story, dir string, flags ...string) outcome {
	t.Helper()
	o := s.perform(t, st, dir, flags...)
	var err error
	if o.tree, err = readTree(dir); err != nil {
		t.Fatal(err)
	}
	return o
}

// perform runs a story's command in its folder, under strace with these flags where there are any.
func (s *stage) perform(t *testing.T, st story, dir string, flags ...string) outcome {
	t.Helper()
	args := strings.Fields(s.words.Replace(st.run))
	log := dir + ".log"
	name := s.bin
	if len(flags) > 0 {
		args = append(append(append([]string{"-f", "-qqq", "-y", "-s", "0", "-o", log}, flags...), s.bin), args...)
		name = s.strace
		defer os.Remove(log)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(s.env(), "PATH="+filepath.Dir(s.bin)) // it finds no other programs, whose calls would be struck too
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                // strace and the program end together
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if st.feed != "" {
		f, err := os.Open(filepath.Join(dir, st.feed))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.Stdin = f
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	o := outcome{code: cmd.ProcessState.ExitCode(), hung: ctx.Err() != nil, stdout: stdout.String(), stderr: stderr.String()}
	if len(flags) > 0 {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatalf("%v: %s", err, o.stderr)
		}
		o.calls = parseTrace(string(text), dir)
	}
	return o
}

// rehearsal is what a story is when nothing fails.
type rehearsal struct {
	story
	made          tree
	before, after tree
	varies        map[string]bool // files that are never the same twice
	stdout        string
	mute          bool // what is printed is never the same twice
	logs          [2][]call
	dirs          [2]string
}

// rehearse plays a story twice.
func (s *stage) rehearse(t *testing.T, st story) *rehearsal {
	t.Helper()
	r := &rehearsal{story: st, made: s.make(t, st), varies: make(map[string]bool)}
	var before tree
	var outs [2]outcome
	for i := range 2 {
		dir, err := os.MkdirTemp(s.scratch, "rehearsal")
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(dir)
		r.dirs[i] = dir
		before = s.set(t, st, dir, r.made)
		o := s.play(t, st, dir, "-e", "trace="+traced)
		if o.code != st.code || o.hung {
			t.Errorf("%s: exit code %d without a fault, not %d: %s%s", st.name, o.code, st.code, o.stdout, o.stderr)
		}
		r.logs[i], outs[i] = o.calls, o
		os.RemoveAll(dir)
	}
	r.before, r.after, r.stdout = before, outs[0].tree, printed(outs[0])
	for rel := range r.before {
		if _, ok := r.made[rel]; !ok { // it remembers the very files
			r.varies[rel] = true
		}
	}
	words := strings.Fields(st.run)
	for i, w := range words[1:] {
		if words[i] == "--journal" { // which does not trust the youngest files: how many those are is of the moment
			r.varies[w] = true
		}
	}
	for rel := range r.after {
		if other, ok := outs[1].tree[rel]; !ok || !other.same(r.after[rel]) {
			r.varies[rel] = true
		}
	}
	for rel := range outs[1].tree {
		if _, ok := r.after[rel]; !ok {
			t.Errorf("%s leaves %s behind in one run and not in another", st.name, rel)
		}
	}
	r.mute = st.asks || r.stdout != printed(outs[1])
	return r
}

// done tells whether the folder is as it is when nothing failed.
func (r *rehearsal) done(now tree) bool {
	return maps.EqualFunc(r.after, now, func(a, b entry) bool { return a.same(b) }) || r.differs(now) == ""
}

// differs names a path that is not as it is when nothing failed.
func (r *rehearsal) differs(now tree) string {
	for rel, e := range r.after {
		got, ok := now[rel]
		if !ok || !r.varies[rel] && !got.same(e) {
			return rel
		}
	}
	for rel := range now {
		if _, ok := r.after[rel]; !ok {
			return rel
		}
	}
	return ""
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d\n%s%s", o.code, o.stdout, o.stderr)
}
