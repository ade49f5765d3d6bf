package dial

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/torrentkit/torrentkit/internal/openfiles"
)

// ErrShortage is that this process, or the whole system, has no file descriptor
// left. It says nothing about the host that was to be asked.
var ErrShortage = errors.New("no file descriptor is left (ulimit -n raises the limit)")

// spare is how many descriptors are left to files, to standard streams and to what
// else is open; a connection needs two for a moment, to look up both kinds of address.
const (
	spare         = 24
	perConnection = 2
)

// Sockets is how many connections may be wanted at once without waiting for file
// descriptors: at least one.
func Sockets() int { return max(1, (openfiles.Limit()-spare)/perConnection) }

// patient runs open, and again while there is no file descriptor for it: for half of
// the time that there is, before what is left could be too short for an honest host.
func (d *Dialer) patient(ctx context.Context, open func(context.Context) error) error {
	var enough <-chan time.Time
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := open(ctx)
		if !short(err) {
			return err
		}
		if most := d.patience(ctx); enough == nil && most > 0 {
			timer := time.NewTimer(most)
			defer timer.Stop()
			enough = timer.C
		}
		select {
		case <-time.After(pause):
		case <-enough:
			return ErrShortage
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// patience is how long a file descriptor is waited for; 0 is to the end of ctx.
func (d *Dialer) patience(ctx context.Context) time.Duration {
	most := d.Timeout
	if end, ok := ctx.Deadline(); ok && (most <= 0 || time.Until(end) < most) {
		most = max(time.Until(end), 2)
	}
	return most / 2
}

// short tells whether an error is a shortage of file descriptors.
func short(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) { // which keeps the text only
		return strings.Contains(dns.Err, syscall.EMFILE.Error()) || strings.Contains(dns.Err, syscall.ENFILE.Error())
	}
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
