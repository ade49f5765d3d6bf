package unpack

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"slices"

	"github.com/ulikunitz/xz/lzma"
)

const xzMagic = "\xfd7zXZ\x00"

// xzReader follows the xz file format 1.2.1: streams of blocks of LZMA2 chunks.
// One decoder, and its dictionary, serves all blocks, as long as it is large enough.
type xzReader struct {
	in    input
	limit uint64
	err   error

	decoder *lzma.Reader2
	window  uint64
	chunks  xzChunks // what the decoder reads

	flags   [2]byte // of the stream; valid while one is open
	open    bool
	block   *xzBlock // nil between blocks
	check   hash.Hash
	records xzRecords // of the stream's blocks
}

// xzBlock is a block that is read.
type xzBlock struct {
	header           int64 // its bytes
	packed, unpacked int64 // bytes up to here, without the header
	// wantPacked and wantUnpacked are what the header says; -1 if it does not.
	wantPacked, wantUnpacked int64
	begun                    bool // a chunk was read
}

func (x *xzReader) Close() error { return nil }

func (x *xzReader) Read(p []byte) (int, error) {
	for x.err == nil && x.chunks.unpacked == 0 {
		if err := x.advance(); err != nil {
			x.err = err
			var window *WindowError
			if err != io.EOF && !errors.As(err, &window) {
				x.err = inFormat("xz", err)
			}
		}
	}
	if x.err != nil {
		return 0, x.err
	}
	n, err := x.decoder.Read(p[:min(len(p), x.chunks.unpacked)])
	x.chunks.unpacked -= n
	x.block.unpacked += int64(n)
	x.check.Write(p[:n])
	if err != nil {
		x.err = inFormat("xz", noEOF(err))
	}
	return n, nil
}

// advance goes on to what comes next: a stream, a block, a chunk, or an end of these.
func (x *xzReader) advance() error {
	switch {
	case !x.open:
		return x.stream()
	case x.block == nil:
		return x.nextBlock()
	}
	return x.nextChunk()
}

// stream reads a stream's header (section 2.1.1), or 4 bytes of padding between streams.
func (x *xzReader) stream() error {
	var b [12]byte
	if err := x.in.full(b[:4]); err != nil {
		if err == io.EOF {
			return err
		}
		return noEOF(err)
	}
	if [4]byte(b[:4]) == [4]byte{} {
		return nil
	}
	if err := x.in.full(b[4:]); err != nil {
		return noEOF(err)
	}
	switch {
	case string(b[:6]) != xzMagic:
		return errors.New("what follows a stream is not one")
	case crc32.ChecksumIEEE(b[6:8]) != binary.LittleEndian.Uint32(b[8:]):
		return errors.New("the header of a stream does not match its checksum")
	}
	x.flags = [2]byte(b[6:8])
	switch x.flags {
	case [2]byte{0, 0}:
		x.check = noCheck{crc32.NewIEEE()}
	case [2]byte{0, 1}:
		x.check = littleEndian{crc32.NewIEEE()}
	case [2]byte{0, 4}:
		x.check = littleEndian{crc64.New(crc64.MakeTable(crc64.ECMA))}
	case [2]byte{0, 10}:
		x.check = sha256.New()
	default:
		return errors.New("a stream has checksums of an unknown kind")
	}
	x.open, x.records = true, xzRecords{}
	return nil
}

// nextBlock reads the header of a block (section 3.1), or the index behind the last.
func (x *xzReader) nextBlock() error {
	var b [1024]byte
	if err := x.in.full(b[:1]); err != nil {
		return noEOF(err)
	}
	if b[0] == 0 {
		return x.index()
	}
	header := b[:4*(int(b[0])+1)]
	if err := x.in.full(header[1:]); err != nil {
		return noEOF(err)
	}
	body, sum := header[:len(header)-4], header[len(header)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errors.New("the header of a block does not match its checksum")
	}
	block := &xzBlock{header: int64(len(header))}
	window, err := block.parse(body)
	if err != nil {
		return err
	}
	if window > x.limit {
		return &WindowError{"xz", window, x.limit}
	}
	if x.decoder != nil && window > x.window {
		x.decoder = nil
		release(x.window)
	}
	x.window = max(x.window, window)
	x.block = block
	x.check.Reset()
	return nil
}

