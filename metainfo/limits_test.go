package metainfo

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const fiveMB = 5_000_000 / slowdown

// filled repeats a value until the document has just under 5 MB.
func filled(head, value, tail string) []byte {
	n := (fiveMB - len(head) - len(tail)) / len(value)
	return slices.Concat([]byte(head), bytes.Repeat([]byte(value), n), []byte(tail))
}

// counted is filled with a value that holds its number, six digits wide.
func counted(head, format, tail string) []byte {
	b := []byte(head)
	for i := 0; len(b)+len(tail)+len(format)+6 < fiveMB; i++ {
		b = fmt.Appendf(b, format, i)
	}
	return append(b, tail...)
}

const (
	v1Tail   = "4:name1:n12:piece lengthi16384e6:pieces0:ee"
	v2Tail   = "12:meta versioni2e4:name1:n12:piece lengthi16384eee"
	v2Head   = "d4:infod9:file tree"
	leafText = "d0:d6:lengthi0eee"
)

// longName is a folder's name that is a fifth of a document.
func longName(c string) string {
	return fmt.Sprintf("%d:%s", fiveMB/5, strings.Repeat(c, fiveMB/5))
}

// No document below 5 MB takes two seconds or 200 MB, whatever is in it.
func TestLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("documents of 5 MB")
	}
	weird := strings.Repeat("\x01", 240)
	for name, doc := range map[string][]byte{
		"nested lists":               bytes.Repeat([]byte("l"), fiveMB),
		"nested dictionaries":        bytes.Repeat([]byte("d1:a"), fiveMB/4),
		"empty dictionaries":         filled("d4:infod5:filesl", "de", "e"+v1Tail),
		"empty lists as files":       filled("d4:infod5:filesl", "le", "e"+v1Tail),
		"empty files of one name":    filled("d4:infod5:filesl", "d6:lengthi0e4:pathl1:aee", "e"+v1Tail),
		"empty files":                counted("d4:infod5:filesl", "d6:lengthi0e4:pathl6:%06dee", "e"+v1Tail),
		"files in reverse":           counted("d4:infod5:filesl", "d4:pathl6:%06de6:lengthi0ee", "e"+v1Tail),
		"files with strange names":   counted("d4:infod5:filesl", "d6:lengthi0e4:pathl7:\x1b%06dee", "e"+v1Tail),
		"files with attributes":      filled("d4:infod5:filesl", "d4:attrle6:lengthi0e4:pathl1:aee", "e"+v1Tail),
		"folders of one letter":      filled("d4:infod5:filesld6:lengthi0e4:pathl", "1:a", "eee"+v1Tail),
		"strange folders":            filled("d4:infod5:filesld6:lengthi0e4:pathl", "1:\x01", "eee"+v1Tail),
		"empty folders":              counted(v2Head+"d", "6:%06dde", "e"+v2Tail),
		"tree of files":              counted(v2Head+"d", "6:%06d"+leafText, "e"+v2Tail),
		"tree of links":              counted(v2Head+"d", "6:%06dd0:d4:attr1:l12:symlink pathl1:aeee", "e"+v2Tail),
		"deep tree of files":         counted(v2Head+strings.Repeat("d1:a", 58)+"d", "6:%06d"+leafText, "e"+strings.Repeat("e", 58)+v2Tail),
		"deep tree of strange files": counted(v2Head+strings.Repeat("d240:"+weird, 58)+"d", "7:\x01%06d"+leafText, "e"+strings.Repeat("e", 58)+v2Tail),
		"deep tree of links":         counted(v2Head+strings.Repeat("d240:"+weird, 58)+"d", "6:%06dd0:d4:attr1:l6:lengthi0eee", "e"+strings.Repeat("e", 58)+v2Tail),
		"deep tree of odd attributes": counted(v2Head+strings.Repeat("d240:"+weird, 58)+"d", "6:%06dd0:d4:attrle6:lengthi0eee",
			"e"+strings.Repeat("e", 58)+v2Tail),
		"deep tree of empty folders": counted(v2Head+strings.Repeat("d240:"+weird, 58)+"d", "6:%06dde", "e"+strings.Repeat("e", 58)+v2Tail),
		"long shared folder, files":  counted(v2Head+"d"+longName("x")+"d", "6:%06d"+leafText, "ee"+v2Tail),
		"long shared folder, empty":  counted(v2Head+"d"+longName("x")+"d", "6:%06dde", "ee"+v2Tail),
		"long strange shared folder": counted(v2Head+"d"+longName("\x01")+"d", "6:%06dde", "ee"+v2Tail),
		"long shared folder, broken": counted(v2Head+"d"+longName("x")+"d", "6:%06d0:", "ee"+v2Tail),
		"unsorted keys":              counted("d", "6:%06d0:1:a0:", "e"),
		"unsorted keys in info":      counted("d4:infod", "6:%06d0:1:a0:", "ee"),
		"unsorted keys far down":     counted("d4:info"+strings.Repeat("d240:"+weird, 58)+"d", "6:%06d0:1:a0:", strings.Repeat("e", 61)),
		"unknown keys":               counted("d4:infod", "6:%06d0:", "ee"),
		"leading zeros":              filled("d1:al", "i00e", "ee"),
		"leading zeros far down":     filled("d"+strings.Repeat("240:"+weird+"d", 58)+"1:al", "i00e", "e"+strings.Repeat("e", 59)),
		"one long integer":           filled("d4:infod6:lengthi", "9", "eee"),
		"one long string length":     filled("d4:infod4:name", "9", "ee"),
		"trackers":                   filled("d13:announce-listl", "l2:abe", "ee"),
		"flat trackers":              filled("d13:announce-listl", "1:a", "ee"),
		"tiers of nothing":           filled("d13:announce-listl", "le", "ee"),
		"odd tiers":                  filled("d13:announce-listl", "i0e", "ee"),
		"trackers in one tier":       filled("d13:announce-listll", "2:ab", "eee"),
		"web seeds":                  filled("d8:url-listl", "2:ab", "ee"),
		"odd web seeds":              filled("d8:url-listl", "le", "ee"),
		"nodes":                      filled("d5:nodesl", "l1:ai1ee", "ee"),
		"node of many":               filled("d5:nodesll", "i1e", "eee"),
		"odd nodes":                  filled("d5:nodesl", "le", "ee"),
		"layers of no file": counted("d4:infod9:file treed1:a"+leafText+"e"+strings.TrimSuffix(v2Tail, "e")+"12:piece layersd",
			"32:%06d00000000000000000000000000"+"0:", "ee"),
		"layers of strange keys": counted("d4:infod9:file treed1:a"+leafText+"e"+strings.TrimSuffix(v2Tail, "e")+"12:piece layersd",
			"6:%06d0:", "ee"),
	} {
		t.Run(name, func(t *testing.T) {
			if len(doc) > fiveMB || len(doc) < fiveMB-5000 {
				t.Fatalf("a document of %d bytes", len(doc))
			}
			start := time.Now()
			spent := allocated(func() { Read(doc) })
			took := time.Since(start)
			t.Logf("%v, %d MB", took.Round(time.Millisecond), spent>>20)
			if spent > 200<<20 {
				t.Errorf("%d MB are allocated", spent>>20)
			}
			if took > 2*slowdown*time.Second {
				t.Errorf("it takes %v", took)
			}
		})
	}
}

