package peertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// webtorrentScript has a client for each torrent: an error is the end of one. The library for WebRTC is compiled for one system, and
// not wanted here: what asks for it gets something of its shape.
const webtorrentScript = `
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(` + "`" + `
const none = 'data:text/javascript,class None {}; export { None as RTCPeerConnection, None as RTCSessionDescription, None as RTCIceCandidate }'
export const resolve = (name, context, next) => name === 'webrtc-polyfill' ? { url: none, shortCircuit: true } : next(name, context)
` + "`" + `))
const { default: WebTorrent } = await import(%q)
process.on('uncaughtException', e => process.refused(e))
for await (const line of createInterface({ input: process.stdin })) {
  const [file, path] = JSON.parse(line)
  console.log(await new Promise(resolve => {
    const client = new WebTorrent({ dht: false, tracker: false, lsd: false, natUpnp: false, natPmp: false, utp: false, webSeeds: false })
    const end = said => client.destroy(() => resolve(said))
    process.refused = e => end('refuses: ' + e.message.replaceAll('\n', ' '))
    client.on('error', process.refused)
    client.add(readFileSync(file), { path, paused: true }).on('ready', () => end(''))
  }))
}
`

// WebTorrent starts the client for Node.js, which is asked what it loads only.
func WebTorrent(t testing.TB) *Client {
	t.Helper()
	node, entry := Need(t, "node"), npmEntry("webtorrent", "index.js")
	if entry == "" {
		missing(t, "the npm package webtorrent (TORRENTKIT_NODE_MODULES names the folder that has it)")
	}
	dir := t.TempDir()
	script := write(t, filepath.Join(dir, "client.mjs"), fmt.Appendf(nil, webtorrentScript, entry))
	in, out := conversation(t, exec.Command(node, script))
	var about struct{ Version string }
	data, err := os.ReadFile(filepath.Join(filepath.Dir(entry), "package.json"))
	if err := errors.Join(err, json.Unmarshal(data, &about)); err != nil {
		t.Fatal(err)
	}
	lines, file := bufio.NewScanner(out), filepath.Join(dir, "x.torrent")
	return &Client{Name: "webtorrent", Version: about.Version, Add: func(torrent []byte, folder string) string {
		write(t, file, torrent)
		if err := json.NewEncoder(in).Encode([]string{file, folder}); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() {
			t.Fatalf("webtorrent ended: %v", lines.Err())
		}
		return lines.Text()
	}}
}
