package dial

import (
	"context"
	"net/netip"
	"time"
)

// stagger is how long one address is waited for before the next is tried beside it.
const stagger = 300 * time.Millisecond

// Tried is an address that did not answer, and why.
type Tried struct {
	Addr netip.AddrPort
	Err  error
}

// Race runs try for each address, the next one when the one before failed or is
// slow, and returns the first success, or the first failure where there is none. It
// ends with its context only as try does. Successes that come too late are given
// to discard. addrs has at least one.
func Race[T any](ctx context.Context, addrs []netip.AddrPort, try func(context.Context, netip.AddrPort) (T, error), discard func(T)) (T, []Tried, error) {
	type outcome struct {
		addr  netip.AddrPort
		value T
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan outcome)
	started, ended := 0, 0
	start := func() {
		a := addrs[started]
		started++
		go func() {
			v, err := try(ctx, a)
			results <- outcome{a, v, err}
		}()
	}
	defer func() {
		cancel()
		go func(left int) {
			for range left {
				if o := <-results; o.err == nil {
					discard(o.value)
				}
			}
		}(started - ended)
	}()
	var tried []Tried
	var zero T
	start()
	tick := time.NewTicker(stagger)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if started < len(addrs) {
				start()
			}
		case o := <-results:
			ended++
			if o.err == nil {
				return o.value, tried, nil
			}
			tried = append(tried, Tried{o.addr, o.err})
			if started < len(addrs) {
				start()
			} else if ended == started {
				return zero, tried, tried[0].Err
			}
		}
	}
}