// allocated is how many bytes f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// 200 000 files are no reason for gigabytes.
func TestManyFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("200 000 files")
	}
	const n = 200_000
	v1, v2, root := []byte("d4:infod5:filesl"), []byte(v2Head+"d"), strings.Repeat("r", 32)
	for i := range n {
		v1 = fmt.Appendf(v1, "d6:lengthi1000e4:pathl%d:folder-%03d14:file-%09dee", 10, i/1000, i)
		if i%1000 == 0 {
			v2 = fmt.Appendf(v2, "10:folder-%03dd", i/1000)
		}
		v2 = fmt.Appendf(v2, "14:file-%09dd0:d6:lengthi1000e11:pieces root32:%see", i, root)
		if i%1000 == 999 {
			v2 = append(v2, 'e')
		}
	}
	pieces := (n*1000 + leaf - 1) / leaf
	v1 = fmt.Appendf(v1, "e4:name1:n12:piece lengthi16384e6:pieces%d:%see", 20*pieces, sums(pieces))
	v2 = append(v2, "e"+v2Tail...)
	for name, doc := range map[string][]byte{"v1": v1, "v2": v2} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			var m *Torrent
			var err error
			spent := allocated(func() { m, err = Parse(doc) })
			took := time.Since(start)
			t.Logf("%d bytes: %v, %d MB", len(doc), took.Round(time.Millisecond), spent>>20)
			if err != nil || len(m.Files) != n {
				t.Fatal(err)
			}
			if spent > 200<<20 || took > slowdown*time.Second {
				t.Errorf("%v, %d MB", took, spent>>20)
			}
		})
	}
}
