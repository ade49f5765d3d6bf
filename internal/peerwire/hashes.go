package peerwire

import (
	"encoding/binary"
	"fmt"
)

const hashRequestSize = 32 + 4*4

// HashRequest names a run of hashes in the merkle tree of a file (BEP 52).
type HashRequest struct {
	Root   [32]byte // pieces root
	Base   uint32   // the layer of the hashes; 0 are the leaves
	Index  uint32   // of the first hash in that layer; a multiple of Length
	Length uint32   // a power of two from 2 on
	Proofs uint32   // how many layers above Base are proven
}

// Uncles tells how many proof hashes follow the Length hashes of an answer:
// those that cannot be computed from the hashes themselves.
func (h HashRequest) Uncles() int {
	own := -1
	for n := h.Length; n > 1; n >>= 1 {
		own++
	}
	return max(0, int(h.Proofs)-max(own, 0))
}

func (h HashRequest) append(b []byte) []byte {
	b = append(b, h.Root[:]...)
	for _, n := range []uint32{h.Base, h.Index, h.Length, h.Proofs} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// RequestHashes asks for hashes. The answer is a Hashes or a HashReject message
// with the same HashRequest.
func (c *Conn) RequestHashes(requests ...HashRequest) error {
	var b []byte
	for _, h := range requests {
		b = binary.BigEndian.AppendUint32(b, 1+hashRequestSize)
		b = h.append(append(b, idHashRequest))
	}
	if len(b) == 0 {
		return nil
	}
	_, err := c.conn.Write(b)
	return err
}

func parseHashes(id int, body []byte) (Message, error) {
	if len(body) < hashRequestSize || (len(body)-hashRequestSize)%32 != 0 {
		return Message{}, fmt.Errorf("%w: message %d has %d bytes", ErrMessage, id, len(body))
	}
	m := Message{Kind: Hashes, Data: body[hashRequestSize:]}
	m.Hash.Root = [32]byte(body)
	for i, p := range []*uint32{&m.Hash.Base, &m.Hash.Index, &m.Hash.Length, &m.Hash.Proofs} {
		*p = binary.BigEndian.Uint32(body[32+4*i:])
	}
	if id == idHashReject {
		m.Kind, m.Data = HashReject, nil
	}
	return m, nil
}
