package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
	bigint "math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

//go:embed peer/receive.c
var receiver []byte

// protocol is how a web seed is asked.
type protocol struct {
	name   string // as the receiver has it
	title  string
	scheme string
}

// protocols lists them in the order of nginx's ports.
func protocols() []protocol {
	return []protocol{{"http1", "HTTP/1.1", "http"}, {"tls", "HTTP/1.1, TLS", "https"}, {"http2", "HTTP/2 offered, TLS", "https"}}
}

// What runs beside torrentkit's reading of a web seed.
const (
	receiving = "receiver" // takes the same bytes and throws them away
	hashing   = "hashing"  // torrentkit verify of the same in memory, whose user time counts
)

// measureWeb reads a file from nginx on loopback. Beside that run what it cannot do
// without: the server, somebody who receives, and hashing.
func (s *session) measureWeb(ctx context.Context) ([]sideRow, error) {
	w, err := s.oneFile(ctx, "web", max(32<<20, int64(s.scale*(2<<30))))
	if err != nil {
		return nil, err
	}
	n, err := s.startNginx(ctx, filepath.Dir(w.root))
	if err != nil {
		return nil, &missingError{err}
	}
	defer n.stop()
	receive := filepath.Join(s.scratch, "receive")
	if err := compileC(ctx, receive, receiver, "-lssl", "-lcrypto", "-lpthread"); err != nil {
		return nil, &missingError{err}
	}
	var rows []sideRow
	own := &s.programs[0]
	for _, length := range []int64{64 << 10, 1 << 20, 4 << 20, 16 << 20} {
		torrent := filepath.Join(s.output, fmt.Sprintf("web-%d.torrent", length))
		if _, _, err := child(ctx, s.output, own.arguments(task{format: "v1", pieceLength: length}, torrent, w.root)); err != nil {
			return nil, err
		}
		for i, p := range protocols() {
			url := fmt.Sprintf("%s://localhost:%d/", p.scheme, n.ports[i])
			some, err := s.sideRounds(ctx, "web", fmt.Sprintf("%s, %s", p.title, size(length)), w, []entrant{
				n.watch(s.command(own.name, "env", "SSL_CERT_FILE="+n.cert, own.path, "verify", "--quiet", "--web-seeds", "--full", "--web-seed", url, torrent)),
				n.watch(s.command(receiving, receive, fmt.Sprint(n.ports[i]), "/web.bin", fmt.Sprint(w.total), "2", p.name)),
				s.command(hashing, own.arguments(task{verify: true}, torrent, w.root)...),
			})
			if err != nil {
				return nil, err
			}
			rows = append(rows, some...)
		}
	}
	return rows, nil
}

// nginx is a server on loopback.
type nginx struct {
	cmd   *exec.Cmd
	cert  string   // path of the certificate
	ports [3]int   // as protocols
	log   *os.File // what it says
}

// startNginx serves a folder by all protocols.
func (s *session) startNginx(ctx context.Context, root string) (*nginx, error) {
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("the CPU time of nginx is read from Linux's /proc")
	}
	path, err := exec.LookPath("nginx")
	if err != nil {
		return nil, err
	}
	n := &nginx{cert: filepath.Join(s.scratch, "cert.pem")}
	key := filepath.Join(s.scratch, "key.pem")
	if err := certify(n.cert, key); err != nil {
		return nil, err
	}
	for i := range n.ports {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		n.ports[i] = l.Addr().(*net.TCPAddr).Port
		defer l.Close() // when all are known, so that they differ
	}
	config := filepath.Join(s.scratch, "nginx.conf")
	if err := os.WriteFile(config, []byte(n.config(s.scratch, root, key)), 0o644); err != nil {
		return nil, err
	}
	if n.log, err = os.Create(filepath.Join(s.scratch, "nginx.log")); err != nil {
		return nil, err
	}
	n.cmd = exec.CommandContext(ctx, path, "-p", s.scratch, "-c", config)
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	n.cmd.Cancel = func() error { return n.cmd.Process.Signal(os.Interrupt) } // killed, it would leave its workers
	return n, nil
}

