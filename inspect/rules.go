package inspect

import "github.com/torrentkit/torrentkit/metainfo"

// Rule is one thing that Lint judges.
type Rule struct {
	// ID is a stable name, like piece-layers.
	ID       string
	Severity metainfo.Severity
	// BEP is the number of the specification, 0 where the rule follows none.
	BEP int
	// Section is the part of the BEP, or what the rule rests on instead.
	Section string
	// Summary words what is found.
	Summary string
	// Advice is one sentence about what to do.
	Advice string
	Scope  Scope
}

// Scope tells when a rule judges.
type Scope uint8

// The scopes.
const (
	Always Scope = iota
	// ForTarget is a rule that judges only for a chosen target. One of them that is
	// an error says that the target does not load the torrent.
	ForTarget
	// WhenDenied is a rule that judges only where LintOptions.Deny names it.
	WhenDenied
)

// Rules returns all rules, those about the encoding first and those about
// targets and those that are asked for last.
func Rules() []Rule {
	var all []Rule
	// Each appends its rules: a list that was returned would be an array type of its own, with code that compares two of it.
	for _, appendRules := range []func([]Rule) []Rule{
		appendEncoding, appendStructure, appendV2, appendNames, appendTrackers, appendTargets, appendAsked,
	} {
		all = appendRules(all)
	}
	return all
}

func appendEncoding(all []Rule) []Rule {
	const section = "bencoding"
	return append(all, []Rule{
		{"bencode", metainfo.Error, 3, section, "not bencode", "Make the torrent again, the file is damaged or no torrent at all.", Always},
		{"trailing-data", metainfo.Error, 3, section, "bytes follow the end of the torrent", "Cut the file off at the byte that is named.", Always},
		{"leading-data", metainfo.Error, 3, section, "bytes stand in front of the torrent", "Cut them off, clients do not look behind them.", Always},
		{"bad-integer", metainfo.Error, 3, section, "an integer is no number", "Write it in decimal digits, as clients refuse the whole torrent for it.", Always},
		{"bad-key", metainfo.Error, 3, section, "a key of a dictionary is no string", "Leave it out, as clients refuse the whole torrent for it.", Always},
		{"unsorted-keys", metainfo.Error, 3, section, "keys of a dictionary are out of order", "Sort the keys as raw bytes: clients that encode info again compute another infohash.", Always},
		{"duplicate-key", metainfo.Error, 3, section, "a key stands twice in a dictionary", "Keep one of the two, as programs disagree on which one counts.", Always},
		{"duplicate-info", metainfo.Error, 3, section, "the torrent has two info dictionaries", "Make the torrent again, its infohash depends on the program that reads it.", Always},
		{"leading-zero", metainfo.Error, 3, section, "a number is written with leading zeros", "Write numbers without leading zeros, as strict decoders refuse them.", Always},
		{"negative-zero", metainfo.Error, 3, section, "zero is written with a minus", "Write zero as i0e.", Always},
		{"big-integer", metainfo.Warning, 3, section, "an integer does not fit into 64 bits", "Keep integers within 64 bits, as most programs cut or refuse larger ones.", Always},
		{"not-utf8", metainfo.Error, 3, "metainfo files", "text is not UTF-8", "Write names as UTF-8, or give name.utf-8 and path.utf-8 beside them.", Always},
		{"mistyped", metainfo.Warning, 3, "metainfo files", "a value has the wrong type and is ignored", "Give the value the type that the specification says.", Always},
		{"misplaced-key", metainfo.Warning, 3, "metainfo files", "a key stands inside of info that belongs outside, or the other way round", "Move the key, clients do not look for it there.", Always},
		{"encoding", metainfo.Warning, 3, "metainfo files", "encoding is not UTF-8", "Write all text as UTF-8 and leave the key encoding out.", Always},
	}...)
}

