package faults

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	crash = regexp.MustCompile(`(?m)^(panic:|fatal error:|runtime: |SIG[A-Z]+: |goroutine \d+ )`)
	// moment are lines of results that depend on how long ago files were made: a journal does not trust the youngest.
	moment = regexp.MustCompile(`(?m)^from_the_journal\t.*\n|"from_the_journal":\d+|^read_since\t.*\n|,?"read_since":"[^"]*"`)
	noise  = regexp.MustCompile(`(?m)^\S*strace: .*\n`)
)

// struck are the calls of a run that were tampered with, if all of them are the story's: on a file of its folder, a
// stream or a socket.
func (r *rehearsal) struck(dir string, calls []call) (hits []call, ok bool) {
	for _, c := range calls {
		if !c.injected {
			continue
		}
		_, inside := c.within(dir)
		if !inside && c.toward() == "" && !(r.asks && c.onSocket()) {
			return nil, false
		}
		hits = append(hits, c)
	}
	return hits, len(hits) > 0
}

// files says what is wrong with the folder after a run that was struck. What was there is there, whole or as it will
// be; what is new is complete.
func (r *rehearsal) files(now tree, killed bool) (wrong []string) {
	for rel := range r.before {
		if _, ok := now[rel]; !ok {
			if _, ok := r.after[rel]; ok {
				wrong = append(wrong, "lost: "+rel)
			}
		}
	}
	for rel, e := range now {
		before, was := r.before[rel]
		after, will := r.after[rel]
		switch {
		case was && e.same(before), will && e.same(after):
		case r.varies[rel], r.tells && !was && will:
		case r.mends && will && e.between(before, after):
		case !was && !will:
			if !killed || !hidden(rel) {
				wrong = append(wrong, "left behind: "+rel)
			}
		default:
			wrong = append(wrong, fmt.Sprintf("neither old nor new: %s (%d bytes)", rel, len(e.data)))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// hidden are the names of files that are not finished, and of the folder that they are in.
func hidden(rel string) bool {
	return strings.HasPrefix(filepath.Base(rel), ".") && strings.HasSuffix(rel, ".tmp") || strings.Contains("/"+rel, "/.torrentkit-")
}

// verdict says what is wrong with a run that was struck.
func (r *rehearsal) verdict(f fault, hits []call, dir string, o outcome) (wrong []string) {
	switch {
	case o.hung:
		return []string{"hangs"}
	case crash.MatchString(o.stderr):
		return []string{"panics"}
	}
	if wrong = r.files(o.tree, f.kills()); len(wrong) > 0 && removes(f, hits) {
		wrong = slices.DeleteFunc(wrong, func(w string) bool {
			rel, left := strings.CutPrefix(w, "left behind: ")
			return left && hidden(rel)
		})
	}
	if f.kills() {
		return wrong
	}
	right := o.code == r.code && r.done(o.tree) && (r.mute || printed(o) == r.stdout)
	switch {
	case some(hits, func(c *call) bool { return c.toward() == "standard error" }):
	case right:
		if durable(f, hits, r) {
			wrong = append(wrong, "what was not made durable is called done")
		}
	case f.what == "error=EPIPE" && some(hits, func(c *call) bool { return c.toward() != "" }) && o.code < 0: // a reader that went away ends a program
	case f.what == "error=EINTR" || f.delays():
		wrong = append(wrong, "an interruption or a delay makes a difference")
	case r.asks && some(hits, (*call).onSocket) && (o.code == 1 || o.code == r.code):
	case o.code == 1 && f.what == "retval=0" && strings.Contains(f.call, "read") && r.judges(): // a file that is cut off is one
	case o.code != 2:
		wrong = append(wrong, fmt.Sprintf("exit code %d", o.code))
	case noise.ReplaceAllString(o.stderr, "") == "":
		wrong = append(wrong, "no message")
	case !r.named(hits, dir, o):
		wrong = append(wrong, "the message does not name the file")
	}
	return wrong
}

func some(hits []call, is func(*call) bool) bool {
	return slices.ContainsFunc(hits, func(c call) bool { return is(&c) })
}

// judges tells whether data is judged: that it is not all there is a no then, and no trouble.
func (r *rehearsal) judges() bool {
	return strings.HasPrefix(r.run, "verify ") || strings.HasPrefix(r.run, "lint ")
}

// printed is the result of a command, but for what is of the moment.
func printed(o outcome) string { return moment.ReplaceAllString(o.stdout, "") }

// removes tells whether what failed is the removal of what was not finished, or a look at it.
func removes(f fault, hits []call) bool {
	return f.call == "unlinkat" || some(hits, func(c *call) bool {
		return slices.ContainsFunc(c.paths, func(p string) bool { return hidden(filepath.Base(p)) })
	})
}

// durable tells whether a fault is one that says that data is not on the disk.
func durable(f fault, hits []call, r *rehearsal) bool {
	if f.what == "error=EINTR" || !strings.HasPrefix(f.what, "error=") {
		return false
	}
	return f.call == "fsync" || f.call == "fdatasync"
}

// named tells whether a message names what failed: the file or its folder, what a file with a name of chance is to
// become, or the server.
func (r *rehearsal) named(hits []call, dir string, o outcome) bool {
	text := o.stderr + o.stdout
	for _, c := range hits {
		if to := c.toward(); to != "" && strings.Contains(text, to) {
			return true
		}
		if c.onSocket() { // what is fetched is named, and --verbose names the peers
			if slices.ContainsFunc([]string{"127.0.0.1", "magnet", "fetching "}, func(s string) bool { return strings.Contains(text, s) }) {
				return true
			}
			continue
		}
		for _, p := range c.paths {
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				continue
			}
			if first, _, _ := strings.Cut(rel, "/"); names(text, filepath.Base(rel)) || hidden(rel) && names(text, first) {
				return true
			}
			for name := range r.after { // a file that is not finished has a name of chance
				if strings.HasPrefix(filepath.Base(rel), "."+filepath.Base(name)) && names(text, filepath.Base(name)) {
					return true
				}
			}
			if rel == "." && (r.inFolder(text) || strings.Contains(text, dir)) {
				return true
			}
		}
	}
	return false
}

func names(text, name string) bool { return name != "." && strings.Contains(text, name) }

// inFolder tells whether a message names something that lies in the story's folder: its own name is nothing to a person
// who is in it.
func (r *rehearsal) inFolder(text string) bool {
	for _, t := range []tree{r.before, r.after} {
		for rel, e := range t {
			if !strings.Contains(rel, "/") && e.kind&fs.ModeSymlink == 0 && strings.Contains(text, rel) {
				return true
			}
		}
	}
	return false
}

// again says what is wrong with the same command, run again without a fault.
func (r *rehearsal) again(second outcome) (wrong []string) {
	if second.hung {
		return []string{"hangs when it is run again"}
	}
	if rel := r.differs(second.tree); rel != "" {
		wrong = append(wrong, "not mended by running it again: "+rel)
	}
	// What the first run finished may be refused, if all there is to do is done.
	exists := second.code == 2 && strings.Contains(second.stderr, "exists already") && r.done(second.tree)
	if second.code != r.code && !exists {
		wrong = append(wrong, fmt.Sprintf("run again: exit code %d: %s", second.code, second.stderr))
	}
	return wrong
}
