package dial

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func shortages(n int, then error) func(context.Context) error {
	return func(context.Context) error {
		if n--; n >= 0 {
			return &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}
		}
		return then
	}
}

func TestPatience(t *testing.T) {
	refused := os.NewSyscallError("connect", syscall.ECONNREFUSED)
	for _, c := range []struct {
		name           string
		timeout, until time.Duration
		open           func(context.Context) error
		want           error
		most           time.Duration
	}{
		{"none is short", time.Second, time.Second, shortages(0, nil), nil, 0},
		{"another fault", time.Second, time.Second, shortages(0, refused), refused, 0},
		{"a short one", time.Second, 0, shortages(5, nil), nil, 31 * time.Millisecond},
		{"a short one, then a fault", time.Second, 0, shortages(5, refused), refused, 31 * time.Millisecond},
		{"for ever, by the timeout", 4 * time.Second, 0, shortages(1<<30, nil), ErrShortage, 2 * time.Second},
		{"for ever, by the context", 4 * time.Second, 2 * time.Second, shortages(1<<30, nil), ErrShortage, time.Second},
		{"long, without an end", 0, 0, shortages(1000, nil), nil, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if c.until > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, c.until)
				defer cancel()
			}
			start := time.Now()
			err := (&Dialer{Timeout: c.timeout}).patient(ctx, c.open)
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
			if took := time.Since(start); took > c.most {
				t.Errorf("%s: it took %v", c.name, took)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := new(Dialer).patient(ctx, shortages(1<<30, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that is broken off: %v", err)
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{syscall.EMFILE, true},
		{&net.OpError{Err: os.NewSyscallError("socket", syscall.ENFILE)}, true},
		{&net.DNSError{Err: "dial udp: socket: " + syscall.EMFILE.Error(), Name: "x"}, true},
		{&net.DNSError{Err: "no such host", Name: "x"}, false},
		{syscall.ECONNREFUSED, false},
	} {
		if short(c.err) != c.want {
			t.Errorf("%v: %v", c.err, !c.want)
		}
	}
	if n := Sockets(); n < 1 || n > 1<<20 {
		t.Errorf("%d sockets at once", n)
	}
}
