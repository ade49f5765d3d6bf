package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/torrentkit/torrentkit/internal/trackertest"
)

// scriptTracker starts a tracker with faults, and sets its URLs: $NAME_HTTP, $NAME_HTTPS, $NAME_UDP, $NAME_WS, and the
// file NAME.pem, which signs its certificate.
func scriptTracker(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "tracker NAME [FAULT...]")
		var faults []trackertest.Fault
		for _, f := range args[1:] {
			faults = append(faults, trackertest.Fault(f))
		}
		tr := trackertest.Start(t, faults...)
		name := args[0]
		for suffix, u := range map[string]string{
			"HTTP": tr.HTTP(), "HTTPS": tr.HTTPS(), "UDP": tr.UDP(), "WS": tr.WS(), "WSS": tr.WSS(), "HTTP6": tr.HTTP6(),
			"ADDR": trimScheme(tr.HTTP()),
		} {
			ts.Setenv(name+"_"+suffix, u)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name+".pem"), tr.RootPEM(), 0o666))
	}
}

// scriptDHT starts a node of the DHT that knows 30 seeds and 5 downloaders of every torrent, at the address in $VAR.
func scriptDHT(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "dhtnode VAR")
		ts.Setenv(args[0], trackertest.DHTNode(t, 30, 5))
	}
}

// trimScheme leaves the host and port of an announce URL.
func trimScheme(u string) string { return u[len("http://") : len(u)-len("/announce")] }
