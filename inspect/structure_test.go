package inspect

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/lineartest"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/mutant"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// differences are where Lint and libtorrent 2.0.8 do not think alike, and why
// that is so.
var differences = []struct {
	reason string
	is     func(report *Report, refusals []Finding, answer string) bool
}{
	{
		"without info, libtorrent reads magnet-uri (parse_torrent_file in src/torrent_info.cpp): whether that link is good is judged by magnet, and this is no torrent",
		func(r *Report, refusals []Finding, answer string) bool {
			return r.Torrent == nil && len(refusals) == 0 && slices.Contains([]string{"invalid info-hash", "unsupported URL protocol", "missing info-hash from URI"}, answer)
		},
	},
	{
		"from 2.0.9 on pieces are at most file_storage::max_piece_size long, 2.0.8 takes up to 1 GiB (parse_info_section in src/torrent_info.cpp): Lint warns of the shorter limit",
		func(r *Report, refusals []Finding, answer string) bool {
			return answer == "" && len(refusals) == 1 && refusals[0].Rule.ID == "target-piece-length" && strings.HasSuffix(refusals[0].Message, "more than 536854528")
		},
	},
}

// seeds are the torrents of a run: those that stand in testdata, which were
// found to be of use, and others.
func seeds(t *testing.T) []uint64 {
	t.Helper()
	text, err := os.ReadFile("testdata/structure.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []uint64
	for field := range strings.FieldsSeq(string(text)) {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	for i := range uint64(longtest.Rounds(150, 20_000)) {
		all = append(all, *firstSeed+i)
	}
	return all
}

var firstSeed = flag.Uint64("first", 0, "the first of the seeds of TestLibtorrentLoads, for torrents that were not tried yet")

// What Lint says that libtorrent refuses is what libtorrent refuses, over
// torrents that are wrong in their structure.
func TestLibtorrentLoads(t *testing.T) {
	t.Parallel()
	all := seeds(t)
	docs := make([][]byte, len(all))
	for i, seed := range all {
		docs[i] = mutant.Make(seed)
	}
	loaded, wrong := 0, 0
	for i, answer := range peertest.LibtorrentLoads(t, docs) {
		report, err := Lint(docs[i], LintOptions{Targets: []Target{Libtorrent20}})
		if err != nil {
			t.Fatal(err)
		}
		var refusals []Finding
		for _, f := range report.Findings {
			if f.Rule.Scope == ForTarget && f.Severity == metainfo.Error {
				refusals = append(refusals, f)
			}
		}
		if answer == "" {
			loaded++
			if _, err := metainfo.Parse(docs[i]); err != nil && !readOtherwise(err) {
				t.Errorf("seed %d: libtorrent loads it, and its content cannot be verified: %v\n%.2000q", all[i], err, docs[i])
			}
		}
		if (len(refusals) > 0) != (answer != "") && !explained(report, refusals, answer) {
			if wrong++; wrong <= 10 {
				t.Errorf("seed %d: libtorrent says %q, Lint %v\n%.2000q", all[i], answer, refusals, docs[i])
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d differences", wrong)
	}
	if share := float64(loaded) / float64(len(docs)); share < 0.2 || share > 0.8 {
		t.Errorf("libtorrent loads %d of %d torrents: the mutants are too tame or too wild to tell much", loaded, len(docs))
	}
}

// readOtherwise tells whether a torrent is refused for what libtorrent takes for something else: a number that has too many
// digits for 0, a magnet link for a torrent.
func readOtherwise(err error) bool {
	var p metainfo.Problem
	return errors.As(err, &p) && slices.Contains([]string{"length", "meta-version", "pieces-root", "no-info"}, p.ID)
}

func explained(report *Report, refusals []Finding, answer string) bool {
	for _, d := range differences {
		if d.is(report, refusals, answer) {
			return true
		}
	}
	return false
}

// A torrent of many files is read in a time that grows as it does.
func TestLibtorrentManyFiles(t *testing.T) {
	many := func(n int) []byte {
		doc := []byte("d4:infod5:filesl")
		for i := range n {
			doc = fmt.Appendf(doc, "d6:lengthi1e4:pathl6:%06dee", i)
		}
		pieces := (n + leaf - 1) / leaf
		return fmt.Appendf(doc, "e4:name1:n12:piece lengthi16384e6:pieces%d:%see", 20*pieces, sums(pieces))
	}
	judge := func(doc []byte) func() {
		return func() {
			if r := rasterbarRefuses(doc, limitsOf(Libtorrent20)); r.rule != "" {
				t.Error(r)
			}
		}
	}
	n := longtest.Rounds(20_000, 100_000)
	lineartest.Check(t, judge(many(n/8)), judge(many(n)))
}

// What libtorrent refuses is told in words, with the place.
func TestLibtorrentRefuses(t *testing.T) {
	pad := func(n any) dict { return file(n, ".pad", fmt.Sprint(n)).with("attr", "p") }
	both := func(files ...dict) dict {
		info := multi(files...).with("file tree", dict{"a", leafFile(10, hashOf("a")), "b", leafFile(10, hashOf("b"))}, "meta version", 2)
		return torrent(info)
	}
	for _, tt := range []struct {
		doc       any
		key, says string // "" where it loads
	}{
		{torrent(single()), "", ""},
		{torrent(single()).with("x", raw("i-0007e")), "", ""},
		{torrent(multi(file(0, "a"), file(0, "b"))), "info", "no content"},
		{torrent(multi(file(10, "a"), file(10, "b").with("attr", "l", "symlink path", list{"a"}), file(leaf, "c"))), "", ""},
		{torrent(multi(file(leaf, "a"), file(10, "b").with("attr", "l", "symlink path", list{"a"}))), "info.pieces", "40 bytes of hashes, where 1 pieces want 20"},
		{torrent(multi(file(10, "a").with("path.utf-8", "a"))), "", ""},
		{torrent(multi(file(10, "a").with("path.utf-8", list{}))), "info.files", "no usable name"},
		{torrent(multi(file(10, "a").with("path.utf-8", list{1}))), "info.files", "no list of names"},
		{torrent(multi(file(10, "a")).with("files", list{file(10, "a"), pad(int64(1 << 48))})), "info.files", "length"},
		{torrent(multi(file(10, "a")).with("files", list{file(10, "a"), pad(int64(1 << 40))})), "info.pieces", "67108865 pieces"},
		{torrent(single()).with("x", raw("i123456789012345678901e")), "", "too many digits"},
		{torrent(v2(dict{"a", leafFile(10, strings.Repeat("\x00", 32))})), "info.file tree", "of zeros"},
		{torrent(v2(dict{"a", leafFile(10, "short")})), "info.file tree", "another length"},
		{torrent(v2(dict{"b", leafFile(10, hashOf("a")), "a", leafFile(10, hashOf("a"))})), "info", "out of order"},
		{torrent(v2(dict{"a", leafFile(10, hashOf("a"))}).with("x", raw("i01e"))), "info", "leading zero"},
		{torrent(v2(dict{"a", leafFile(10, hashOf("a"))})).with("x", raw("i01e")), "", ""},
		{both(file(10, "a"), pad(leaf-10), file(10, "b")), "", ""},
		{both(file(10, "a"), pad(leaf-10), file(10, "b"), pad(leaf-10)), "", ""},
		{both(file(10, "b"), pad(leaf-10), file(10, "a")), "info", "do not lay out"},
		{both(file(10, "a"), pad(leaf-11), pad(1), file(10, "b")), "info", "do not lay out"},
		{both(file(10, "a"), file(10, "b")), "info", "do not lay out"},
		{both(file(10, "a"), pad(2*leaf-10), file(10, "b")), "info", "do not lay out"},
		{both(file(10, "a"), pad(leaf-10), file(10, "b"), pad(5)), "info", "do not lay out"},
	} {
		r := rasterbarRefuses(encode(tt.doc), limitsOf(Libtorrent20))
		if tt.says == "" && r.rule != "" || tt.says != "" && (r.key != tt.key || !strings.Contains(r.why, tt.says)) {
			t.Errorf("%q: %+v, want %q at %q", encode(tt.doc), r, tt.says, tt.key)
		}
	}
}
