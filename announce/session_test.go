package announce

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
)

// lateTracker counts a peer in some time after it has read its announce, as one does that hands requests to workers; who
// leaves before that is counted in all the same.
type lateTracker struct {
	mu    sync.Mutex
	peers int
}

// late is how long that takes: the way to the other side of the world and back, and more.
const late = 400 * time.Millisecond

// handle works on one event of a peer that has announced nothing before.
func (l *lateTracker) handle(stopped bool) {
	if !stopped {
		time.Sleep(late)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if stopped {
		l.peers = max(l.peers-1, 0)
	} else {
		l.peers++
	}
}

// Who is interrupted while an announce is on its way leaves no peer behind, and is done soon after the tracker has answered.
func TestGoodbyeComesBehindTheAnnounce(t *testing.T) {
	for name, start := range map[string]func(*testing.T, *memnet.Network, *lateTracker, func()) string{"http": lateHTTP, "udp": lateUDP} {
		for _, after := range []time.Duration{0, 10 * time.Millisecond, late - 1, late + 1} {
			t.Run(name+" "+after.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n, l := new(memnet.Network), new(lateTracker)
					ctx, cancel := context.WithCancel(t.Context())
					var interrupted atomic.Pointer[time.Time]
					var once sync.Once
					tracker := start(t, n, l, func() {
						once.Do(func() { time.AfterFunc(after, func() { now := time.Now(); interrupted.Store(&now); cancel() }) })
					})
					Probe(ctx, Query{Tracker: tracker, Hash: RandomHash()}, Options{network: n})
					if at := interrupted.Load(); at != nil && time.Since(*at) > 2*grace {
						t.Errorf("done %s after the interrupt", time.Since(*at))
					}
					time.Sleep(time.Second)
					l.mu.Lock()
					defer l.mu.Unlock()
					if l.peers != 0 {
						t.Errorf("%d peers are left behind", l.peers)
					}
				})
			})
		}
	}
}

func lateHTTP(t *testing.T, n *memnet.Network, l *lateTracker, announced func()) string {
	listener, err := n.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stopped := r.URL.Query().Get("event") == "stopped"
		if !stopped {
			announced()
		}
		l.handle(stopped)
		w.Write([]byte("d8:intervali60e5:peers0:e"))
	})}
	go srv.Serve(listener)
	t.Cleanup(func() { srv.Close() })
	return "http://" + listener.Addr().String() + "/announce"
}

func lateUDP(t *testing.T, n *memnet.Network, l *lateTracker, announced func()) string {
	c, err := n.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	answer := func(p []byte, from net.Addr) {
		out := make([]byte, 20)
		copy(out, p[8:16])
		if action(be.Uint32(p[8:])) == actConnect {
			out = out[:16]
		} else {
			l.handle(be.Uint32(p[80:]) == 3)
		}
		c.WriteTo(out, from)
	}
	go func() {
		for {
			p := make([]byte, 2048)
			size, from, err := c.ReadFrom(p)
			if err != nil {
				return
			}
			if size >= 98 && be.Uint32(p[80:]) != 3 {
				announced()
			}
			go answer(p, from)
		}
	}()
	return "udp://" + c.LocalAddr().String()
}

// All that the doctor announced is taken back after an interrupt, though each goodbye takes most of the time that there is.
func TestDoctorLeavesSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		listener, err := n.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		peers := map[string]bool{}
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(late)
			mu.Lock()
			defer mu.Unlock()
			if id := r.URL.Query().Get("peer_id"); r.URL.Query().Get("event") == "stopped" {
				delete(peers, id)
			} else if id != "" { // else it is a scrape
				peers[id] = true
			}
			if len(peers) > 1 {
				cancel()
			}
			io.WriteString(w, "d8:intervali1800e5:peers0:e")
		})}
		go srv.Serve(listener)
		defer srv.Close()
		Doctor(ctx, "http://"+listener.Addr().String()+"/announce", DoctorOptions{Options: Options{network: n}, Only: []string{"swarm"}})
		if ctx.Err() == nil {
			t.Fatal("there never were two peers")
		}
		mu.Lock()
		defer mu.Unlock()
		if len(peers) > 0 {
			t.Errorf("%d peers are left behind", len(peers))
		}
		cancel()
	})
}
