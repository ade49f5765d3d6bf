package verify

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxDictionary bounds the memory that a compressed stream can ask for: what
// zstd --long=27 writes, and twice what xz -9 does.
const maxDictionary = 128 << 20

// decompress reads r, decompressed if its first bytes are those of gzip, zstd
// or xz.
func decompress(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(64)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the archive: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		return z, inFormat("gzip", err)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxDictionary))
		if err != nil {
			return nil, inFormat("zstd", err)
		}
		return z.IOReadCloser(), nil
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		if size := xzDictionary(head); size > maxDictionary {
			return nil, fmt.Errorf("reading the archive: xz wants a dictionary of %d bytes, more than %d", size, maxDictionary)
		}
		z, err := xz.NewReader(b)
		if err != nil {
			return nil, inFormat("xz", err)
		}
		return io.NopCloser(z), nil
	}
	return io.NopCloser(b), nil
}

func inFormat(format string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("reading the archive as %s: %w", format, err)
}

// xzDictionary returns the size of the dictionary that the header of the first
// block names (the xz file format 1.2, sections 3.1 and 5.3.1); 0 if it cannot
// be told, and the decoder will refuse the header itself.
func xzDictionary(head []byte) int64 {
	const blockHeader = 12
	if len(head) < blockHeader+2 {
		return 0
	}
	at := blockHeader + 2
	for _, flag := range []byte{0x40, 0x80} { // compressed and uncompressed size: numbers of 7 bits a byte
		if head[blockHeader+1]&flag == 0 {
			continue
		}
		for at < len(head) && head[at]&0x80 != 0 {
			at++
		}
		at++
	}
	if at+3 > len(head) || head[at] != 0x21 || head[at+1] != 1 || head[at+2] > 40 {
		return 0
	}
	bits := head[at+2]
	return int64(2|bits&1) << (bits/2 + 11)
}
