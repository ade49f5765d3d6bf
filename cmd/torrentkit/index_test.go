package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/torrentkit/torrentkit/internal/indextest"
)

// scriptIndex starts an index with faults: $NAME is its URL, $NAME_TOKEN a token that it takes, which is in the file NAME.token, too.
func scriptIndex(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "index NAME [FAULT...]")
		var faults []indextest.Fault
		for _, f := range args[1:] {
			faults = append(faults, indextest.Fault(f))
		}
		x := indextest.Start(t, faults...)
		token := x.Token()
		ts.Setenv(args[0], x.URL)
		ts.Setenv(args[0]+"_TOKEN", token)
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+".token"), []byte(token+"\n"), 0o600))
	}
}
