// Package dial opens the program's connections, and decides to whom. It is the
// one place that knows which addresses are public, which redirects are followed,
// and who may go through a proxy.
//
// # Who named the host
//
// What a person named on the command line may be anywhere. What a stranger named
// (a link, a torrent, a tracker's answer, the DHT, a redirect) must be at a public
// address, unless [Dialer.AllowPrivate] is set: otherwise whoever makes a link
// could have us knock at the doors of the network that we run in.
//
// The address is judged that the socket connects to, not the name, nor what an
// earlier look-up said: an answer of the DNS that changes in between, and the odd
// forms of addresses (0177.0.0.1, 2130706433), lead nowhere else. From the first
// redirect on, a person's host is a stranger: a public one cannot lead inside. A
// host that is inside itself may lead to itself.
//
// # Proxies
//
// A proxy connects for us, to whatever address. So what strangers name goes
// through none, whatever the environment says; what the person named goes through
// the one that they gave. The proxy looks names up, and it is its network that they
// lead into; redirects to addresses are judged here all the same.
//
// # File descriptors
//
// That this process has none left is not the fault of whom it wants to ask: a
// connection waits for one ([Dialer.DialContext]), and [Sockets] says how many to
// want at once.
//
// The package speaks no protocol, asks for no password, and keeps nothing.
package dial
