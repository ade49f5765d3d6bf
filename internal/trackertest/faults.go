package trackertest

// Fault is one thing that a tracker does wrong. Without any, the tracker
// follows the BEPs.
type Fault string

// Broken answers to every HTTP announce and scrape.
const (
	HTML           Fault = "html"             // a page with status 200
	HTML404        Fault = "html-404"         // a page with status 404
	Gzip           Fault = "gzip"             // compressed, as it should be
	GzipUndeclared Fault = "gzip-undeclared"  // compressed without Content-Encoding
	GzipBomb       Fault = "gzip-bomb"        // 3 MiB of zeros, compressed
	Huge           Fault = "huge"             // 2 GiB
	Slow           Fault = "slow"             // a byte each 50 ms
	Truncated      Fault = "truncated"        // half of what Content-Length promises
	HalfBencode    Fault = "half-bencode"     // a whole body, half a dictionary
	Nested         Fault = "nested"           // a million lists
	HugeString     Fault = "huge-string"      // a string that claims 2 GiB
	Empty          Fault = "empty"            // a body of no bytes
	RedirectLoop   Fault = "redirect-loop"    // to itself, for ever
	RedirectFive   Fault = "redirect-five"    // five times, then an answer
	RedirectUDP    Fault = "redirect-udp"     // to a udp:// URL
	RedirectFile   Fault = "redirect-file"    // to a file:// URL
	RedirectBare   Fault = "redirect-bare"    // to itself without the query
	EndlessHead    Fault = "endless-head"     // header lines without end
	NotHTTP        Fault = "not-http"         // bytes that are no HTTP
	Hangup         Fault = "hangup"           // closes the connection unanswered
	Mute           Fault = "mute"             // accepts, and never answers, over any transport
	EchoesSecrets  Fault = "echoes-secrets"   // a failure reason that repeats the request
	TrailingData   Fault = "trailing-data"    // bytes behind the dictionary
	Surplus        Fault = "surplus"          // bytes behind the Content-Length, which repeat the request
	BigInterval    Fault = "big-interval"     // an interval over 64 bits
	Negative       Fault = "negative"         // complete is -1
	Latin1PeerID   Fault = "latin1-peer-id"   // peer ids as UTF-8
	ExternalIP     Fault = "external-ip"      // says our address (BEP 24); no fault
	ExternalIPText Fault = "external-ip-text" // says our address in words
	PeerNowhere    Fault = "peer-nowhere"     // every other peer is at 0.0.0.0
	CacheForever   Fault = "cache-for-ever"   // answers may be kept for a day
	RetryIn        Fault = "retry-in"         // refuses, with retry in (BEP 31); no fault
	RetryNever     Fault = "retry-never"      // refuses for ever
	Warns          Fault = "warns"            // gives a warning message and a tracker id; no fault
	Status500      Fault = "status-500"       // an empty 500
	Status429      Fault = "status-429"       // too many requests
	BencodeStatus  Fault = "bencode-status"   // a good answer under status 404
	Unregistered   Fault = "unregistered"     // refuses every torrent with a reason
	DroppedScrapes Fault = "dropped-scrapes"  // answers 10 hashes of a scrape, silently
	CertExpired    Fault = "cert-expired"     // https and wss only
	CertOtherHost  Fault = "cert-other-host"  // https and wss only
	CertSelfSigned Fault = "cert-self-signed" // https and wss only: an authority that nobody knows
)

// Broken answers over UDP.
const (
	UDPWrongTransaction Fault = "udp-wrong-transaction" // every answer has another transaction id
	UDPStrays           Fault = "udp-strays"            // an empty, a short and a foreign datagram before each answer
	UDPEmpty            Fault = "udp-empty"             // empty datagrams for answers
	UDPElsewhere        Fault = "udp-elsewhere"         // answers from another port
	UDPOversized        Fault = "udp-oversized"         // 60 KB of peers
	UDPUnlisted8        Fault = "udp-unlisted-8"        // 8 bytes where an announce answer is due
	UDPShortAnnounce    Fault = "udp-short-announce"    // 15 bytes where an announce answer is due
	UDPShortConnect     Fault = "udp-short-connect"     // 12 bytes where a connect answer is due
	UDPLossy            Fault = "udp-lossy"             // every first datagram is lost
	UDPError            Fault = "udp-error"             // an error packet for every announce
	UDPEchoesSecrets    Fault = "udp-echoes-secrets"    // an error text that repeats the URL data
	UDPErrorNUL         Fault = "udp-error-nul"         // error texts end in NUL
)

// Broken answers over WebSocket.
const (
	WSNotJSON    Fault = "ws-not-json"
	WSHuge       Fault = "ws-huge"       // a message of 3 MiB
	WSCloses     Fault = "ws-closes"     // closes instead of answering
	WSChatty     Fault = "ws-chatty"     // offers and other torrents' answers first
	WSNested     Fault = "ws-nested"     // arrays, a hundred thousand deep
	WSWrongTypes Fault = "ws-wrong-type" // strings where numbers are due
)

