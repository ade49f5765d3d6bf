package magnet

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

// TestFetchLargeAmongPumps holds that a good peer with much metadata wins
// against many that each claim and send nearly all that may be held.
func TestFetchLargeAmongPumps(t *testing.T) {
	info := v1Info(longtest.Rounds(2, 10) << 20)
	var peers []string
	for i := range longtest.Rounds(4, 20) {
		size := maxMetadata - 16384*i
		if i%2 == 0 {
			size = len(info)
		}
		peers = append(peers, listen(t, func(c net.Conn) {
			s := seedOf(info)
			s.claim = fmt.Sprintf("i%de", size)
			block := make([]byte, 16384)
			s.message = func(n int) []byte {
				return frame(20, []byte(fmt.Sprintf("\x01d8:msg_typei1e5:piecei%de10:total_sizei%dee", n, size)), block[:min(16384, max(0, size-n*16384))])
			}
			s.serve(c)
		}))
	}
	peers = append(peers, listen(t, seedOf(info).serve))
	cmd := exec.Command(os.Args[0], "-test.run=^TestFetchChild$", "-test.v")
	cmd.Env = append(os.Environ(), "TORRENTKIT_TEST_LINK="+linkOf(info, peers...).String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out[max(0, bytes.Index(out, []byte("RESULT"))):])
}
