package peertest

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// RTorrent starts rtorrent.
func RTorrent(t testing.TB) *Client {
	t.Helper()
	program, dir, port, peers := Need(t, "rtorrent"), t.TempDir(), Port(t, "127.0.0.1"), Port(t, "127.0.0.1")
	config := write(t, filepath.Join(dir, "rc"), []byte(`
system.daemon.set = true
network.scgi.open_port = "127.0.0.1:`+port+`"
network.bind_address.set = 127.0.0.1
network.port_range.set = `+peers+"-"+peers+`
network.xmlrpc.size_limit.set = 67108863
session.path.set = `+dir+`
`))
	cmd := exec.Command(program, "-n", "-o", "import="+config)
	cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=dumb")
	_, ended := start(t, cmd, "")
	listens(t, "127.0.0.1:"+port, ended)
	c := &rtorrent{t: t, host: "127.0.0.1:" + port}
	return &Client{Name: "rtorrent", Add: c.add, Check: c.check}
}

type rtorrent struct {
	t     testing.TB
	host  string
	tries int
	added int
}

// call asks by XML-RPC in SCGI, and returns the values that are no structures, in their order.
func (c *rtorrent) call(method string, params ...string) []string {
	c.t.Helper()
	body := "<methodCall><methodName>" + method + "</methodName><params>"
	for _, p := range params {
		body += "<param><value>" + p + "</value></param>"
	}
	body += "</params></methodCall>"
	conn, err := net.Dial("tcp", c.host)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	head := fmt.Sprintf("CONTENT_LENGTH\x00%d\x00SCGI\x001\x00", len(body))
	if _, err := fmt.Fprintf(conn, "%d:%s,%s", len(head), head, body); err != nil {
		c.t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		c.t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(answer), "\r\n\r\n")
	var values []string
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if err != nil {
			return values
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "string" || strings.HasPrefix(e.Name.Local, "i")) {
			var value string
			if err := d.DecodeElement(&value, &e); err != nil {
				c.t.Fatal(err)
			}
			values = append(values, value)
		}
	}
}

// add loads a torrent, and another one behind it that is surely loaded: when that is there, the first was read.
func (c *rtorrent) add(torrent []byte, folder string) string {
	c.tries++
	info := fmt.Sprintf("d6:lengthi1e4:name8:%08d12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae", c.tries)
	known := fmt.Sprintf("%X", sha1.Sum([]byte(info)))
	for _, doc := range []string{string(torrent), "d4:info" + info + "e"} {
		c.call("load.raw", text(""), "<base64>"+base64.StdEncoding.EncodeToString([]byte(doc))+"</base64>", text(`d.directory.set="`+folder+`"`))
	}
	n := 0
	until(c.t, "rtorrent has loaded a torrent", func() bool {
		list := c.call("download_list", text(""))
		n = len(list)
		return slices.Contains(list, known)
	})
	c.call("d.erase", text(known))
	if n-1 == c.added {
		return "not loaded"
	}
	c.added++
	return ""
}

func (c *rtorrent) check() map[string]float64 {
	c.call("d.multicall2", text(""), text("main"), text("d.check_hash="))
	return checked(c.t, "rtorrent", &c.added, func() (map[string]float64, bool) {
		values := c.call("d.multicall2", text(""), text("main"), text("d.name="), text("d.completed_bytes="), text("d.size_bytes="), text("d.hashing="), text("d.is_hash_checked="))
		have, busy := map[string]float64{}, false
		for row := range slices.Chunk(values, 5) {
			var n [4]float64
			for i := range n {
				n[i], _ = strconv.ParseFloat(row[i+1], 64)
			}
			have[row[0]] = n[0] / n[1]
			busy = busy || n[2] != 0 || n[3] == 0
		}
		return have, busy
	})
}

func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return "<string>" + b.String() + "</string>"
}
