package mutant

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// filled repeats a value until the document has just under size bytes.
func filled(size int, head, value, tail string) []byte {
	n := (size - len(head) - len(tail)) / len(value)
	return slices.Concat([]byte(head), bytes.Repeat([]byte(value), n), []byte(tail))
}

// counted is filled with a value that holds its number, six digits wide.
func counted(size int, head, format, tail string) []byte {
	b := []byte(head)
	for i := 0; len(b)+len(tail)+len(format)+6 < size; i++ {
		b = fmt.Appendf(b, format, i)
	}
	return append(b, tail...)
}

const (
	v1Tail   = "4:name1:n12:piece lengthi16384e6:pieces0:ee"
	v2Tail   = "12:meta versioni2e4:name1:n12:piece lengthi16384eee"
	v2Head   = "d4:infod9:file tree"
	leafText = "d0:d6:lengthi0eee"
	far      = 93 // folders, which is as deep as readers go
)

// Hostile are documents of a size, each made to cost as much as it can.
func Hostile(size int) map[string][]byte {
	filled := func(head, value, tail string) []byte { return filled(size, head, value, tail) }
	counted := func(head, format, tail string) []byte { return counted(size, head, format, tail) }
	weird := strings.Repeat("\x01", 240)
	longName := func(c string) string { return fmt.Sprintf("%d:%s", size/5, strings.Repeat(c, size/5)) }
	return map[string][]byte{
		"nested lists":               bytes.Repeat([]byte("l"), size),
		"nested dictionaries":        bytes.Repeat([]byte("d1:a"), size/4),
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
		"deep tree of files":         counted(v2Head+strings.Repeat("d1:a", far)+"d", "6:%06d"+leafText, "e"+strings.Repeat("e", far)+v2Tail),
		"deep tree of strange files": counted(v2Head+strings.Repeat("d240:"+weird, far)+"d", "7:\x01%06d"+leafText, "e"+strings.Repeat("e", far)+v2Tail),
		"deep tree of links":         counted(v2Head+strings.Repeat("d240:"+weird, far)+"d", "6:%06dd0:d4:attr1:l6:lengthi0eee", "e"+strings.Repeat("e", far)+v2Tail),
		"deep tree of odd attributes": counted(v2Head+strings.Repeat("d240:"+weird, far)+"d", "6:%06dd0:d4:attrle6:lengthi0eee",
			"e"+strings.Repeat("e", far)+v2Tail),
		"deep tree of empty folders": counted(v2Head+strings.Repeat("d240:"+weird, far)+"d", "6:%06dde", "e"+strings.Repeat("e", far)+v2Tail),
		"long shared folder, files":  counted(v2Head+"d"+longName("x")+"d", "6:%06d"+leafText, "ee"+v2Tail),
		"long shared folder, empty":  counted(v2Head+"d"+longName("x")+"d", "6:%06dde", "ee"+v2Tail),
		"long strange shared folder": counted(v2Head+"d"+longName("\x01")+"d", "6:%06dde", "ee"+v2Tail),
		"long shared folder, broken": counted(v2Head+"d"+longName("x")+"d", "6:%06d0:", "ee"+v2Tail),
		"unsorted keys":              counted("d", "6:%06d0:1:a0:", "e"),
		"unsorted keys in info":      counted("d4:infod", "6:%06d0:1:a0:", "ee"),
		"unsorted keys far down":     counted("d4:info"+strings.Repeat("d240:"+weird, far)+"d", "6:%06d0:1:a0:", strings.Repeat("e", far+3)),
		"unknown keys":               counted("d4:infod", "6:%06d0:", "ee"),
		"leading zeros":              filled("d1:al", "i00e", "ee"),
		"leading zeros far down":     filled("d"+strings.Repeat("240:"+weird+"d", far)+"1:al", "i00e", "e"+strings.Repeat("e", far+1)),
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
	}
}
