package dial

import (
	"context"
	"net"
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
// slow, and returns the first connection, or the first failure where there is none. It
// ends with its context only as try does. Connections that come too late are closed.
// addrs has at least one.
func Race(ctx context.Context, addrs []netip.AddrPort, try func(context.Context, netip.AddrPort) (net.Conn, error)) (net.Conn, []Tried, error) {
	type outcome struct {
		addr netip.AddrPort
		conn net.Conn
		err  error
	}
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan outcome)
	started, ended := 0, 0
	start := func() {
		a := addrs[started]
		started++
		go func() {
			conn, err := try(ctx, a)
			results <- outcome{a, conn, err}
		}()
	}
	defer func() {
		cancel()
		go func(left int) {
			for range left {
				if o := <-results; o.err == nil {
					o.conn.Close()
				}
			}
		}(started - ended)
	}()
	var tried []Tried
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
				return o.conn, tried, nil
			}
			tried = append(tried, Tried{o.addr, o.err})
			if started < len(addrs) {
				start()
			} else if ended == started {
				return nil, tried, tried[0].Err
			}
		}
	}
}
