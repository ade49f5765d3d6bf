// Package announce asks BitTorrent trackers one question at a time: it
// announces once, scrapes once, or goes through a battery of checks, and says
// exactly what was sent, what came back and how long it took.
//
// # What it speaks
//
// HTTP and HTTPS (BEP 3, 7, 21, 23, 24, 31, 48), UDP (BEP 15 with its
// retransmissions, BEP 41) and WebSocket as WebTorrent has it.
//
//   - [Probe] announces to one tracker, on one or on every address of its host;
//     [ProbeAll] asks many at once, [Ping] one again and again. [Plan] shows what
//     would be sent, and sends nothing.
//   - [Scrape] counts peers, [ScrapeEach] at many trackers at once, [ScrapeDHT] in
//     the DHT.
//   - [Doctor] examines a tracker by the [Checks]; [Health] asks a health check.
//   - [Decode] reads an answer that somebody else captured; [Outline],
//     [RequestFields] and [AnswerFields] take what was sent and received apart.
//   - [ParseCheckerConfig] reads the configuration of Torrust's tracker checker;
//     [CheckerAnnounceURL] is where that asks a tracker, and [CheckerHash] about what.
//
// A [Query] is about an infohash of package metainfo; [RandomHash] is one that
// nobody has. [ParseEvent] reads an event, [ClientName] a peer id.
//
// # What is trusted
//
// Nothing. Answers are capped at 2 MiB after decompression, datagrams at
// 64 KiB, redirects at 5, and every wait ends with the context or the timeout.
// A readable answer that breaks a rule is decoded all the same, and each
// broken rule becomes a [Finding]; an unreadable one becomes a [Failure] with
// one of the [Codes].
//
// # Secrets
//
// Announce URLs carry passkeys. Fields that hold URLs hold them whole, and
// trackers' own words are as they came; of the URLs in texts that this package
// makes, errors above all, secrets show as three stars and a fingerprint.
// metainfo.RedactText does the same for a tracker's words.
//
// The package is not a client: it never joins a swarm to exchange data, does
// not listen for peers, does not read torrents or magnet links, and never
// prints.
package announce
