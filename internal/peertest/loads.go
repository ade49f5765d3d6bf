package peertest

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const loadsScript = `
import struct, sys
import libtorrent
while True:
    head = sys.stdin.buffer.read(4)
    if not head:
        break
    doc = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
    try:
        libtorrent.torrent_info(doc)
        print("loads")
    except Exception as e:
        print(("refuses: " + str(e)).encode("ascii", "replace").decode().replace("\n", " "))
`

// LibtorrentLoads asks libtorrent which torrents it loads. The answer is "" where
// it does, and what it says where it does not.
func LibtorrentLoads(t testing.TB, docs [][]byte) []string {
	t.Helper()
	var in bytes.Buffer
	for _, doc := range docs {
		in.Write(binary.BigEndian.AppendUint32(nil, uint32(len(doc))))
		in.Write(doc)
	}
	cmd := exec.Command(Python(t), "-c", loadsScript)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("libtorrent: %v", err)
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(docs) == 0 || len(answers) != len(docs) {
		t.Fatalf("libtorrent has %d answers to %d torrents", len(answers), len(docs))
	}
	for i, a := range answers {
		if answers[i] = strings.TrimPrefix(a, "refuses: "); a == "loads" {
			answers[i] = ""
		} else if answers[i] == "" {
			answers[i] = "refused"
		}
	}
	return answers
}