// parse reads what a block's header says, and returns the size of its dictionary.
func (b *xzBlock) parse(body []byte) (window uint64, err error) {
	const moreFilters, hasPacked, hasUnpacked, reserved, lzma2 = 0x03, 0x40, 0x80, 0x3c, 0x21
	r, flags := bytes.NewReader(body[2:]), body[1]
	b.wantPacked, b.wantUnpacked = -1, -1
	if flags&hasPacked != 0 {
		b.wantPacked, err = number(r)
	}
	if flags&hasUnpacked != 0 && err == nil {
		b.wantUnpacked, err = number(r)
	}
	if err != nil {
		return 0, err
	}
	var filter [3]byte
	if _, err := io.ReadFull(r, filter[:]); err != nil {
		return 0, noEOF(err)
	}
	size := filter[2]
	if flags&(moreFilters|reserved) != 0 || filter[0] != lzma2 || filter[1] != 1 || size > 40 {
		return 0, errors.New("a block has filters other than LZMA2")
	}
	if !zeros(body[len(body)-r.Len():]) {
		return 0, errors.New("the header of a block says more than is known")
	}
	if size == 40 {
		return 1<<32 - 1, nil
	}
	return uint64(2|size&1) << (size/2 + 11), nil
}

// errUnused is of what liblzma takes for damage, too.
var errUnused = errors.New("a chunk has more bytes than are used")

// nextChunk reads the header of an LZMA2 chunk, or the end of the block.
func (x *xzReader) nextChunk() error {
	const uncompressed, reset, compressed, properties, resets = 0x02, 0x01, 0x80, 0xc0, 0xe0
	if x.chunks.packed != 0 {
		return errUnused
	}
	c := xzChunks{in: &x.in}
	if err := x.in.full(c.head[:1]); err != nil {
		return noEOF(err)
	}
	kind := c.head[0]
	switch {
	case kind == 0:
		return x.endBlock()
	case kind > uncompressed && kind < compressed:
		return errors.New("a chunk is of an unknown kind")
	case !x.block.begun && kind != reset && kind < resets: // it would look into the block before
		return errors.New("a block does not begin with a new dictionary")
	case kind <= uncompressed:
		c.header = 3
	case kind < properties:
		c.header = 5
	default:
		c.header = 6
	}
	if err := x.in.full(c.head[1:c.header]); err != nil {
		return noEOF(err)
	}
	c.unpacked = int(binary.BigEndian.Uint16(c.head[1:])) + 1
	c.packed = c.unpacked
	if kind >= compressed {
		c.unpacked += int(kind&0x1f) << 16
		c.packed = int(binary.BigEndian.Uint16(c.head[3:])) + 1
	}
	x.block.begun = true
	x.block.packed += int64(c.header + c.packed)
	x.chunks = c
	if x.decoder != nil {
		return nil
	}
	var err error
	x.decoder, err = lzma.Reader2Config{DictCap: int(max(x.window, lzma.MinDictCap))}.NewReader2(&x.chunks)
	return err
}

// endBlock reads what stands behind a block's last chunk (sections 3.3 and 3.4).
func (x *xzReader) endBlock() error {
	b := x.block
	b.packed++ // the end's own byte
	size := x.check.Size()
	tail := make([]byte, int(-b.packed&3)+size)
	if err := x.in.full(tail); err != nil {
		return noEOF(err)
	}
	padding, sum := tail[:len(tail)-size], tail[len(tail)-size:]
	switch {
	case b.wantPacked >= 0 && b.wantPacked != b.packed, b.wantUnpacked >= 0 && b.wantUnpacked != b.unpacked:
		return errors.New("a block is not as long as its header says")
	case !zeros(padding):
		return errors.New("the padding of a block is not of zeros")
	case !bytes.Equal(x.check.Sum(nil), sum):
		return errors.New("a block does not match its checksum")
	}
	x.records.add(b.header+b.packed+int64(size), b.unpacked)
	x.block = nil
	return nil
}

