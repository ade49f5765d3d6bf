package magnet

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

func fetch(t *testing.T, link Link, opts FetchOptions) (*Result, error) {
	t.Helper()
	opts.AllowPrivate = true
	if opts.Timeout == 0 {
		opts.Timeout = time.Minute
	}
	return Fetch(context.Background(), link, opts)
}

func mustFetch(t *testing.T, link Link, opts FetchOptions) *Result {
	t.Helper()
	res, err := fetch(t, link, opts)
	if err != nil {
		var fe *FetchError
		if errors.As(err, &fe) {
			for _, p := range fe.Peers {
				t.Logf("%s: %v %v", p.Address, p.Reason, p.Err)
			}
		}
		t.Fatal(err)
	}
	return res
}

func TestFetchV1(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 16384, 40000, 400000} {
		info := v1Info(size)
		link := linkOf(info, listen(t, seedOf(info).serve))
		link.Trackers, link.WebSeeds = []string{"http://a/announce", "udp://b:1"}, []string{"http://w/"}
		res := mustFetch(t, link, FetchOptions{})
		if !bytes.Equal(infoOf(t, res), info) {
			t.Fatalf("size %d: info differs", size)
		}
		tor, err := metainfo.Parse(res.Torrent)
		if err != nil {
			t.Fatal(err)
		}
		if len(tor.Trackers) != 2 || len(tor.WebSeeds) != 1 || !bytes.Equal(tor.RawInfo(), info) || res.Name != "name of it" {
			t.Errorf("torrent is %+v", tor)
		}
		if p := res.Peers[0]; p.Reason != Delivered || p.Client != "Seed" || p.Source != "link" || res.From != p.Address {
			t.Errorf("report %+v from %q", p, res.From)
		}
	}
}

func TestFetchCutHash(t *testing.T) {
	t.Parallel()
	raw, s := v2Torrent(t, metainfo.V2, 16384, 100)
	res := mustFetch(t, Link{V1: s.hash, Peers: []string{listen(t, s.serve)}}, FetchOptions{})
	if !bytes.Equal(res.Torrent, raw) {
		t.Errorf("%q\n%q", res.Torrent, raw)
	}
}

func TestFetchLayers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format  metainfo.Format
		piece   int64
		lengths []int64
	}{
		{metainfo.V2, 16384, []int64{16384}},
		{metainfo.V2, 16384, []int64{16385}},
		{metainfo.V2, 16384, []int64{16384 * 3, 5, 16384 * 4}},
		{metainfo.V2, 65536, []int64{65536*1000 + 1, 65536 * 512, 65536 * 513, 0}},
		{metainfo.V2, 32768, []int64{32768 * 5000}},
		{metainfo.Hybrid, 32768, []int64{32768 * 700, 1, 32768 * 2}},
	} {
		t.Run(fmt.Sprint(c.format, c.piece, c.lengths), func(t *testing.T) {
			raw, s := v2Torrent(t, c.format, c.piece, c.lengths...)
			v2 := metainfo.HashV2(sha256.Sum256(s.info))
			link := Link{V2: v2}
			second := *s
			second.hash = v2.Short()
			link.Peers = []string{listen(t, second.serve)}
			if c.format.HasV1() {
				link.V1 = sha1.Sum(s.info)
				link.Peers = append(link.Peers, listen(t, s.serve))
			}
			liar := second
			liar.hashes = func(b []byte) []byte { b[0]++; return b }
			link.Peers = append([]string{listen(t, liar.serve)}, link.Peers...)
			res := mustFetch(t, link, FetchOptions{})
			if !bytes.Equal(res.Torrent, raw) {
				t.Errorf("the torrent has %d bytes instead of %d, or differs", len(res.Torrent), len(raw))
			}
			if res.V2 != v2 || res.V1 != link.V1 || res.MissingLayers != 0 {
				t.Errorf("hashes %v %v, %d layers missing", res.V1, res.V2, res.MissingLayers)
			}
		})
	}
}

