// Package inspect reads torrents.
//
// [Parse] gives a typed view of the bytes of a .torrent and fails, with the key
// and the byte offset, on what makes it unusable; what other clients load in
// spite of its faults is a warning in the view. [Read] goes on after errors and
// returns all of them, for judging a torrent.
//
// The package opens no files and makes no connections: bytes in, view out.
package inspect

import (
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/metainfo"
)

// Torrent is a view of the bytes of a .torrent, which it shares.
type Torrent = metainfo.Torrent

// File is a file of a torrent.
type File = metainfo.File

// Fields are the keys that say nothing about the content.
type Fields = metainfo.Fields

// Key is a key that the view does not know.
type Key = metainfo.Key

// Problem is one thing that is wrong with a torrent.
type Problem = metainfo.Problem

// Severity grades a Problem.
type Severity = metainfo.Severity

// The severities.
const (
	Warning = metainfo.Warning
	Error   = metainfo.Error
)

// Format is the set of metadata versions that a torrent has.
type Format = layout.Format

// The formats: BEP 3, BEP 52, and both in one torrent.
const (
	V1     = layout.V1
	V2     = layout.V2
	Hybrid = layout.Hybrid
)

// Parse reads the bytes of a .torrent. The error is a Problem.
func Parse(raw []byte) (*Torrent, error) { return metainfo.Parse(raw) }

// Read reads as much of a .torrent as it can and returns everything that is
// wrong with it. The torrent is nil where nothing could be read.
func Read(raw []byte) (*Torrent, []Problem) { return metainfo.Read(raw) }
