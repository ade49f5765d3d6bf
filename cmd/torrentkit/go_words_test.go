package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/longtest"
)

// goWords are how Go's library speaks of what it could not do.
var goWords = regexp.MustCompile(`strconv|parsing "|invalid syntax|value out of range|dial (tcp|udp)|lookup |no such host|i/o timeout|\bEOF\b|context (deadline|canceled)|` +
	`: (open|openat|stat|lstat|fstatat|mkdir|mkdirat|readdirent|unlinkat|rename|renameat|connect|bind|sendto|read|write) [^ ]+: |` +
	`net/http|net/url|unsupported protocol scheme|first path segment|missing protocol scheme|missing port in address|too many colons|\b(tls|x509|yaml|json|hex|time|gzip|pem|asn1|regexp|http|url|net|exec|mime|bufio|io): |` +
	`invalid character '|unmarshal|illegal base|%!|<nil>|0x[0-9a-f]{6}|goroutine`)

// wrongUses are a command line for each command, of which a flag gets a wrong value. Nobody listens at port 1.
var wrongUses = map[string]string{
	"create": "DIR/content -o DIR/out.torrent --force", "verify": "DIR/good.torrent DIR", "inspect": "DIR/good.torrent", "lint": "DIR/good.torrent",
	"dump": "DIR/good.torrent", "diff": "DIR/good.torrent DIR/good.torrent", "edit": "DIR/good.torrent --dry-run", "magnet": "DIR/good.torrent",
	"fetch":    "--no-dht --peer 127.0.0.1:1 --timeout 1s -o DIR/out.torrent --force 5a7399982742b61a70287833f982e3d9fa9fe873",
	"announce": "--retries 0 http://127.0.0.1:1/announce 5a7399982742b61a70287833f982e3d9fa9fe873", "scrape": "--retries 0 http://127.0.0.1:1/announce 5a7399982742b61a70287833f982e3d9fa9fe873",
	"doctor": "--retries 0 http://127.0.0.1:1/announce", "publish": "--retries 0 --to http://127.0.0.1:1 --category x --token-file DIR/content DIR/good.torrent",
	"login": "--retries 0 --to http://127.0.0.1:1 --user x --password-file DIR/content", "version": "", "completion": "bash", "help": "",
}

// Whatever a flag gets that it does not take, no word of Go's library reaches the user.
func TestNoWordsOfGo(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	good := "d4:infod6:lengthi7e4:name7:content12:piece lengthi16384e6:pieces20:01234567890123456789ee"
	for name, text := range map[string]string{"good.torrent": good, "content": "content", "list": "\x00not: [a list\n%zz://x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	values := []string{"no\x01word", "99999999999999999999", "DIR/missing/file", "DIR/list", "http://127.0.0.1:1/%zz", "DIR", "127.0.0.1:99999", "-5", "=", "%zz://[::1"}
	if !longtest.Whole() {
		values = values[:4]
	}
	e, _, _ := consoletest.Env()
	walk(newRoot(console.New(e)), func(cmd *cobra.Command) {
		line, known := wrongUses[cmd.Name()]
		if !known && cmd.HasParent() {
			t.Errorf("no use of %s to try: see wrongUses", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Value.Type() == "bool" && f.NoOptDefVal == "" || f.Name == "count" || f.Name == "duration" {
				return
			}
			for i, v := range values {
				if f.Value.Type() == "bool" && i > 0 {
					break
				}
				args := strings.Fields(cmd.CommandPath() + " --" + f.Name + "=VALUE " + line)[1:]
				for k := range args {
					args[k] = strings.ReplaceAll(strings.ReplaceAll(args[k], "VALUE", v), "DIR", dir)
				}
				speaksPlainly(t, args)
			}
		})
	})
}

func speaksPlainly(t *testing.T, args []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // nothing takes long
	defer cancel()
	e, out, stderr := consoletest.Env()
	start := time.Now()
	run(ctx, e, args)
	if d := time.Since(start); d > time.Second {
		t.Logf("%q takes %v", args, d)
	}
	for line := range strings.Lines(stderr.String() + out.String()) {
		if word := goWords.FindString(line); word != "" && !strings.Contains(strings.Join(args, " "), word) {
			t.Errorf("%q says %q: %s", args, word, line)
		}
	}
}
