package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scriptSeed is a peer that gives metadata (BEP 9) and nothing else.
func scriptSeed(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 2, "seed NAME VAR")
		raw, err := os.ReadFile(ts.MkAbs(args[0]))
		ts.Check(err)
		m, err := metainfo.Parse(raw)
		ts.Check(err)
		ts.Setenv(args[1], peertest.Seed(t, "127.0.0.1", m.RawInfo()).String())
	}
}