// TestFetchLayersAmongHostilePeers holds that those who are honest about the
// metadata and lie about hashes do not keep a good peer from giving them.
func TestFetchLayersAmongHostilePeers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		raw, good := v2Torrent(t, metainfo.V2, 16384, 16384*3000, 16384*5, 16384*2)
		var peers []string
		for range 3 {
			for _, change := range []func(*seed){
				func(s *seed) { s.hashes = func(b []byte) []byte { return b[:32] } },
				func(s *seed) { s.hashes = func(b []byte) []byte { return append(b, b...) } },
				func(s *seed) { s.hashes = func(b []byte) []byte { return make([]byte, len(b)) } },
				func(s *seed) { s.hashes = func(b []byte) []byte { return nil } },
				func(s *seed) { s.layers = nil },
				func(s *seed) { s.base = 99 },
				func(s *seed) { s.hello = frame(22, make([]byte, 48), make([]byte, 64)) },
				func(s *seed) { s.hello = bytes.Repeat(frame(23, make([]byte, 48)), 10000) },
				func(s *seed) { s.hello = frame(22, make([]byte, 50)) },
				func(s *seed) { s.hashes = func(b []byte) []byte { time.Sleep(20 * time.Second); return b } },
			} {
				liar := *good
				change(&liar)
				peers = append(peers, listenOn(t, n, liar.serve))
			}
		}
		link := Link{V2: sha256.Sum256(good.info), Peers: append(peers, listenOn(t, n, good.serve))}
		res := mustFetch(t, link, FetchOptions{network: n})
		if !bytes.Equal(res.Torrent, raw) {
			t.Error("the torrent differs")
		}
		if res.Elapsed > 5*time.Second {
			t.Errorf("took %v", res.Elapsed)
		}
		t.Logf("%v: %v", res.Elapsed, Count(res.Peers))
	})
}

func TestFetchMissingLayers(t *testing.T) {
	t.Parallel()
	_, s := v2Torrent(t, metainfo.V2, 16384, 16384*4)
	s.layers = nil
	link := Link{V2: sha256.Sum256(s.info), Peers: []string{listen(t, s.serve)}}
	if _, err := fetch(t, link, FetchOptions{}); !errors.Is(err, ErrNoLayers) || !strings.Contains(err.Error(), "of 1 of the 1 files that have any") {
		t.Errorf("error %v", err)
	}
	res := mustFetch(t, link, FetchOptions{AllowMissingLayers: true})
	if res.MissingLayers != 1 || !bytes.Equal(infoOf(t, res), s.info) {
		t.Errorf("%d layers are missing", res.MissingLayers)
	}
}

func TestFetchURL(t *testing.T) {
	t.Parallel()
	raw, s := v2Torrent(t, metainfo.V2, 16384, 16384*5)
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(raw) }))
	defer good.Close()
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("d4:infode")) }))
	defer bad.Close()
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	link := Link{V2: sha256.Sum256(s.info), Sources: []string{bad.URL, endless.URL, "urn:sha1:X", good.URL}}
	if res := mustFetch(t, link, FetchOptions{}); !bytes.Equal(res.Torrent, raw) || res.From != good.URL {
		t.Errorf("another torrent, from %s", res.From)
	}
	if _, err := Fetch(context.Background(), link, FetchOptions{Timeout: time.Minute}); !errors.Is(err, ErrNoPeers) {
		t.Errorf("loopback URLs without AllowPrivate: %v", err)
	}
}

func TestFetchPrivateAddresses(t *testing.T) {
	t.Parallel()
	info := v1Info(100)
	addr := listen(t, seedOf(info).serve)
	_, err := Fetch(context.Background(), linkOf(info, addr, "10.0.0.1:5", "localhost:1"), FetchOptions{Timeout: time.Minute})
	var fe *FetchError
	if !errors.As(err, &fe) || Count(fe.Peers)[PrivateAddress] != 3 {
		t.Errorf("error %v", err)
	}
	res, err := Fetch(context.Background(), linkOf(info), FetchOptions{Timeout: time.Minute, Sources: []Source{Peers("command line", []string{addr}, true)}})
	if err != nil || !bytes.Equal(infoOf(t, res), info) {
		t.Errorf("a trusted source: %v", err)
	}
}

// A peer that knows a hybrid as a v2 torrent answers to the v1 infohash with the v2 one, as libtorrent does to those that it
// has met before.
func TestFetchAnsweredByOtherHash(t *testing.T) {
	t.Parallel()
	_, s := v2Torrent(t, metainfo.Hybrid, 16384, 100000)
	v2 := sha256.Sum256(s.info)
	s.answer = [20]byte(v2[:])
	res := mustFetch(t, linkOf(s.info, listen(t, s.serve)), FetchOptions{})
	if !bytes.Equal(infoOf(t, res), s.info) || res.V2 != v2 {
		t.Errorf("fetched %v", res.Hashes)
	}
}

