package trackers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

// trackerFlags are the flags of every command that asks trackers: how to reach them.
type trackerFlags struct {
	v4, v6, all        bool
	headers            []string
	userAgent, proxy   string
	insecure           bool
	ca, cert           string
	timeout            time.Duration
	retries            int
	bep15              bool
	caFiles, certFiles []string // arguments for curl that say the same as ca and cert
}

func (f *trackerFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Network", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.v4, "ipv4", "4", false, "use IPv4 addresses only")
		fs.BoolVarP(&f.v6, "ipv6", "6", false, "use IPv6 addresses only")
		fs.DurationVar(&f.timeout, "timeout", 15*time.Second, "give each tracker `TIME` to answer")
		fs.IntVar(&f.retries, "retries", 2, "send what is not answered `N` times more")
		fs.BoolVar(&f.bep15, "bep15", false, "retransmit over UDP for an hour, as BEP 15 has it; --timeout still ends it, where given")
		fs.StringVar(&f.proxy, "proxy", "", "go through the proxy at `URL`: http, https, socks5 or socks5h (UDP: socks5)")
		command.TextsFlag(fs, "header", "", "add the header `NAME: VALUE` to HTTP requests (repeatable)", &f.headers)
		fs.StringVar(&f.userAgent, "user-agent", "", "say `NAME` in User-Agent")
		fs.BoolVar(&f.insecure, "insecure", false, "accept any certificate, and say what is wrong with it")
		fs.StringVar(&f.ca, "ca", "", "trust the certificates in the PEM `FILE`, and no others")
		fs.StringVar(&f.cert, "cert", "", "show the client certificate with its key in the PEM `FILE`")
	})
	cmd.MarkFlagsMutuallyExclusive("ipv4", "ipv6")
}

// options fills the library's options.
func (f *trackerFlags) options(cmd *cobra.Command) (announce.Options, error) {
	o := announce.Options{
		UserAgent: f.userAgent, Timeout: f.timeout, Retries: f.retries, BEP15: f.bep15, AllAddresses: f.all,
	}
	if f.userAgent == "" {
		o.UserAgent = "torrentkit/" + strings.Fields(command.BuildVersion().Version)[0]
	}
	if f.retries == 0 {
		o.Retries = -1
	}
	if f.timeout <= 0 || f.retries < 0 {
		return o, errors.New("--timeout and --retries cannot be negative, and --timeout not 0")
	}
	if f.bep15 && !cmd.Flags().Changed("timeout") {
		o.Timeout = 0
	}
	switch {
	case f.v4:
		o.Family = announce.IPv4
	case f.v6:
		o.Family = announce.IPv6
	}
	if err := f.setHeaders(&o); err != nil {
		return o, err
	}
	return o, f.setTLS(cmd.Context(), &o)
}

func (f *trackerFlags) setHeaders(o *announce.Options) error {
	o.Header = make(http.Header)
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" || strings.ContainsAny(h, "\r\n\x00") {
			return errors.New("--header wants NAME: VALUE")
		}
		o.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	var err error
	o.Proxy, err = command.ParseProxy(f.proxy)
	return err
}

func (f *trackerFlags) setTLS(ctx context.Context, o *announce.Options) (err error) {
	if f.ca != "" {
		f.caFiles = []string{"--cacert", f.ca}
	}
	if f.cert != "" {
		f.certFiles = []string{"--cert", f.cert}
	}
	o.TLS, err = command.TLSConfig(ctx, f.ca, f.cert, f.insecure)
	return err
}

// curlArgs are what --explain adds to a curl line.
func (f *trackerFlags) curlArgs() []string {
	return append(append([]string(nil), f.caFiles...), f.certFiles...)
}
