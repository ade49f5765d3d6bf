package main

import (
	"bytes"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// pseudoConsole is a console without a window (CreatePseudoConsole), and the program that has it.
type pseudoConsole struct {
	t       *testing.T
	console windows.Handle
	keys    *os.File // what is typed
	process windows.Handle
	mu      sync.Mutex
	text    bytes.Buffer
	read    chan struct{} // closed when all was read
	closing sync.Once
}

// onConsole starts torrentkit on a console of so many columns.
func onConsole(t *testing.T, columns int16, args ...string) *pseudoConsole {
	t.Helper()
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	screen, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := &pseudoConsole{t: t, keys: keys, read: make(chan struct{})}
	err = windows.CreatePseudoConsole(windows.Coord{X: columns, Y: 50}, windows.Handle(in.Fd()), windows.Handle(out.Fd()), 0, &x.console)
	if err != nil {
		t.Skip("there are no pseudo-consoles: ", err)
	}
	in.Close()
	out.Close()
	go func() {
		defer close(x.read)
		defer screen.Close()
		buf := make([]byte, 4096)
		for {
			n, err := screen.Read(buf)
			x.mu.Lock()
			x.text.Write(buf[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(x.close)
	x.start(args)
	return x
}

// start starts the test binary as torrentkit (see TestMain).
func (x *pseudoConsole) start(args []string) {
	x.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		x.t.Fatal(err)
	}
	attributes, err := windows.NewProcThreadAttributeList(1)
	if err != nil {
		x.t.Fatal(err)
	}
	defer attributes.Delete()
	// The value of this attribute is the handle itself.
	if err := attributes.Update(windows.PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, *(*unsafe.Pointer)(unsafe.Pointer(&x.console)), unsafe.Sizeof(x.console)); err != nil {
		x.t.Fatal(err)
	}
	var info windows.ProcessInformation
	startup := windows.StartupInfoEx{ProcThreadAttributeList: attributes.List()}
	startup.Cb = uint32(unsafe.Sizeof(startup))
	line := windows.ComposeCommandLine(append([]string{"console"}, args...))
	err = windows.CreateProcess(windows.StringToUTF16Ptr(exe), windows.StringToUTF16Ptr(line), nil, nil, false,
		windows.EXTENDED_STARTUPINFO_PRESENT|windows.CREATE_UNICODE_ENVIRONMENT, nil, nil, &startup.StartupInfo, &info)
	if err != nil {
		x.t.Fatal(err)
	}
	windows.CloseHandle(info.Thread)
	x.process = info.Process
}

// close closes the console, once all that is on it was read.
func (x *pseudoConsole) close() {
	x.closing.Do(func() {
		x.keys.Close()
		windows.ClosePseudoConsole(x.console)
		<-x.read
	})
}

// exit waits for the program to end and for all that it printed, and returns its exit code.
func (x *pseudoConsole) exit() int {
	x.t.Helper()
	if s, err := windows.WaitForSingleObject(x.process, 60_000); s != windows.WAIT_OBJECT_0 {
		x.t.Fatalf("torrentkit does not end: %d %v, screen %q", s, err, x.screen())
	}
	var code uint32
	if err := windows.GetExitCodeProcess(x.process, &code); err != nil {
		x.t.Fatal(err)
	}
	windows.CloseHandle(x.process)
	x.close()
	return int(code)
}

func (x *pseudoConsole) screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text.String()
}

// Who presses Ctrl-C gets what was hashed in the journal, nothing half-made, and a run that goes on from there. (Ctrl-Break is the same
// to Go, and closing the window is SIGTERM, but Wine hands on neither.)
func TestConsoleInterrupts(t *testing.T) {
	d := interruptible(t)
	files, waits := d.handler, make(chan struct{})
	var asked, at atomic.Int64 // requests, and the one that is not answered
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/pressed" {
			<-waits
			fmt.Fprint(w, windows.CTRL_C_EVENT)
			return
		}
		if asked.Add(1) == at.Load() {
			close(waits)
			<-r.Context().Done()
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	torrent := filepath.Join(d.dir, "x.torrent")
	args := func(journal string) []string {
		return []string{"create", "-l", "512K", "--allow-private", "--connections", "1", "--force", "--journal", filepath.Join(d.dir, journal), "-o", torrent,
			server.URL + "/data/one", server.URL + "/data/two"}
	}
	e, _, stderr := consoletest.Env()
	if code := run(t.Context(), e, args("other")); code != 0 {
		t.Fatal(stderr.String())
	}
	all := asked.Swap(0)
	if err := os.Remove(torrent); err != nil {
		t.Fatal(err)
	}
	at.Store(all / 2)
	t.Setenv("TORRENTKIT_TEST_PRESSED", server.URL+"/pressed")
	x := onConsole(t, 300, args("j")...)
	if code, text := x.exit(), x.screen(); code != console.ExitInterrupted || !strings.Contains(text, "the same command goes on from there") {
		t.Errorf("exit code %d, screen %q", code, text)
	}
	if left, err := filepath.Glob(filepath.Join(d.dir, "*x.torrent*")); err != nil || len(left) > 0 {
		t.Errorf("%q is left, %v", left, err)
	}
	at.Store(0)
	asked.Store(0)
	e, _, stderr = consoletest.Env()
	if code, again := run(t.Context(), e, args("j")), asked.Load(); code != 0 || again >= all {
		t.Errorf("again: exit code %d, %d requests of %d, %s", code, again, all, stderr)
	}
}

// A console has a width, colours and all characters.
func TestConsoleLooks(t *testing.T) {
	dir := t.TempDir()
	const name = "Ünï €"
	content, torrent := filepath.Join(dir, name), filepath.Join(dir, "x.torrent")
	if err := os.WriteFile(content, []byte("data"), 0o644); err != nil {
		t.Fatal(err)
	}
	e, _, stderr := consoletest.Env()
	if code := run(t.Context(), e, []string{"create", "-o", torrent, "--comment", strings.Repeat("word ", 20), content}); code != 0 {
		t.Fatal(stderr.String())
	}
	for _, columns := range []int16{50, 90} {
		x := onConsole(t, columns, "inspect", torrent)
		if code, text := x.exit(), x.screen(); code != 0 || !strings.Contains(text, name) || !strings.Contains(text, "\x1b[36m") ||
			strings.Contains(text, strings.Repeat("word ", 12)) != (columns == 90) {
			t.Errorf("%d columns: exit code %d, screen %q", columns, code, text)
		}
	}
}

// onPseudoConsole is the program whose streams are its console: who starts it has others. What TORRENTKIT_TEST_PRESSED names is asked
// for until it answers with the number of an event (CTRL_C_EVENT, CTRL_BREAK_EVENT), which is what a key makes.
func onPseudoConsole() {
	var err error
	if os.Stdin, err = os.OpenFile("CONIN$", os.O_RDWR, 0); err != nil {
		log.Fatal(err)
	}
	if os.Stdout, err = os.OpenFile("CONOUT$", os.O_RDWR, 0); err != nil {
		log.Fatal(err)
	}
	os.Stderr = os.Stdout
	if url := os.Getenv("TORRENTKIT_TEST_PRESSED"); url != "" {
		go func() {
			answer, err := http.Get(url)
			if err != nil {
				return
			}
			var event uint32
			if _, err := fmt.Fscan(answer.Body, &event); err == nil {
				windows.GenerateConsoleCtrlEvent(event, 0)
			}
		}()
	}
	main()
}
