package magnet

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/peerwire"
)

// Reason is what came of a peer.
type Reason uint8

// The reasons, from what is best to what is worst.
const (
	Delivered      Reason = iota // gave metadata or hashes that were proven right
	Unneeded                     // was not asked, or no longer, since others were faster
	PrivateAddress               // its address is not a public one, and those are not allowed
	Refused                      // nothing listens there
	Unreachable                  // could not be connected to for another reason
	TimedOut                     // did not answer in time
	Closed                       // closed the connection, plain and encrypted
	NotBitTorrent                // speaks something else
	OtherTorrent                 // answers with another infohash
	NoExtensions                 // has no extension bit (BEP 10)
	NoMetadata                   // does not offer ut_metadata (BEP 9)
	Rejected                     // rejected the requests
	SizeMismatch                 // claims a size that cannot be, or that others disproved
	HashMismatch                 // sent what the infohash or the pieces root does not fit
	Malformed                    // broke the protocol
	Flooded                      // sent too much that nobody asked for
	BadEncryption                // failed in the encryption handshake (MSE)
	numReasons
)

// String returns the reason in a few words.
func (r Reason) String() string {
	names := [numReasons]string{"delivered", "unneeded", "private address", "refused", "unreachable", "timeout", "closed",
		"not bittorrent", "other torrent", "no extension bit", "no ut_metadata", "reject", "size mismatch", "hash mismatch",
		"malformed", "flood", "encryption failed"}
	if r < numReasons {
		return names[r]
	}
	return "unknown"
}

// ErrPrivateAddress is that an address is not a public one, and was named by a
// stranger. Sources may fail with it, too.
var ErrPrivateAddress = dial.ErrPrivate

// What visiting a peer can fail with, beside the errors of peerwire.
var (
	errNoMetadata = errors.New("the peer does not offer ut_metadata")
	errRejected   = errors.New("the peer rejects requests")
	errSize       = errors.New("the metadata size cannot be right")
	errHash       = errors.New("what the peer sent does not fit the hash")
	errUnneeded   = errors.New("no longer needed")
)

func classify(err error) Reason {
	var netErr net.Error
	var opErr *net.OpError
	for _, c := range []struct {
		is     error
		reason Reason
	}{
		{errUnneeded, Unneeded}, {context.Canceled, Unneeded}, {net.ErrClosed, Unneeded}, {dial.ErrPrivate, PrivateAddress},
		{errNoMetadata, NoMetadata}, {errRejected, Rejected}, {errSize, SizeMismatch}, {errHash, HashMismatch},
		{peerwire.ErrInfoHash, OtherTorrent}, {peerwire.ErrNoExtensions, NoExtensions}, {peerwire.ErrMessage, Malformed},
		{peerwire.ErrFlood, Flooded}, {peerwire.ErrProtocol, NotBitTorrent}, {peerwire.ErrEncryption, BadEncryption},
		{syscall.ECONNREFUSED, Refused}, {context.DeadlineExceeded, TimedOut}, {os.ErrDeadlineExceeded, TimedOut},
		{io.EOF, Closed}, {io.ErrUnexpectedEOF, Closed}, {syscall.ECONNRESET, Closed}, {syscall.EPIPE, Closed},
	} {
		if errors.Is(err, c.is) {
			return c.reason
		}
	}
	switch {
	case err == nil:
		return Delivered
	case errors.As(err, &netErr) && netErr.Timeout():
		return TimedOut
	case errors.As(err, &opErr) && opErr.Op != "dial":
		return Closed
	}
	return Unreachable
}