func appendStructure(all []Rule) []Rule {
	const section = "info dictionary"
	return append(all, []Rule{
		{"not-a-torrent", metainfo.Error, 3, "metainfo files", "the file is something else", "Check that this is the right file, and get it again if it is not.", Always},
		{"no-info", metainfo.Error, 3, "metainfo files", "there is no info dictionary", "Check that this is the right file: a tracker's reply or a resume file has none either.", Always},
		{"no-pieces", metainfo.Error, 3, section, "there are no hashes of pieces", "Make the torrent again.", Always},
		{"piece-length", metainfo.Error, 3, section, "piece length is missing or not possible", "Use a power of two of at least 16 KiB.", Always},
		{"odd-piece-length", metainfo.Warning, 3, section, "piece length is not a power of two of at least 16 KiB", "Use a power of two from 16 KiB to 16 MiB, clients refuse or waste memory on others.", Always},
		{"pieces", metainfo.Error, 3, section, "the hashes do not fit the content", "Make the torrent again, the number of pieces must be the size divided by the piece length, rounded up.", Always},
		{"files", metainfo.Error, 3, section, "the list of files is missing or broken", "Give either length or files, and at least one file.", Always},
		{"length", metainfo.Error, 3, section, "a file has no valid length", "Give each file a length from 0 to 2^63-1.", Always},
		{"layout", metainfo.Error, 3, section, "the files cannot be laid out in pieces", "Make the torrent again, in a hybrid pad files must bring each file to a piece boundary.", Always},
		{"no-content", metainfo.Error, 3, section, "all files are empty", "Put content into it, clients refuse torrents of no bytes.", Always},
		{"creation-date", metainfo.Warning, 3, "metainfo files", "creation date is not a time", "Write it as seconds since 1970, an integer.", Always},
		{"date-future", metainfo.Warning, 3, "metainfo files", "creation date lies in the future", "Set the clock, and --date when you make it again.", Always},
		{"pad-file", metainfo.Error, 47, "pad files", "a pad file is longer than any piece", "Make the torrent again: padding brings a file to the next piece, and is shorter than one.", Always},
		{"tail-padding", metainfo.Warning, 47, "pad files", "the last file is padding", "Leave the pad file at the end out: with it, clients that pad by themselves get another infohash.", Always},
		{"stray-padding", metainfo.Warning, 47, "pad files", "a pad file does not end on a piece boundary", "Leave the pad file out, it aligns nothing.", Always},
		{"link-target", metainfo.Warning, 47, "extended file attributes", "a symbolic link leads to nothing", "Give the link a symlink path, from the torrent's folder to a file or folder in it.", Always},
		{"link-circle", metainfo.Warning, 47, "extended file attributes", "symbolic links lead in a circle", "Let the link lead to a file or folder.", Always},
		{"link-length", metainfo.Error, 47, "extended file attributes", "a symbolic link has a length", "Give links no length or 0: clients disagree on whether it counts, and so on where all files behind it begin.", Always},
	}...)
}

func appendV2(all []Rule) []Rule {
	const section = "metainfo files"
	return append(all, []Rule{
		{"meta-version", metainfo.Error, 52, section, "meta version is not one that is known, or has no file tree", "Use meta version 2 together with a file tree.", Always},
		{"meta-version-ignored", metainfo.Warning, 52, section, "only the v1 part of the torrent can be read", "Use meta version 2 together with a file tree.", Always},
		{"file-tree", metainfo.Error, 52, section, "the file tree is broken", "Make the torrent again.", Always},
		{"pieces-root", metainfo.Error, 52, section, "a file has no valid pieces root", "Make the torrent again.", Always},
		{"empty-pieces-root", metainfo.Warning, 52, section, "an empty file has a pieces root", "Leave the pieces root of empty files out.", Always},
		{"piece-layers", metainfo.Error, 52, section, "a piece layer is wrong", "Make the torrent again, the layer does not hash to the pieces root of its file.", Always},
		{"no-piece-layer", metainfo.Error, 52, section, "a file has no piece layer", "Keep the piece layers when the torrent is passed on: without them no piece of the file can be checked.", Always},
		{"stray-piece-layer", metainfo.Warning, 52, section, "a piece layer belongs to no file", "Leave the piece layer out.", Always},
		{"hybrid-disagrees", metainfo.Error, 52, "upgrade path", "the v1 and the v2 part do not lay out the same files at the same places", "Make the torrent again: both parts must describe the same content, with one pad file in front of each file that would not begin a piece.", Always},
	}...)
}

// PortableNames is the section of the rules for names that not every system takes.
const PortableNames = "portable file names"

func appendNames(all []Rule) []Rule {
	const portable = PortableNames
	return append(all, []Rule{
		{"bad-name", metainfo.Error, 3, "info dictionary", "a name is missing, empty or impossible", "Give every file and the torrent a name.", Always},
		{"bad-path", metainfo.Error, 3, "info dictionary", "a path is missing, empty or of the wrong type", "Give every file a path, a list of names.", Always},
		{"path-escapes", metainfo.Error, 3, "info dictionary", "a path could lead out of the folder", "Do not load this torrent: a name must not be . or .. or hold a slash.", Always},
		{"path-length", metainfo.Error, 0, "limits of torrentkit", "paths are out of proportion to the torrent", "Use shorter names of folders.", Always},
		{"duplicate-path", metainfo.Error, 3, "info dictionary", "two files have the same path", "Rename one of the two.", Always},
		{"name-collision", metainfo.Warning, 0, portable, "names differ only in case or Unicode form", "Rename one of them: on Windows and macOS one file overwrites the other.", Always},
		{"not-nfc", metainfo.Warning, 0, portable, "a name is not in Unicode form NFC", "Rename the file to form NFC, the same letters look alike and do not match otherwise.", Always},
		{"reserved-name", metainfo.Warning, 0, portable, "a name cannot be used on Windows", `Avoid <>:"\|?*, dots and spaces at the end, and names of devices such as CON.`, Always},
		{"control-character", metainfo.Warning, 0, portable, "a name has control or invisible characters", "Rename the file.", Always},
		{"bidi-character", metainfo.Warning, 0, portable, "a name has characters that reverse the direction of text", "Rename the file, the characters can hide what kind of file it is.", Always},
		{"long-name", metainfo.Warning, 0, portable, "a name is longer than 255 bytes", "Shorten the name, most file systems refuse it.", Always},
		{"long-path", metainfo.Warning, 0, portable, "a path is longer than 240 characters", "Shorten the path, Windows ends paths at 260 characters with the folder in front.", Always},
	}...)
}

