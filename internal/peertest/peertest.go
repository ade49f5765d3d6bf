// Package peertest lets tests ask other BitTorrent programs: libtorrent,
// mktorrent, transmission, trackers and others that are installed. A test whose peer is
// missing is skipped with a message, or fails where TORRENTKIT_REQUIRE_PEERS
// is set, as it is in continuous integration.
//
// It also makes the trees of files that such tests are run over. It is for
// tests only, and imports no other package of the module.
package peertest

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// Need returns the path of a program, or ends the test where it is not installed.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		missing(t, program)
	}
	return path
}

// Port returns a port that nobody has at an address of this machine, for TCP and
// UDP. It is none that systems give to who connects (RFC 6335, and Linux from
// 32768 on), so that hardly anybody takes it until a peer listens there.
func Port(t testing.TB, host string) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		l, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err != nil {
			continue
		}
		defer l.Close()
		pc, err := net.ListenPacket("udp", net.JoinHostPort(host, port))
		if err != nil {
			continue
		}
		defer pc.Close()
		return port
	}
	t.Fatalf("no port is free at %s", host)
	return ""
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("TORRENTKIT_REQUIRE_PEERS") != "" {
		t.Fatalf("%s is not installed, and TORRENTKIT_REQUIRE_PEERS is set: run .ci/run, which installs it", what)
	}
	t.Skipf("peer test skipped: %s is not installed", what)
}

// Python returns a Python that has libtorrent, or ends the test.
func Python(t testing.TB) string {
	t.Helper()
	python := findPython()
	if python == "" {
		missing(t, "libtorrent for Python (python3-libtorrent)")
	}
	return python
}

// findPython looks once in each test program: starting what may only be a script that chooses a Python takes long.
var findPython = sync.OnceValue(func() string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import libtorrent").Run() == nil {
			return python
		}
	}
	return ""
})

//go:embed oracle.py
var oracleScript string

// Oracle is a libtorrent that answers questions.
type Oracle struct {
	in  io.Writer
	out *bufio.Scanner
}

// Question is what Oracle is asked.
type Question struct {
	Do          string `json:"do"` // create, inspect, or check the content in the folder Root
	Root        string `json:"root,omitempty"`
	Format      string `json:"format,omitempty"`
	PieceLength int64  `json:"piece_length,omitempty"`
	Output      string `json:"output,omitempty"`
	Torrent     string `json:"torrent,omitempty"`
}

// Answer is what libtorrent says of a torrent.
type Answer struct {
	Error       string
	V1, V2      string // infohashes in hex, empty where there is none
	Name        string
	PieceLength int64 `json:"piece_length"`
	Pieces      int
	Files       []struct {
		Path   string
		Length int64
		Pad    bool
		Root   string
	}
	Trackers []string
	Private  bool
	Have     []bool // the pieces that are good, when that was asked
}

// Libtorrent starts a libtorrent for the length of the test, or ends the test.
func Libtorrent(t testing.TB) *Oracle {
	t.Helper()
	return oracle(t, Python(t))
}

// Libtorrent21 starts a libtorrent 2.1.
func Libtorrent21(t testing.TB) *Oracle {
	t.Helper()
	return oracle(t, newerPython(t))
}

func oracle(t testing.TB, python string) *Oracle {
	t.Helper()
	in, out := conversation(t, exec.Command(python, "-W", "ignore", "-c", oracleScript))
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 64<<20)
	return &Oracle{in, scanner}
}

// Ask puts a question. An answer that is an error fails the test.
func (o *Oracle) Ask(t testing.TB, q Question) Answer {
	t.Helper()
	a := o.Try(t, q)
	if a.Error != "" {
		t.Fatalf("libtorrent, asked %+v: %s", q, a.Error)
	}
	return a
}

// Try is Ask for questions whose answer may be an error.
func (o *Oracle) Try(t testing.TB, q Question) Answer {
	t.Helper()
	line, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	if !o.out.Scan() {
		t.Fatalf("libtorrent ended: %v", o.out.Err())
	}
	var a Answer
	if err := json.Unmarshal(o.out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// Tree makes a folder or a single file of random content below dir and returns
// its path: names that trip sort orders, empty files, equal contents, sizes
// around blocks and pieces.
func Tree(t testing.TB, rng *rand.Rand, dir string, pieceLength int64) string {
	t.Helper()
	names := []string{"a/x", "a-b/x", "a.b", "a b/c", "Z", "b/0", "b/00", "b/1/2/3", "b/1.2", "c", "d/e/f", "d/e-f", "d.e", "é/ü", "y/.hidden", "日本/本"}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	edges := []int64{0, 1, 1000, 16383, 16384, 16385, 40000, pieceLength - 1, pieceLength, pieceLength + 1, 2 * pieceLength, 3*pieceLength + 17}
	root := filepath.Join(dir, []string{"tree", "tree with space", "bäume"}[rng.IntN(3)])
	if rng.IntN(6) == 0 {
		return write(t, root+".bin", random(rng, max(1, edges[rng.IntN(len(edges))])))
	}
	var last []byte
	for i, name := range names[:2+rng.IntN(len(names)-2)] {
		data := last
		if i == 0 || rng.IntN(4) > 0 { // else the content of the file before
			data = random(rng, edges[rng.IntN(len(edges))])
		}
		if i == 0 && len(data) == 0 { // libtorrent refuses torrents of empty files only
			data = []byte{42}
		}
		write(t, filepath.Join(root, filepath.FromSlash(name)), data)
		last = data
	}
	return root
}

func random(rng *rand.Rand, n int64) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// conversation starts a program that answers on its output what its input asks, and
// ends it with the test.
func conversation(t testing.TB, cmd *exec.Cmd) (in io.WriteCloser, out io.Reader) {
	t.Helper()
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err = cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	return in, out
}