// hostile returns peers of every kind that a fetch must survive.
func hostile(info []byte) map[string]func(net.Conn) {
	sink := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	with := func(change func(*seed)) func(net.Conn) {
		s := seedOf(info)
		change(s)
		return s.serve
	}
	garbage := func(_ int, b []byte) []byte { return bytes.Repeat([]byte{'x'}, len(b)) }
	pump := func(m []byte) func(net.Conn) {
		return with(func(s *seed) { s.hello = bytes.Repeat(m, 1+(12<<20)/len(m)) })
	}
	return map[string]func(net.Conn){
		"silent":          sink,
		"closes":          func(net.Conn) {},
		"http":            func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.0 400 no\r\n\r\n")); sink(c) },
		"other torrent":   with(func(s *seed) { s.hash[0]++ }),
		"another's data":  with(func(s *seed) { s.answer, s.data = [20]byte{7}, garbage }),
		"no ut_metadata":  with(func(s *seed) { s.noMetadata = true }),
		"size 0":          with(func(s *seed) { s.claim = "i0e" }),
		"size 4 GB":       with(func(s *seed) { s.claim = "i4294967295e" }),
		"size negative":   with(func(s *seed) { s.claim = "i-5e" }),
		"size text":       with(func(s *seed) { s.claim = "1:x" }),
		"size too small":  with(func(s *seed) { s.claim = "i100e" }),
		"size too large":  with(func(s *seed) { s.claim = fmt.Sprintf("i%de", maxMetadata) }),
		"wrong blocks":    with(func(s *seed) { s.data = garbage }),
		"one wrong block": with(func(s *seed) { s.data = func(i int, b []byte) []byte { b[0] ^= byte(1 &^ i); return b } }),
		"short blocks":    with(func(s *seed) { s.data = func(_ int, b []byte) []byte { return b[:len(b)/2] } }),
		"empty blocks":    with(func(s *seed) { s.data = func(int, []byte) []byte { return nil } }),
		"rejects": with(func(s *seed) {
			s.message = func(i int) []byte { return frame(20, []byte(fmt.Sprintf("\x01d8:msg_typei2e5:piecei%dee", i))) }
		}),
		"stalls": with(func(s *seed) { s.message = func(int) []byte { return nil } }),
		"wrong piece": with(func(s *seed) {
			s.message = func(int) []byte { return frame(20, []byte("\x01d8:msg_typei1e5:piecei9999eexx")) }
		}),
		"deep bencode": with(func(s *seed) { s.hello = frame(20, []byte("\x01"+strings.Repeat("d1:a", 10000))) }),
		"long message": with(func(s *seed) { s.hello = []byte{0xff, 0xff, 0xff, 0xff, 20} }),
		"haves":        pump(frame(4, []byte{0, 0, 0, 1})),
		"pieces":       pump(frame(7, make([]byte, 16384))),
		"blocks":       pump(frame(20, []byte("\x01d8:msg_typei1e5:piecei0ee"), make([]byte, 16384))),
		"slow":         with(func(s *seed) { s.delay = patience / 2; s.data = garbage }),
		"mute": func(c net.Conn) {
			s := seedOf(info)
			s.claim = "i30015488e"
			s.message = func(i int) []byte {
				return frame(20, []byte(fmt.Sprintf("\x01d8:msg_typei1e5:piecei%de10:total_sizei30015488ee", i)), make([]byte, 16384))
			}
			s.serve(c)
		},
	}
}

// TestFetchSoonAmongHostilePeers holds that fifty others do not keep a good peer waiting.
func TestFetchSoonAmongHostilePeers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		info := v1Info(10000)
		var peers []string
		for range 2 {
			for _, h := range hostile(info) {
				peers = append(peers, listenOn(t, n, h))
			}
		}
		res := mustFetch(t, linkOf(info, append(peers, listenOn(t, n, seedOf(info).serve))...), FetchOptions{network: n})
		if res.Elapsed > 10*time.Second {
			t.Errorf("took %v: %v", res.Elapsed, Count(res.Peers))
		}
	})
}

