module github.com/torrentkit/torrentkit

go 1.26

require (
	github.com/zeebo/bencode v1.0.0
	golang.org/x/sys v0.46.0
)
