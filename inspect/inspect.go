// Package inspect judges and compares torrents, and shows any of their bytes.
//
// [Lint] judges by named [Rules], and [LintTorrent] a torrent that is no document yet: the BEPs, names that do not travel, trackers
// that cannot work, and the limits of a [Target] ([Targets] are all). [PredictIndex]
// tells what the Torrust index makes of an upload.
//
// [Diff] compares two torrents, [Common] finds the files that several share, and
// [Stats] are totals over many, and [KeyCounts] tells which keys they have. Content is the same where its hashes say so;
// where they cannot be compared, that is the answer. [TrackerHosts] is what
// torrents are grouped by.
//
// [Query] finds any key, whether it has a meaning or not, and [Text] is what a
// string or a number says. [Dump] writes any bencode as JSON without loss, and
// [Restore] writes the bencode again. Both stream.
//
// The package opens no files, makes no connections and hashes no content: bytes
// in, values out. It reads torrents by package metainfo and writes none, and what
// a finding is worth, an exit code or a colour, is the business of its callers.
package inspect
