package magnet

import "fmt"

// MaxLength is the longest link that is read, in bytes.
const MaxLength = 1 << 20

const maxIssues = 200

// Error says where and why text is not a usable magnet link.
type Error struct {
	Offset int // byte offset in the input
	Reason string
}

// Error tells the reason and the byte.
func (e *Error) Error() string {
	return fmt.Sprintf("magnet link: %s (byte %d)", e.Reason, e.Offset)
}

// Issue is one thing in a link, or in making one, that was not as it should be.
type Issue struct {
	Kind   IssueKind
	Param  string // the parameter's key as it was written; "" for the link as a whole
	Offset int    // byte offset in the input; 0 when a link is made
	Detail string // one line, with what strangers wrote quoted
}

// String tells the issue in one line.
func (i Issue) String() string {
	s := i.Kind.String() + ": "
	if i.Param != "" {
		s += fmt.Sprintf("%q: ", i.Param)
	}
	return s + i.Detail
}

// Lost reports whether something of the input is not in the result.
func (i Issue) Lost() bool { return i.Kind >= IssueDropped }

// IssueKind tells the ways in which a link can be unusual. Kinds from IssueDropped
// on mean that something was lost.
type IssueKind uint8

// The kinds of issues.
const (
	IssueSurroundings IssueKind = iota // quotes, markup, line breaks or text around or inside the link
	IssueScheme                        // not exactly magnet:?
	IssueSeparator                     // &amp; where & belongs
	IssueEscape                        // a broken, missing or doubled percent escape
	IssueKey                           // upper-case or numbered parameter
	IssueHash                          // an infohash in the wrong form that could be understood
	IssueCharset                       // a name that is not UTF-8
	IssueAddress                       // a tracker, source or peer that may not be usable
	IssueStray                         // a parameter that probably belongs to the URL before it
	IssueOrder                         // ranges out of order or overlapping
	IssueRepeated                      // the same value twice
	IssueDropped                       // a value that cannot be read
	IssueConflict                      // a second, different value where one can be
	IssueSecret                        // a tracker left out because its URL holds a passkey
	IssueTooLong                       // a tracker left out to keep the link short
	IssueMore                          // more issues than are listed
)

// String returns the kind as one word or two.
func (k IssueKind) String() string {
	names := [...]string{"surroundings", "scheme", "separator", "escape", "key", "hash", "charset", "address",
		"stray", "order", "repeated", "dropped", "conflict", "secret", "too long", "more"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}
