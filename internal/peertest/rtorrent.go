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
	c := &rtorrent{t: t, program: Need(t, "rtorrent")}
	c.start()
	return &Client{Name: "rtorrent", Version: version(t, c.program, "-h"), Add: c.add, Check: c.check}
}

type rtorrent struct {
	t       testing.TB
	program string
	host    string
	tries   int
	added   int
}

// start starts a program that has no torrents.
func (c *rtorrent) start() {
	t := c.t
	t.Helper()
	dir, port, peers := t.TempDir(), Port(t, "127.0.0.1"), Port(t, "127.0.0.1")
	config := write(t, filepath.Join(dir, "rc"), []byte(`
system.daemon.set = true
network.scgi.open_port = "127.0.0.1:`+port+`"
network.bind_address.set = 127.0.0.1
network.port_range.set = `+peers+"-"+peers+`
network.xmlrpc.size_limit.set = 67108863
session.path.set = `+dir+`
`))
	cmd := exec.Command(c.program, "-n", "-o", "import="+config)
	cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=dumb")
	_, ended := start(t, cmd, "")
	listens(t, "127.0.0.1:"+port, ended)
	c.host, c.added = "127.0.0.1:"+port, 0
}

// call is ask where the program goes on.
func (c *rtorrent) call(method string, params ...string) []string {
	c.t.Helper()
	values, err := c.ask(method, params...)
	if err != nil {
		c.t.Fatal(err)
	}
	return values
}

// ask asks by XML-RPC in SCGI, and returns the values that are no structures, in their order.
func (c *rtorrent) ask(method string, params ...string) ([]string, error) {
	body := "<methodCall><methodName>" + method + "</methodName><params>"
	for _, p := range params {
		body += "<param><value>" + p + "</value></param>"
	}
	body += "</params></methodCall>"
	conn, err := net.Dial("tcp", c.host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	head := fmt.Sprintf("CONTENT_LENGTH\x00%d\x00SCGI\x001\x00", len(body))
	if _, err := fmt.Fprintf(conn, "%d:%s,%s", len(head), head, body); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		return nil, err
	}
	_, text, _ := strings.Cut(string(answer), "\r\n\r\n")
	var values []string
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "string" || strings.HasPrefix(e.Name.Local, "i")) {
			var value string
			if err := d.DecodeElement(&value, &e); err != nil {
				return nil, err
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
		if _, err := c.ask("load.raw", text(""), "<base64>"+base64.StdEncoding.EncodeToString([]byte(doc))+"</base64>", text(`d.directory.set="`+folder+`"`)); err != nil {
			c.start()
			return "it ended"
		}
	}
	n, ended := 0, false
	until(c.t, "rtorrent has loaded a torrent", func() bool {
		list, err := c.ask("download_list", text(""))
		n, ended = len(list), err != nil
		return ended || slices.Contains(list, known)
	})
	if ended { // some torrents are its end
		c.start()
		return "it ended"
	}
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
