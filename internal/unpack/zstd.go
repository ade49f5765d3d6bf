package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A zstd file begins with a frame, or with a frame to skip (RFC 8878, section 3.1).
const (
	zstdMagic = 0xFD2FB528
	skipMagic = 0x184D2A50 // to 0x184D2A5F
)

// isZstd tells whether head begins a frame of content. What begins with a frame
// to skip may be anything, and is no tar archive that anybody makes.
func isZstd(head []byte) bool {
	return len(head) >= 4 && binary.LittleEndian.Uint32(head) == zstdMagic
}

// zstdReader decodes frame after frame, with one decoder as long as its window will do.
type zstdReader struct {
	in      *bufio.Reader
	limit   uint64
	decoder *zstd.Decoder
	window  uint64 // the largest that the decoder had
	frame   zstdFrame
	open    bool // a frame is read
	err     error
}

func (z *zstdReader) Read(p []byte) (int, error) {
	for z.err == nil {
		if !z.open {
			z.err = z.next()
			continue
		}
		n, err := z.decoder.Read(p)
		switch {
		case err == io.EOF:
			z.open = false
		case err != nil:
			z.err = inFormat("zstd", err)
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
	return 0, z.err
}

// next begins the next frame; io.EOF if there is none.
func (z *zstdReader) next() error {
	head, err := z.in.Peek(zstd.HeaderMaxSize)
	if len(head) == 0 {
		return err
	}
	var h zstd.Header
	if err := h.Decode(head); err != nil {
		return inFormat("zstd", err)
	}
	if h.Skippable {
		return z.skip(int64(h.HeaderSize) + int64(h.SkippableSize))
	}
	window := h.WindowSize
	if h.SingleSegment {
		window = h.FrameContentSize
	}
	if err := z.makeRoom(window); err != nil {
		return err
	}
	z.frame, z.open = zstdFrame{in: z.in, left: int64(h.HeaderSize), checksum: h.HasCheckSum}, true
	return z.decoder.Reset(&z.frame)
}

func (z *zstdReader) skip(n int64) error {
	if _, err := io.CopyN(io.Discard, z.in, n); err != nil {
		return inFormat("zstd", noEOF(err))
	}
	return nil
}

// makeRoom makes another decoder where the window of this one would have to grow:
// it would keep both while it does.
func (z *zstdReader) makeRoom(window uint64) (err error) {
	switch {
	case window > z.limit:
		return &WindowError{"zstd", window, z.limit}
	case z.decoder != nil && window <= z.window:
		return nil
	case z.decoder != nil:
		z.decoder.Close()
		z.decoder = nil
		release(z.window)
	}
	z.window = window
	z.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(max(z.limit, zstd.MinWindowSize)))
	return err
}

func (z *zstdReader) Close() error {
	if z.decoder != nil {
		z.decoder.Close()
	}
	return nil
}

// zstdFrame reads one frame, with its header, and ends with it.
type zstdFrame struct {
	in       *bufio.Reader
	left     int64 // bytes until a block begins, or the frame ends
	last     bool  // no more blocks come
	checksum bool  // 4 bytes of it stand behind the last block
}

func (f *zstdFrame) Read(p []byte) (int, error) {
	if f.left == 0 {
		if f.last {
			return 0, io.EOF
		}
		if err := f.block(); err != nil {
			return 0, err
		}
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, noEOF(err)
}

// block looks how long the next block is (RFC 8878, section 3.1.1.2).
func (f *zstdFrame) block() error {
	const runLength, reserved = 1, 3
	head, err := f.in.Peek(3)
	if err != nil {
		return noEOF(err)
	}
	word := int64(head[0]) | int64(head[1])<<8 | int64(head[2])<<16
	kind, size := word>>1&3, word>>3
	switch kind {
	case runLength:
		size = 1
	case reserved:
		return errors.New("a block is of a reserved kind")
	}
	f.left, f.last = 3+size, word&1 == 1
	if f.last && f.checksum {
		f.left += 4
	}
	return nil
}

// noEOF is the error of an end where more has to come.
func noEOF(err error) error {
	if err == io.EOF {
		return fmt.Errorf("it ends too early: %w", io.ErrUnexpectedEOF)
	}
	return err
}