// begin starts the server, whose ports are free by now, and waits for it.
func (n *nginx) begin() error {
	if n.cmd.Process != nil {
		return nil
	}
	if err := n.cmd.Start(); err != nil {
		return err
	}
	for range 200 {
		if c, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", n.ports[2])); err == nil {
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("nginx does not answer: %s", lastLine(tail(n.log, 4<<10)))
}

func (n *nginx) stop() {
	if n.cmd.Process != nil {
		n.cmd.Process.Signal(os.Interrupt)
		n.cmd.Wait() // nginx says how it ended, and it is of no use to anybody
	}
	n.log.Close()
}

// config is nginx's configuration: as Debian has it, and files sent by sendfile.
func (n *nginx) config(scratch, root, key string) string {
	var b strings.Builder
	if os.Geteuid() == 0 {
		b.WriteString("user root root;\n") // others cannot read our folders
	}
	fmt.Fprintf(&b, "daemon off; worker_processes 2; pid %s/nginx.pid; error_log stderr warn;\n", scratch)
	fmt.Fprintf(&b, "events { worker_connections 256; }\nhttp {\n  access_log off; sendfile on; tcp_nopush on; root %s;\n", root)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&b, "  %s_temp_path %s/%[1]s;\n", kind, scratch)
	}
	fmt.Fprintf(&b, "  ssl_certificate %s; ssl_certificate_key %s;\n", n.cert, key)
	for i, how := range []string{"", " ssl", " ssl http2"} {
		fmt.Fprintf(&b, "  server { listen 127.0.0.1:%d%s; }\n", n.ports[i], how)
	}
	b.WriteString("}\n")
	return b.String()
}

// watch adds what the server took meanwhile to the samples of an entrant.
func (n *nginx) watch(e entrant) entrant {
	return entrant{e.name, func(ctx context.Context) (sample, error) {
		if err := n.begin(); err != nil {
			return sample{}, err
		}
		before := n.spent()
		took, err := e.run(ctx)
		took.Server = n.spent() - before
		return took, err
	}}
}

// spent is the CPU time of the server's workers, in seconds, as /proc counts it: in hundredths.
func (n *nginx) spent() float64 {
	var sum float64
	pid := n.cmd.Process.Pid
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	for _, worker := range strings.Fields(string(text)) {
		stat, _ := os.ReadFile("/proc/" + worker + "/stat")
		_, after, _ := bytes.Cut(stat, []byte(") "))
		if fields := strings.Fields(string(after)); len(fields) > 12 {
			var user, system float64
			fmt.Sscan(fields[11], &user)
			fmt.Sscan(fields[12], &system)
			sum += (user + system) / 100
		}
	}
	return sum
}

// certify makes a certificate for localhost.
func certify(cert, key string) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		SerialNumber: bigint.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &private.PublicKey, private)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// compileC makes a program of a source in C.
func compileC(ctx context.Context, path string, source []byte, libraries ...string) error {
	if err := os.WriteFile(path+".c", source, 0o644); err != nil {
		return err
	}
	text, err := exec.CommandContext(ctx, "cc", append([]string{"-O2", "-o", path, path + ".c"}, libraries...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compiling %s: %w: %s", filepath.Base(path), err, bytes.TrimSpace(text[:min(len(text), 400)]))
	}
	return nil
}

// markdownWeb writes the table of web seeds. The bound is the wall time that the processors
// allow: what receiving, serving and hashing take, shared out to all of them evenly.
func (r *report) markdownWeb(b *bytes.Buffer) {
	byProgram := map[[2]string]*sideRow{}
	var lines []string
	for i := range r.Side {
		if row := &r.Side[i]; row.Table == "web" {
			byProgram[[2]string{row.Line, row.Program}] = row
			if row.Program == "torrentkit" {
				lines = append(lines, row.Line)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n| Web seeds: protocol, pieces | seconds | bound | ratio | CPU: torrentkit + nginx | bound: receiver + nginx + hashing | ratio |\n|---|---:|---:|---:|---:|---:|---:|\n")
	for _, line := range lines {
		own := byProgram[[2]string{line, "torrentkit"}]
		server := func(s sample) float64 { return s.Server }
		fmt.Fprintf(b, "| %s | **%.2f** |", line, own.median(seconds))
		receive, hash := byProgram[[2]string{line, receiving}], byProgram[[2]string{line, hashing}]
		if receive != nil && hash != nil && len(receive.Samples) > 0 && len(hash.Samples) > 0 {
			parts := [3]float64{receive.median(cpu), receive.median(server), hash.median(func(s sample) float64 { return s.User })}
			all := parts[0] + parts[1] + parts[2]
			limit := all / float64(max(1, r.Machine.Cores))
			fmt.Fprintf(b, " %.2f | %.2f × | %.2f + %.2f | %.2f + %.2f + %.2f | %.2f × |\n", limit, own.median(seconds)/limit,
				own.median(cpu), own.median(server), parts[0], parts[1], parts[2], (own.median(cpu)+own.median(server))/all)
			continue
		}
		fmt.Fprintf(b, " – | – | %.2f + %.2f | – | – |\n", own.median(cpu), own.median(server))
	}
}
