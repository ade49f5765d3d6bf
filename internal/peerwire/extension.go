package peerwire

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// BlockSize is the size of a metadata block (BEP 9); the last one is shorter.
const BlockSize = 16 << 10

// metadataID is what peers call ut_metadata when they write to us.
const metadataID = 1

// Extended is a peer's extension handshake (BEP 10).
type Extended struct {
	MetadataID   int   // what the peer calls ut_metadata; 0 when it has none
	MetadataSize int64 // what the peer claims; 0 when it does not say
	Client       string
}

func (e Extended) merge(o Extended) Extended {
	if o.Client == "" {
		o.Client = e.Client
	}
	if o.MetadataSize == 0 {
		o.MetadataSize = e.MetadataSize
	}
	if o.MetadataID < 0 {
		o.MetadataID = e.MetadataID
	}
	return o
}

func appendExtended(b []byte, client string) []byte {
	body := []byte{idExtended, 0}
	m := bencode.AppendDict(nil, []bencode.Entry{{Key: "ut_metadata", Value: bencode.AppendInt(nil, metadataID)}})
	body = bencode.AppendDict(body, []bencode.Entry{
		{Key: "m", Value: m},
		{Key: "v", Value: bencode.AppendString(nil, client)},
	})
	return append(binary.BigEndian.AppendUint32(b, uint32(len(body))), body...)
}

// parseExtended reads a handshake. MetadataID is -1 when it does not speak of
// ut_metadata.
func parseExtended(raw []byte) (Extended, error) {
	e := Extended{MetadataID: -1}
	v, err := scanPrefix(raw)
	if err != nil {
		return e, err
	}
	if m, ok := v.Get("m"); ok {
		if id, ok := m.Get("ut_metadata"); ok {
			n, isInt := id.Int()
			if !isInt || n < 0 || n > 255 {
				return e, fmt.Errorf("%w: ut_metadata is %.20q", ErrMessage, id.Raw())
			}
			e.MetadataID = int(n)
		}
	}
	if size, ok := v.Get("metadata_size"); ok {
		n, isInt := size.Int()
		if !isInt {
			return e, fmt.Errorf("%w: metadata_size is %.20q", ErrMessage, size.Raw())
		}
		e.MetadataSize = n
	}
	if client, ok := v.Get("v"); ok {
		if s, ok := client.Text(); ok {
			e.Client = s[:min(len(s), 100)]
		}
	}
	return e, nil
}

// scanPrefix reads the dictionary at the start of raw.
func scanPrefix(raw []byte) (bencode.Value, error) {
	v, _, err := bencode.Scan(raw)
	var fault *bencode.Error
	if err != nil && !(errors.As(err, &fault) && fault.Trailing) {
		return v, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if v.Kind() != bencode.Dict {
		return v, fmt.Errorf("%w: no dictionary", ErrMessage)
	}
	return v, nil
}

// parseMetadata reads a BEP 9 message. Requests and unknown types are passed
// over: we have nothing to serve.
func parseMetadata(raw []byte) (Message, bool, error) {
	v, err := scanPrefix(raw)
	if err != nil {
		return Message{}, false, err
	}
	kind, ok1 := intOf(v, "msg_type")
	block, ok2 := intOf(v, "piece")
	if !ok1 || !ok2 || block < 0 || block > 1<<30 {
		return Message{}, false, fmt.Errorf("%w: metadata message without msg_type or piece", ErrMessage)
	}
	m := Message{Block: int(block)}
	switch kind {
	case 1:
		m.Kind, m.Data = MetadataBlock, raw[v.End():]
		m.TotalSize, _ = intOf(v, "total_size")
		return m, true, nil
	case 2:
		m.Kind = MetadataReject
		return m, true, nil
	}
	return Message{}, false, nil
}

func intOf(v bencode.Value, key string) (int64, bool) {
	x, _ := v.Get(key)
	return x.Int()
}

// RequestMetadata asks for metadata blocks. The peer's extension handshake must
// have come, and have a MetadataID.
func (c *Conn) RequestMetadata(blocks ...int) error {
	var b []byte
	for _, n := range blocks {
		body := []byte{idExtended, byte(c.extended.MetadataID)}
		body = bencode.AppendDict(body, []bencode.Entry{
			{Key: "msg_type", Value: bencode.AppendInt(nil, 0)},
			{Key: "piece", Value: bencode.AppendInt(nil, int64(n))},
		})
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(body))), body...)
	}
	if len(b) == 0 {
		return nil
	}
	_, err := c.conn.Write(b)
	return err
}