// TestFetchAmongHostilePeers holds that a good peer wins against fifty in little
// memory, in a process of its own, so that its memory can be told from that of
// the peers.
func TestFetchAmongHostilePeers(t *testing.T) {
	for _, size := range []int{10000, 3 << 20} {
		info := v1Info(size)
		var peers []string
		for range 2 {
			for _, h := range hostile(info) {
				peers = append(peers, listen(t, h))
			}
		}
		peers = append(peers, listen(t, seedOf(info).serve))
		cmd := exec.Command(os.Args[0], "-test.run=^TestFetchChild$", "-test.v")
		cmd.Env = append(os.Environ(), "TORRENTKIT_TEST_LINK="+linkOf(info, peers...).String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var n, resident int
		i := bytes.Index(out, []byte("RESULT "))
		if _, err := fmt.Sscanf(string(out[max(i, 0):]), "RESULT %d %d", &n, &resident); err != nil || n != len(info) {
			t.Fatalf("the child says %q", out)
		}
		t.Logf("%d bytes among %d peers: %d MB resident at most", n, len(peers), resident>>10)
		if resident > 64<<10 && !raceEnabled {
			t.Errorf("%d KiB were resident", resident)
		}
	}
}

// TestFetchChild is a process of TestFetchAmongHostilePeers.
func TestFetchChild(t *testing.T) {
	uri := os.Getenv("TORRENTKIT_TEST_LINK")
	if uri == "" {
		t.Skip("runs as a child of TestFetchAmongHostilePeers")
	}
	link, _, err := Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	res := mustFetch(t, link, FetchOptions{})
	resident := 0
	status, _ := os.ReadFile("/proc/self/status") // Linux; elsewhere memory is not looked at
	if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
		_, _ = fmt.Sscan(rest, &resident)
	}
	fmt.Printf("RESULT %d %d\n", res.InfoSize, resident)
}

// TestFetchHostileReasons holds that each kind is told from the others, and
// that none of them holds a fetch for long.
func TestFetchHostileReasons(t *testing.T) {
	t.Parallel()
	want := map[string]Reason{
		"silent": TimedOut, "closes": Closed, "http": NotBitTorrent, "other torrent": Closed, "another's data": OtherTorrent, "no ut_metadata": NoMetadata,
		"size 0": NoMetadata, "size 4 GB": SizeMismatch, "size negative": SizeMismatch, "size text": Malformed, "size too small": SizeMismatch,
		"size too large": SizeMismatch, "wrong blocks": HashMismatch, "one wrong block": HashMismatch, "short blocks": SizeMismatch,
		"empty blocks": SizeMismatch, "rejects": Rejected, "stalls": TimedOut, "wrong piece": Malformed, "deep bencode": Malformed,
		"long message": Malformed, "haves": Flooded, "pieces": Flooded, "blocks": HashMismatch, "slow": HashMismatch, "mute": HashMismatch,
	}
	info := v1Info(100000)
	for name, h := range hostile(info) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := new(memnet.Network)
				_, err := fetch(t, linkOf(info, listenOn(t, n, h)), FetchOptions{network: n})
				var fe *FetchError
				if !errors.As(err, &fe) || len(fe.Peers) != 1 {
					t.Fatalf("error %v", err)
				}
				if r := fe.Peers[0].Reason; r != want[name] {
					t.Errorf("%v (%v), want %v", r, fe.Peers[0].Err, want[name])
				}
			})
		})
	}
}

