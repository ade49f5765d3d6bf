package content

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// finder looks for one file after the other, with the folder of the last one at hand.
type finder struct {
	*locatedFiles
	dir     string // slash path of the folder at hand, as the torrent names it
	known   bool   // false before the first
	held    *heldFolder
	refused *Presence // why there is no folder at hand
}

// find looks for wanted file i at a safe slash path below the root, and follows links to it: nil if it is Present.
func (w *finder) find(i FileIndex, name string, want Want) *Presence {
	dir, base := path.Split(name)
	if dir = strings.TrimSuffix(dir, "/"); !w.known || dir != w.dir {
		w.turn(dir)
	}
	if w.refused != nil {
		return w.refused
	}
	st, err := w.held.lstat(base)
	switch {
	case err != nil:
		return refusal(err)
	case want.IsLink:
		return w.link(i, st.kind, name, want.Link)
	case st.kind == kindLink:
		return w.follow(i, name)
	case w.held.path != dir:
		w.move(i, path.Join(w.held.path, base))
	}
	return w.record(i, &st)
}

// turn takes the folder at a slash path in hand.
func (w *finder) turn(dir string) {
	w.leave()
	w.dir, w.known, w.refused = dir, true, nil
	h, err := w.folders.acquire(dir)
	var errno syscall.Errno
	if err != nil && (!errors.As(err, &errno) || errno == syscall.ELOOP) {
		// os.Root refuses absolute links and long chains of links even where they stay inside.
		real, p := w.resolve(dir)
		if p != nil {
			w.refused = p
			return
		}
		h, err = w.folders.acquire(real)
	}
	if err != nil {
		w.refused = refusal(err)
		return
	}
	w.held = h
}

// leave gives the folder at hand back.
func (w *finder) leave() {
	if w.held != nil {
		w.folders.release(w.held)
		w.held = nil
	}
}

// follow looks at what the link at name leads to.
func (w *finder) follow(i FileIndex, name string) *Presence {
	real, p := w.resolve(name)
	if p != nil {
		return p
	}
	dir, base := path.Split(real)
	h, err := w.folders.acquire(strings.TrimSuffix(dir, "/"))
	if err != nil {
		return refusal(err)
	}
	defer w.folders.release(h)
	st, err := h.lstat(base)
	if err != nil {
		return refusal(err)
	}
	w.move(i, real)
	return w.record(i, &st)
}

// resolve is the local slash path, free of links, of a slash path below the root. It opens nothing.
func (w *finder) resolve(name string) (string, *Presence) {
	root, err := w.real()
	if err != nil {
		return "", refusal(err)
	}
	real, err := filepath.EvalSymlinks(join(root, name))
	if err != nil {
		p := refusal(err)
		if p.Kind == Missing {
			p.Detail = "symbolic link leads to nothing"
		}
		return "", p
	}
	rel, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", &Presence{Kind: Unreadable, Err: ErrOutside, Detail: ErrOutside.Error()}
	}
	if rel == "." {
		rel = ""
	}
	return filepath.ToSlash(rel), nil
}

func (w *finder) move(i FileIndex, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.moved == nil {
		w.moved = map[FileIndex]string{}
	}
	w.moved[i] = name
}

// record takes what is at the place of wanted file i.
func (w *finder) record(i FileIndex, st *stat) *Presence {
	if st.kind != kindFile {
		return wrongType(st.kind)
	}
	w.tree.sightings[i].take(st)
	return nil
}

// link says whether what is at name is a symbolic link to the slash path target.
func (w *finder) link(i FileIndex, k kind, name, target string) *Presence {
	if k != kindLink {
		return wrongType(k)
	}
	leads, err := w.folders.root.Readlink(localPath(name))
	if err != nil {
		return refusal(err)
	}
	var slash string
	if !filepath.IsAbs(leads) {
		slash = path.Join(path.Dir(name), filepath.ToSlash(leads))
	} else if root, err := w.real(); err == nil {
		if rel, err := filepath.Rel(root, leads); err == nil {
			slash = filepath.ToSlash(rel)
		}
	}
	if slash != path.Clean(target) {
		detail := fmt.Sprintf("symbolic link leads to %q, not to %q", leads, target)
		return &Presence{Kind: WrongType, Err: ErrWrongType, Detail: detail}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.links == nil {
		w.links = map[FileIndex]bool{}
	}
	w.links[i] = true
	return nil
}

// CheckPath is ErrUnsafe, with the reason, for a slash path from a torrent that must not be looked for.
func CheckPath(name string) error {
	why := unsafePath(name)
	if why == "" && onWindows {
		why = notOnWindows(name)
	}
	if why != "" {
		return fmt.Errorf("%w: it %s", ErrUnsafe, why)
	}
	return nil
}

const onWindows = filepath.Separator == '\\'

// notLookedFor is what is said of a slash path that must not be looked for: nil if it may. What Windows has no names for
// is not there, and may be under another name.
func notLookedFor(name string) *Presence {
	if why := unsafePath(name); why != "" {
		return &Presence{Kind: Unreadable, Err: ErrUnsafe, Detail: "path " + why}
	}
	if onWindows {
		if why := notOnWindows(name); why != "" {
			return &Presence{Kind: Missing, Err: ErrUnsafe, Detail: "Windows has no such file: its path " + why}
		}
	}
	return nil
}

// unsafePath says why a slash path from a torrent must not be looked for on any system, or is empty.
func unsafePath(name string) string {
	switch {
	case name == "":
		return "is empty"
	case name[0] == '/':
		return "is absolute"
	case strings.IndexByte(name, 0) >= 0:
		return "holds a NUL"
	}
	for c := range strings.SplitSeq(name, "/") {
		switch c {
		case "":
			return "has an empty component"
		case ".", "..":
			return fmt.Sprintf("has a component %q", c)
		}
	}
	return ""
}

// notOnWindows says why a slash path, safe elsewhere, is none on Windows, which reads it as something else or refuses it.
// The names of its devices it tells on Windows only.
func notOnWindows(name string) string {
	if strings.ContainsAny(name, `\:`) {
		return "holds a backslash or colon"
	}
	for c := range strings.SplitSeq(name, "/") {
		switch {
		case strings.TrimRight(c, ". ") != c:
			return "has a component that ends in a dot or space"
		case strings.ContainsFunc(c, func(r rune) bool { return r < ' ' || strings.ContainsRune(`<>"|?*`, r) }):
			return "holds a character that is reserved"
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "has the name of a device"
	}
	return ""
}
