package trackertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/coder/websocket"
)

// wsRequest is a message of a WebTorrent client.
type wsRequest struct {
	Action   string          `json:"action"`
	InfoHash json.RawMessage `json:"info_hash"`
	PeerID   string          `json:"peer_id"`
	Event    string          `json:"event"`
	Left     *int64          `json:"left"`
}

// wsClient is one connection; its peers leave with it.
type wsClient struct {
	tr   *Tracker
	conn *websocket.Conn
	from netip.AddrPort
	in   map[string][20]byte // key of a peer -> swarm
}

func (tr *Tracker) handleWS(w http.ResponseWriter, r *http.Request) {
	switch {
	case tr.Has(WSNoUpgrade):
		page(w, 404, "no WebSocket here")
		return
	case tr.broken(w, r):
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	c := &wsClient{tr: tr, conn: conn, from: netip.MustParseAddrPort(r.RemoteAddr), in: make(map[string][20]byte)}
	defer c.leave()
	for {
		_, msg, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		if !c.answer(msg) {
			return
		}
	}
}

func (c *wsClient) leave() {
	c.tr.mu.Lock()
	defer c.tr.mu.Unlock()
	for key, hash := range c.in {
		delete(c.tr.swarm(hash).peers, key)
	}
}

func (c *wsClient) write(v any) bool {
	raw, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			return false
		}
		raw = string(b)
	}
	return c.conn.Write(context.Background(), websocket.MessageText, []byte(raw)) == nil
}

func (c *wsClient) refuse(reason string) bool {
	return c.write(map[string]any{"failure reason": reason})
}

func (c *wsClient) answer(msg []byte) bool {
	tr := c.tr
	switch {
	case tr.Has(WSNotJSON):
		return c.write("<html>hello</html>")
	case tr.Has(WSHuge):
		return c.write(`{"action":"announce","pad":"` + strings.Repeat("x", 3<<20) + `"}`)
	case tr.Has(WSCloses):
		c.conn.Close(websocket.StatusPolicyViolation, "no room")
		return false
	case tr.Has(WSNested):
		return c.write(strings.Repeat("[", 100_000))
	}
	var q wsRequest
	if err := json.Unmarshal(msg, &q); err != nil {
		return tr.Has(WSInvalidSilent) || c.refuse("invalid JSON")
	}
	if q.Action == "scrape" {
		return tr.Has(WSScrapeSilent) || c.scrape(q)
	}
	var name string
	json.Unmarshal(q.InfoHash, &name)
	hash, ok := fromLatin1(name)
	if !ok {
		return tr.Has(WSShortHashSilent) || c.refuse("invalid info_hash")
	}
	return c.announce(q, name, hash, msg)
}

func fromLatin1(s string) ([20]byte, bool) {
	var h [20]byte
	runes := []rune(s)
	if len(runes) != 20 {
		return h, false
	}
	for i, r := range runes {
		if r > 255 {
			return h, false
		}
		h[i] = byte(r)
	}
	return h, true
}

func (c *wsClient) announce(q wsRequest, name string, hash [20]byte, msg []byte) bool {
	tr := c.tr
	id, ok := fromLatin1(q.PeerID)
	if !ok {
		return c.refuse("invalid peer_id")
	}
	if reason := tr.refusal(hash); reason != "" {
		if tr.Has(WSUnlistedHangup) {
			return false
		}
		return c.write(map[string]any{"action": "announce", "info_hash": name, "failure reason": reason})
	}
	a := announce{transport: "ws", from: c.from, hash: hash, id: id, ip: c.from.Addr(), port: c.from.Port(), left: 1, event: q.Event}
	if q.Left != nil {
		a.left = *q.Left
	}
	ans := tr.enter(a, msg, nil)
	c.in[fmt.Sprintf("ws %x", id)] = hash
	out := map[string]any{"action": "announce", "info_hash": name, "interval": 120, "complete": ans.seeds, "incomplete": ans.leeches}
	switch {
	case tr.Has(WSWrongTypes):
		out["complete"], out["interval"] = "many", []int{1}
	case tr.Has(WSNoInterval):
		delete(out, "interval")
	case tr.Has(WSWrongHash):
		delete(out, "info_hash")
	case tr.Has(WSChatty):
		c.write(map[string]any{"action": "announce", "info_hash": name, "offer": map[string]string{"sdp": "v=0"}, "peer_id": "x"})
		c.write(map[string]any{"action": "announce", "info_hash": "another torrent here", "complete": 99, "interval": 1})
	}
	return c.write(out)
}

func (c *wsClient) scrape(q wsRequest) bool {
	tr := c.tr
	var names []string
	if err := json.Unmarshal(q.InfoHash, &names); err != nil {
		var one string
		if json.Unmarshal(q.InfoHash, &one) != nil {
			return c.refuse("invalid info_hash")
		}
		names = []string{one}
	}
	files := make(map[string]any)
	tr.mu.Lock()
	for _, n := range names {
		hash, ok := fromLatin1(n)
		if !ok {
			continue
		}
		s := tr.swarm(hash)
		seeds, leeches := c.tr.count(s)
		if tr.Has(ScrapeDisagrees) {
			seeds += 3
		}
		files[n] = map[string]any{"complete": seeds, "incomplete": leeches, "downloaded": s.downloaded}
	}
	tr.mu.Unlock()
	return c.write(map[string]any{"action": "scrape", "files": files})
}
