package magnet

import (
	"os"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

func TestMain(m *testing.M) {
	longtest.Waiting()
	os.Exit(m.Run())
}
