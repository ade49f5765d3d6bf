// Package inspect reads, judges and compares torrents.
//
// [Parse] gives a typed view of the bytes of a .torrent and fails, with the key
// and the byte offset, on what makes it unusable; what other clients load in
// spite of its faults is a warning in the view. [Read] goes on after errors and
// returns all of them. [Query] finds any key, whether it has a meaning here or
// not.
//
// [Lint] judges by named [Rules]: the BEPs, names that do not travel, trackers
// that cannot work, and the limits of a [Target]. [PredictIndex] tells what the
// Torrust index makes of an upload.
//
// [Diff] compares two torrents, [Common] finds the files that several share, and
// [Stats] are totals over many. Content is the same where its hashes say so;
// where they cannot be compared, that is the answer.
//
// [Dump] writes any bencode as JSON without loss, and [Restore] writes the
// bencode again. Both stream.
//
// The package opens no files, makes no connections and hashes no content: bytes
// in, values out. It writes no torrents (package create does), and what a
// finding is worth, an exit code or a colour, is the business of its callers.
package inspect

import (
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
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
