// Package index publishes torrents to a Torrust index, and asks what one has: a small client of its REST API, version 1,
// as Torrust Index 3.0.0 speaks it.
//
// [New] makes a [Client] of one index, and [ReadToken] tells whose a token is and until when. Questions that change nothing are asked again where no answer comes; an upload is never sent
// twice, unless no connection came about. What the index says no to is a [*Refusal], with its reason; anything else that
// goes wrong is a [*Failure]. Replies are bounded, redirects are followed only within the index, and neither
// the token nor a password is in any error.
//
// The package judges no torrent, stores no token, and announces nothing. What an index makes of a torrent, package inspect
// predicts.
package index