// Deviations that a conformance check is to find.
const (
	ContentTypeHTML     Fault = "content-type-html"
	UnsortedKeys        Fault = "unsorted-keys"
	NoInterval          Fault = "no-interval"
	IntervalZero        Fault = "interval-zero"
	MinIntervalLong     Fault = "min-interval-long"
	PeersLength         Fault = "peers-length"
	Peers6Length        Fault = "peers6-length"
	DictsByDefault      Fault = "dicts-by-default"
	Compact0Error       Fault = "compact-0-error" // HTTP 400 with HTML
	Compact1Dicts       Fault = "compact-1-dicts"
	NumWantIgnored      Fault = "numwant-ignored"
	NumWant200Error     Fault = "numwant-200-error"
	StartedError        Fault = "started-error"
	CompletedError      Fault = "completed-error"
	StoppedError        Fault = "stopped-error"
	NoEventError        Fault = "no-event-error"
	PausedError         Fault = "paused-error"
	EmptyEventError     Fault = "empty-event-error"
	UnknownEvent500     Fault = "unknown-event-500"
	BadRequestsAccepted Fault = "bad-requests-accepted"
	BadRequests500      Fault = "bad-requests-500" // 500 with HTML
	SeveralHashes500    Fault = "several-hashes-500"
	Head500             Fault = "head-500"
	NoKeepAlive         Fault = "no-keep-alive"
	FailureStatus400    Fault = "failure-status-400"
	NoPeerIDIgnored     Fault = "no-peer-id-ignored"
	UnknownParamError   Fault = "unknown-param-error"
	LowerEscapesBroken  Fault = "lower-escapes-broken"
	UDPPeersLength      Fault = "udp-peers-length"
	UDPUnknownSilent    Fault = "udp-unknown-silent"
	UDPShortAnswered    Fault = "udp-short-answered"
	UDPOptionsError     Fault = "udp-options-error"
	UDPUnknownOption    Fault = "udp-unknown-option-error"
	UDPEvent4Silent     Fault = "udp-event-4-silent"
	UDPNumWantIgnored   Fault = "udp-numwant-ignored"
	UDPDefaultNone      Fault = "udp-default-none"
	UDPIDUnchecked      Fault = "udp-id-unchecked"
	UDPIDConstant       Fault = "udp-id-constant"
	UDPIDUnbound        Fault = "udp-id-unbound"
	UDPIDForever        Fault = "udp-id-for-ever"
	UDPSwapped          Fault = "udp-counts-swapped"
	UDPScrapeLength     Fault = "udp-scrape-length"
	UDPScrapeTable      Fault = "udp-scrape-table"   // counts in the order of a table, one for all that are the same
	UDPScrapeOmits      Fault = "udp-scrape-omits"   // unknown torrents are left out
	UDPScrapeAnyID      Fault = "udp-scrape-any-id"  // scrapes are answered whatever the connection id
	UDPErrorNoID        Fault = "udp-error-no-id"    // error packets have transaction id 0
	UDPNegative         Fault = "udp-negative"       // the count of seeders is -1
	UDPErrorOtherID     Fault = "udp-error-other-id" // error packets have another transaction id
	UDPForeignError     Fault = "udp-foreign-error"  // an error packet with transaction id 0 before each answer
	UDPZeroInterval     Fault = "udp-interval-zero"
	UDPIDSilent         Fault = "udp-id-silent"      // bad connection ids are passed over
	UDPIDShort          Fault = "udp-id-short-lived" // connection ids die at once
	WSNoInterval        Fault = "ws-no-interval"
	WSWrongHash         Fault = "ws-no-hash"
	WSInvalidSilent     Fault = "ws-invalid-silent"
	WSShortHashSilent   Fault = "ws-short-hash-silent"
	WSUnlistedHangup    Fault = "ws-unlisted-hangup"
	WSScrapeSilent      Fault = "ws-scrape-silent"
	WSNoUpgrade         Fault = "ws-no-upgrade"
	SwarmHidden         Fault = "swarm-hidden"
	SwarmWrongPort      Fault = "swarm-wrong-port"
	SwarmSelf           Fault = "swarm-self"
	SwarmFrozen         Fault = "swarm-frozen"
	SwarmNoCompleted    Fault = "swarm-completed-ignored"
	SwarmCompletedTwice Fault = "swarm-completed-twice"
	SwarmStoppedIgnored Fault = "swarm-stopped-ignored"
	ScrapeDisagrees     Fault = "scrape-disagrees"
	ViewsDisagree       Fault = "views-disagree"
	HonoursIP           Fault = "honours-ip"
	HonoursIPv4         Fault = "honours-ipv4"
	HonoursForwarded    Fault = "honours-forwarded"
	HonoursUDPIP        Fault = "honours-udp-ip"
	KeepsPortZero       Fault = "keeps-port-zero"
	PhantomPeers        Fault = "phantom-peers"
	ScrapeLimit         Fault = "scrape-limit" // 30 hashes
	FullScrapeOpen      Fault = "full-scrape-open"
	ScrapeUnknownError  Fault = "scrape-unknown-error"
	ScrapeUnsorted      Fault = "scrape-unsorted"
	ScrapeMangled       Fault = "scrape-mangled"
	ScrapeMissingKeys   Fault = "scrape-missing-keys"
	ScrapeClosed        Fault = "scrape-closed"
	Busy                Fault = "busy"         // others come and go in swarms that have peers; no fault by itself
	ScrapeZeros         Fault = "scrape-zeros" // counts nobody in any torrent, over HTTP
	Whitelist           Fault = "whitelist"    // refuses torrents that Allow does not name; no fault by itself
	Private             Fault = "private"      // wants key as the last part of its paths over HTTP, and scrapes zeros without; no fault by itself
	WantsProxy          Fault = "wants-proxy"  // X-Forwarded-For is where we are, and must be there; no fault by itself
	UnlistedHTML        Fault = "unlisted-html"
	UnlistedEightBytes  Fault = "unlisted-eight-bytes"
)
