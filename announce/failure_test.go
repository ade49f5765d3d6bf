package announce

import (
	"fmt"
	"net"
	"testing"
)

func TestDead(t *testing.T) {
	notFound, failing, slow := &net.DNSError{IsNotFound: true}, &net.DNSError{Err: "server misbehaving"}, &net.DNSError{IsTimeout: true}
	for _, tt := range []struct {
		f    Failure
		want bool
	}{
		{Failure{Code: Refused}, true},
		{Failure{Code: Timeout}, true},
		{Failure{Code: DNS, Err: fmt.Errorf("looking up: %w", notFound)}, true},
		{Failure{Code: DNS, Err: failing}, false},
		{Failure{Code: Timeout, Err: slow}, false}, // the name server's
		{Failure{Code: DNS}, false},                // no address of the family that was asked for
	} {
		if got := tt.f.Dead(); got != tt.want {
			t.Errorf("%+v: %v", tt.f, got)
		}
	}
	for _, c := range Codes() {
		if c == Refused || c == Timeout {
			continue
		}
		if (&Failure{Code: c}).Dead() {
			t.Errorf("%s proves nobody dead", c)
		}
	}
}
