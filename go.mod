module github.com/torrentkit/torrentkit

go 1.26