// index compares the blocks of a stream with what stands behind them (sections 4 and 2.1.2).
func (x *xzReader) index() error {
	x.in.size, x.in.sum = 1, crc32.ChecksumIEEE([]byte{0})
	listed := xzRecords{}
	count, err := number(&x.in)
	for range count {
		if err != nil || listed.count == x.records.count {
			break
		}
		var packed, unpacked int64
		if packed, err = number(&x.in); err == nil {
			unpacked, err = number(&x.in)
		}
		listed.add(packed, unpacked)
	}
	if err != nil {
		return err
	}
	var padding [3]byte
	if err := x.in.full(padding[:-x.in.size&3]); err != nil {
		return noEOF(err)
	}
	size, sum := x.in.size+4, x.in.sum
	var b [16]byte // the index's checksum; the footer's, the index's size, flags, and magic bytes
	if err := x.in.full(b[:]); err != nil {
		return noEOF(err)
	}
	switch {
	case uint64(count) != x.records.count || listed != x.records:
		return errors.New("the index does not list the blocks")
	case padding != [3]byte{} || sum != binary.LittleEndian.Uint32(b[:]):
		return errors.New("the index does not match its checksum")
	case crc32.ChecksumIEEE(b[8:14]) != binary.LittleEndian.Uint32(b[4:]):
		return errors.New("the end of a stream does not match its checksum")
	case 4*(int64(binary.LittleEndian.Uint32(b[8:]))+1) != size || [2]byte(b[12:14]) != x.flags || string(b[14:]) != "YZ":
		return errors.New("the end of a stream is not that of its beginning")
	}
	x.open = false
	return nil
}

// xzRecords stands for a list of blocks, which can be as long as the stream.
type xzRecords struct {
	count uint64
	sum   [sha256.Size]byte
}

func (r *xzRecords) add(packed, unpacked int64) {
	b := binary.LittleEndian.AppendUint64(r.sum[:], uint64(packed))
	b = binary.LittleEndian.AppendUint64(b, uint64(unpacked))
	r.count, r.sum = r.count+1, sha256.Sum256(b)
}

// xzChunks gives the decoder one chunk after the other, without what is between blocks.
type xzChunks struct {
	in       *input
	head     [6]byte
	given    int // bytes of the header
	header   int
	packed   int // bytes that are still to be read of it
	unpacked int // bytes that are still to come out of it
}

func (c *xzChunks) Read(p []byte) (int, error) {
	if c.given < c.header {
		n := copy(p, c.head[c.given:c.header])
		c.given += n
		return n, nil
	}
	if c.packed == 0 {
		return 0, io.EOF
	}
	n, err := c.in.r.Read(p[:min(len(p), c.packed)])
	c.packed -= n
	return n, noEOF(err)
}

// input counts and sums the bytes that are read one by one, or to the full.
type input struct {
	r    *bufio.Reader
	size int64
	sum  uint32 // CRC-32
}

func (in *input) full(p []byte) error {
	n, err := io.ReadFull(in.r, p)
	in.size, in.sum = in.size+int64(n), crc32.Update(in.sum, crc32.IEEETable, p[:n])
	return err
}

func (in *input) ReadByte() (byte, error) {
	var b [1]byte
	err := in.full(b[:])
	return b[0], err
}

// number reads an integer of 7 bits a byte (section 1.2).
func number(r io.ByteReader) (int64, error) {
	n, err := binary.ReadUvarint(r)
	if err == nil && n > 1<<63-1 {
		err = errors.New("a number is too large")
	}
	return int64(n), noEOF(err)
}

func zeros(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// littleEndian is a CRC as xz writes it.
type littleEndian struct{ hash.Hash }

func (h littleEndian) Sum(b []byte) []byte {
	n := len(b)
	b = h.Hash.Sum(b)
	slices.Reverse(b[n:])
	return b
}

// noCheck is the checksum of streams that have none.
type noCheck struct{ hash.Hash }

func (noCheck) Write(p []byte) (int, error) { return len(p), nil }
func (noCheck) Sum(b []byte) []byte         { return b }
func (noCheck) Size() int                   { return 0 }