func TestFetchManySources(t *testing.T) {
	t.Parallel()
	info := v1Info(100)
	addr := listen(t, seedOf(info).serve)
	flood := Source{Name: "flood", Find: func(ctx context.Context, found func(string)) error {
		for i := range 10 * maxKnown {
			found(fmt.Sprintf("127.0.0.1:%d", 1+i%3))
			found(fmt.Sprintf("host%d.invalid:0", i))
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	broken := Source{Name: "broken", Find: func(context.Context, func(string)) error { return errors.New("it is broken") }}
	good := Source{Name: "good", Find: func(_ context.Context, found func(string)) error { found(addr); return nil }}
	var last Progress
	res := mustFetch(t, linkOf(info), FetchOptions{Sources: []Source{flood, broken, good}, Progress: func(p Progress) { last = p }})
	if len(res.Sources) != 3 || res.Sources[0].Peers != 3 || res.Sources[1].Err == nil || res.Sources[2].Peers != 1 {
		t.Errorf("sources %+v", res.Sources)
	}
	if last.Phase != Finished || last.Found != 4 {
		t.Errorf("progress ends with %+v", last)
	}
}

// deaf is a network in which nobody answers but at 127.0.0.1.
type deaf struct{ *memnet.Network }

func (d deaf) Dial(ctx context.Context, network string, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	if to.Addr() != netip.MustParseAddr("127.0.0.1") {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return d.Network.Dial(ctx, network, from, to)
}

// TestFetchFloodingSource holds that a source that names a thousand peers that
// do not answer does not stand in the way of another that names one.
func TestFetchFloodingSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		info := v1Info(100)
		var dead []string
		for i := range 3 * maxPerSource {
			dead = append(dead, fmt.Sprintf("127.0.%d.%d:6881", 1+i/250, 1+i%250))
		}
		flood := Source{Name: "flood", Find: func(ctx context.Context, found func(string)) error {
			for _, d := range dead {
				found(d)
			}
			return nil
		}}
		good := Source{Name: "good", Find: func(_ context.Context, found func(string)) error {
			time.Sleep(100 * time.Millisecond)
			found(listenOn(t, n, seedOf(info).serve))
			return nil
		}}
		res := mustFetch(t, linkOf(info), FetchOptions{Sources: []Source{flood, good}, MaxPeers: 5, patience: time.Second, network: deaf{n}})
		if res.Sources[0].Peers != maxPerSource {
			t.Errorf("sources %+v", res.Sources)
		}
		if res.Elapsed > 3*time.Second {
			t.Errorf("took %v", res.Elapsed)
		}
	})
}

func TestFetchFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if _, err := fetch(t, Link{}, FetchOptions{}); !errors.Is(err, ErrNoHash) {
			t.Errorf("no hash: %v", err)
		}
		n := new(memnet.Network)
		info := v1Info(100)
		if _, err := fetch(t, linkOf(info), FetchOptions{}); !errors.Is(err, ErrNoPeers) {
			t.Errorf("no peers: %v", err)
		}
		silent := listenOn(t, n, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
		if _, err := fetch(t, linkOf(info, silent), FetchOptions{Timeout: time.Second, network: n}); !errors.Is(err, ErrNobody) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("timeout: %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		if _, err := Fetch(ctx, linkOf(info, silent), FetchOptions{AllowPrivate: true, network: n}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if d := time.Since(start); d > 101*time.Millisecond {
			t.Errorf("stopping took %v", d)
		}
	})
}

func TestFetchContradictingHashes(t *testing.T) {
	t.Parallel()
	_, s := v2Torrent(t, metainfo.Hybrid, 16384, 100)
	link := Link{V1: sha1.Sum(s.info), V2: metainfo.HashV2{1}, Peers: []string{listen(t, s.serve)}}
	_, err := fetch(t, link, FetchOptions{})
	var fe *FetchError
	if !errors.As(err, &fe) || fe.Peers[0].Reason != HashMismatch || !strings.Contains(fe.Peers[0].Err.Error(), "v2") {
		t.Errorf("error %v", err)
	}
}

func TestFetchNoInfo(t *testing.T) {
	t.Parallel()
	for _, info := range [][]byte{[]byte("hello"), []byte("i5e"), []byte("d1:a1:be1:x"), bytes.Repeat([]byte("l"), 100000)} {
		if _, err := fetch(t, linkOf(info, listen(t, seedOf(info).serve)), FetchOptions{}); !errors.Is(err, ErrNotInfo) {
			t.Errorf("%.20q: %v", info, err)
		}
	}
	odd := []byte("d1:ai1ee") // an info dictionary, though of no use
	if res := mustFetch(t, linkOf(odd, listen(t, seedOf(odd).serve)), FetchOptions{}); len(res.Problems) == 0 {
		t.Error("no problems are told")
	}
}

func TestFetchLarge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		info := v1Info(10 << 20)
		n := new(memnet.Network)
		if res := mustFetch(t, linkOf(info, listenOn(t, n, seedOf(info).serve)), FetchOptions{network: n}); res.Elapsed > time.Second {
			t.Errorf("for 10 MB of info somebody waits %v", res.Elapsed)
		}
	})
}
