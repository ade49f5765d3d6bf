package main

import (
	"bytes"
	"errors"
	"strconv"
)

// A reading of bencode for judging torrents, the tested program's included:
// spans, not values. It is for what programs on this machine wrote.

var errBencode = errors.New("not bencode")

// deepest is how deep values may nest.
const deepest = 64

// dictionary returns the values of a bencoded dictionary, still encoded.
func dictionary(b []byte) (map[string][]byte, error) {
	entries := map[string][]byte{}
	err := each(b, 'd', func(key, value []byte) { entries[string(key)] = value })
	return entries, err
}

// list returns the items of a bencoded list, still encoded.
func list(b []byte) ([][]byte, error) {
	var items [][]byte
	err := each(b, 'l', func(_, value []byte) { items = append(items, value) })
	return items, err
}

// each calls f for the entries of a list or dictionary, which must be all of b.
func each(b []byte, kind byte, f func(key, value []byte)) error {
	if len(b) < 2 || b[0] != kind || b[len(b)-1] != 'e' {
		return errBencode
	}
	for at := 1; at < len(b)-1; {
		var key []byte
		if kind == 'd' {
			text, end := str(b, at)
			if end < 0 {
				return errBencode
			}
			key, at = text, end
		}
		end := skip(b, at, deepest)
		if end < 0 || end >= len(b) {
			return errBencode
		}
		f(key, b[at:end])
		at = end
	}
	return nil
}

// str returns the string at an offset and where it ends, or -1.
func str(b []byte, at int) ([]byte, int) {
	colon := bytes.IndexByte(b[at:min(len(b), at+20)], ':')
	if colon < 1 {
		return nil, -1
	}
	n, err := strconv.ParseUint(string(b[at:at+colon]), 10, 31)
	start := at + colon + 1
	if err != nil || int(n) > len(b)-start {
		return nil, -1
	}
	return b[start : start+int(n)], start + int(n)
}

// skip returns where the value at an offset ends, or -1.
func skip(b []byte, at, depth int) int {
	if at >= len(b) || depth == 0 {
		return -1
	}
	switch b[at] {
	case 'i':
		n := bytes.IndexByte(b[at:], 'e')
		if n < 2 {
			return -1
		}
		return at + n + 1
	case 'l', 'd':
		for at++; at < len(b) && b[at] != 'e'; {
			if at = skip(b, at, depth-1); at < 0 {
				return -1
			}
		}
		if at >= len(b) {
			return -1
		}
		return at + 1
	}
	_, end := str(b, at)
	return end
}
