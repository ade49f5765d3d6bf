package internal_test

import (
	"go/ast"
	"regexp"
	"slices"
	"testing"
)

// doors are what opens connections, and what judges addresses, in the standard library.
var doors = []struct {
	what *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`^(http\.(Client|Transport|DefaultClient|DefaultTransport|Get|Head|Post|PostForm|ProxyFromEnvironment)|websocket\.Dial)$`),
		"a client of its own has redirects and proxies of its own: take one of internal/dial"},
	{regexp.MustCompile(`^(net\.(Dial|Dialer|DialTimeout|DialTCP|DialUDP|DialIP)|tls\.(Dial|DialWithDialer|Dialer))$`),
		"who is connected to is decided in internal/dial: take its Dialer, which knows what strangers may name"},
	{regexp.MustCompile(`^net\.(LookupHost|LookupIP|LookupAddr|LookupCNAME|DefaultResolver)$|\.(LookupNetIP|LookupIPAddr)$`),
		"names are looked up by internal/dial, which waits for file descriptors and bounds how many addresses there are"},
	{regexp.MustCompile(`\.(IsPrivate|IsGlobalUnicast|IsLinkLocalUnicast|IsInterfaceLocalMulticast)$`),
		"which addresses are public is decided in internal/dial: ask its Public, Private or Loopback"},
}

// doorkeepers may use some of them all the same.
var doorkeepers = map[string]string{
	"internal/dial":        "is the place for them",
	"internal/trackertest": "runs on loopback, in tests",
	"internal/peertest":    "runs on loopback, in tests",
	"internal/indextest":   "runs on loopback, in tests",
	"internal/memnet":      "is a network in memory, in tests",
	"internal/bench":       "is no part of the program",
}

// used are exceptions: a use by file, and why.
var used = map[string]string{
	"announce/options.go net.DefaultResolver":      "the one that internal/dial takes, and asks for TXT records too",
	"internal/dht/dht.go net.DefaultResolver":      "names of ports only",
	"magnet/download.go http.ProxyFromEnvironment": "a proxy for what the person named, for a client of internal/dial",
}

// One package opens connections and judges addresses; whatever else does so has a policy of its own.
func TestOnlyDialConnects(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range sources(t, false) {
		if doorkeepers[s.dir()] != "" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			name := "." + sel.Sel.Name
			if x, ok := sel.X.(*ast.Ident); ok {
				name = x.Name + name
			}
			for _, d := range doors {
				if !d.what.MatchString(name) || isType(s.file, sel, name) {
					continue
				}
				use := s.path + " " + name
				if seen[use] = true; used[use] == "" {
					t.Errorf("%s:%d: %s: %s", s.path, s.line(n.Pos()), name, d.why)
				}
			}
			return true
		})
	}
	for use := range used {
		if !seen[use] {
			t.Errorf("%s is an exception that nothing needs: take it out", use)
		}
	}
}

// isType tells whether a type of net/http is only named, as one of a value that others made.
func isType(file *ast.File, sel *ast.SelectorExpr, name string) bool {
	if !slices.Contains([]string{"http.Client", "http.Transport"}, name) {
		return false
	}
	pointed := false
	ast.Inspect(file, func(n ast.Node) bool {
		if star, ok := n.(*ast.StarExpr); ok && star.X == sel {
			pointed = true
		}
		return !pointed
	})
	return pointed
}