func appendTrackers(all []Rule) []Rule {
	return append(all, []Rule{
		{"tracker-url", metainfo.Error, 3, "trackers", "a tracker is not a URL", "Correct the URL.", Always},
		{"tracker-scheme", metainfo.Error, 3, "trackers", "no client speaks the scheme of a tracker", "Use http, https, udp, ws or wss.", Always},
		{"tracker-port", metainfo.Error, 15, "UDP tracker protocol", "a tracker has no usable port", "Give a port from 1 to 65535; udp trackers have no default port.", Always},
		{"tracker-loopback", metainfo.Error, 3, "trackers", "a tracker is on this very machine", "Use the address by which others reach the tracker.", Always},
		{"tracker-private-address", metainfo.Warning, 3, "trackers", "a tracker has an address of a private network", "Use a public address unless all peers are in that network.", Always},
		{"tracker-duplicate", metainfo.Warning, 12, "multitracker metadata", "a tracker is listed twice", "List each tracker once.", Always},
		{"announce-not-in-list", metainfo.Warning, 12, "multitracker metadata", "announce is not in announce-list", "Put the URL into announce-list too: clients ignore announce where there is a list.", Always},
		{"empty-tier", metainfo.Warning, 12, "multitracker metadata", "announce-list has no tracker, or a tier without any", "Leave empty tiers out.", Always},
		{"private-nodes", metainfo.Error, 27, "private torrents", "a private torrent has DHT nodes", "Remove nodes: peers of a private torrent come from its trackers only.", Always},
		{"private-trackers", metainfo.Warning, 27, "private torrents", "a private torrent has trackers on several hosts", "Keep a private torrent to one tracker, as clients must not mix their peers.", Always},
		{"private-no-tracker", metainfo.Error, 27, "private torrents", "a private torrent has no tracker", "Add a tracker, or remove private: nobody can find peers otherwise.", Always},
		{"passkey", metainfo.Warning, 0, "secrets", "a torrent that is not private has what looks like a passkey", "Remove the passkey before you publish it: others act in your name with it.", Always},
		{"web-seed-url", metainfo.Error, 19, "metadata extension", "a web seed is not a URL of http, https or ftp", "Correct the URL.", Always},
		{"web-seed-slash", metainfo.Warning, 19, "metadata extension", "the web seed of a folder does not end in a slash", "End the URL in a slash, clients append the name and path to it.", Always},
	}...)
}

func appendTargets(all []Rule) []Rule {
	const section = "limits of the target"
	return append(all, []Rule{
		{"target-size", metainfo.Error, 0, section, "the .torrent is larger than the target loads", "Use longer pieces, or split the content.", ForTarget},
		{"target-tokens", metainfo.Error, 0, section, "the .torrent has more values than the target decodes", "Put fewer files into one torrent.", ForTarget},
		{"target-pieces", metainfo.Error, 0, section, "there are more pieces than the target loads", "Use longer pieces.", ForTarget},
		{"target-piece-length", metainfo.Error, 0, section, "the target does not load this piece length", "Use a power of two from 16 KiB to 16 MiB.", ForTarget},
		{"target-format", metainfo.Error, 0, section, "the target does not load this format", "Make a v1 or a hybrid torrent.", ForTarget},
		{"target-content", metainfo.Error, 0, section, "the target does not load what is in it", "Mend what is named, or make the torrent again.", ForTarget},
		{"target-padding", metainfo.Warning, 47, section, "the target takes padding for content", "Make a v1 torrent without padding (-f v1), if people download it with that program.", ForTarget},
		{"target-name", metainfo.Warning, 0, section, "the target gives a file another name", "Rename one of the two: who has the files under their own names cannot seed them.", ForTarget},
		{"target-tracker", metainfo.Warning, 0, section, "the target does not speak to a tracker", "Add a tracker that the target speaks to.", ForTarget},
		{"index-infohash", metainfo.Warning, 0, "Torrust index", "the index stores the torrent under another infohash", "Make it without the keys that are named, or publish the infohash that the index shows.", ForTarget},
		{"index-download", metainfo.Warning, 0, "Torrust index", "what people download from the index has another infohash than the one that the tracker knows", "Change what is named, so that all who have the torrent meet.", ForTarget},
		{"index-key", metainfo.Warning, 0, "Torrust index", "the index drops a key", "Do not rely on the key for what is downloaded from the index.", ForTarget},
		{"index-tracker", metainfo.Warning, 0, "Torrust index", "the index replaces the tracker", "Expect the tracker of the index in what is downloaded from there.", ForTarget},
	}...)
}

func appendAsked(all []Rule) []Rule {
	return append(all, []Rule{
		{"season-gap", metainfo.Warning, 0, "names of episodes", "an episode is missing between others of its season", "Add the episode, or leave --deny season-gap out if there is none of that number.", WhenDenied},
	}...)
}
