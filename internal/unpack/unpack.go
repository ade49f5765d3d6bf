// Package unpack decompresses gzip, zstd and xz streams that strangers made, in
// a known amount of memory: one window, no larger than the caller allows, which
// all frames and blocks of a stream share, and no more than a few MiB beside it.
//
// zstd and xz files are a chain of parts that each name a window of their own
// (RFC 8878, section 3.1.1.1.2; the xz file format 1.2.1, section 5.3.1). The
// decoders make one anew for each, or keep the old one while they make a larger.
// So the chain is followed here, and the decoders only see what is in a part.
//
// The package does not bound how much comes out, and knows no archives.
package unpack

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime/debug"
)

// WindowError refuses a stream whose window is larger than what is allowed.
type WindowError struct {
	Format        string // xz or zstd
	Window, Limit uint64 // in bytes
}

func (e *WindowError) Error() string {
	term := "window"
	if e.Format == "xz" {
		term = "dictionary"
	}
	return fmt.Sprintf("%s wants a %s of %d bytes, more than %d", e.Format, term, e.Window, e.Limit)
}

// MagicSize is how many bytes tell whether something is compressed.
const MagicSize = len(xzMagic)

// Compressed tells whether NewReader decompresses what begins with head.
func Compressed(head []byte) bool { return isGzip(head) || isZstd(head) || isXz(head) }

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

func isXz(head []byte) bool { return bytes.HasPrefix(head, []byte(xzMagic)) }

// NewReader reads r, decompressed if its first bytes are those of gzip, zstd or
// xz. A window, which xz calls a dictionary, of more than limit bytes is a
// [WindowError], there or when it is come to.
func NewReader(r io.Reader, limit int64) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(MagicSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case isGzip(head):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, inFormat("gzip", err)
		}
		return z, nil
	case isZstd(head):
		return &zstdReader{in: b, limit: uint64(limit)}, nil
	case isXz(head):
		return &xzReader{in: input{r: b}, limit: uint64(limit)}, nil
	}
	return io.NopCloser(b), nil
}

func inFormat(format string, err error) error { return fmt.Errorf("%s: %w", format, err) }

// smallWindow is what may stay behind as garbage when a larger one is made.
const smallWindow = 8 << 20

// release gives a window's memory back before a larger one is made: the collector
// would let both be there for a while. It happens a few dozen times at most, since
// windows have few sizes, and each is larger than the one before.
func release(window uint64) {
	if window > smallWindow {
		debug.FreeOSMemory()
	}
}
