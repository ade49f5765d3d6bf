package create

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/torrentkit/torrentkit/internal/listfs"
	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/internal/webseed"
	"github.com/torrentkit/torrentkit/metainfo"
)

// URLs is content of files that web servers have, at http and https URLs. It asks each for its size and version, and
// reads nothing: [Plan.Torrent] does, in parallel ranges where the servers know ranges, and keeps no byte of it. A file
// that becomes another meanwhile, by its size, ETag or time of change, is a [*ServerError].
//
// One URL is a torrent of a single file, by the last part of its path. Several are a folder, by the folder that their
// paths have in common; those of several servers become entries of one folder that Options.Name must name.
//
// The URLs become the web seed of a torrent that names none, where the torrent has the names that they have: without
// user info and without what signs a query. Requests end with ctx; the content is to be closed.
func URLs(ctx context.Context, urls []string, s Selection, o ServerOptions) (*Content, error) {
	files, name, err := remoteNames(urls)
	if err != nil {
		return nil, err
	}
	r, err := newRemote(ctx, files, true, o)
	if err != nil {
		return nil, err
	}
	r.name = name
	return r.content(ctx, s)
}

// WebSeeds is content of the files of an old torrent, as its web seeds have them (BEP 19): the first that has all of
// them in their sizes. Its name and web seeds become those of the new torrent. See [URLs].
func WebSeeds(ctx context.Context, old []byte, s Selection, o ServerOptions) (*Content, error) {
	t, err := metainfo.Parse(old)
	if err != nil {
		return nil, err
	}
	if len(t.WebSeeds) == 0 {
		return nil, errors.New("the torrent has no web seeds (BEP 19)")
	}
	var errs []error
	for _, seed := range t.WebSeeds {
		r, err := seedFiles(ctx, t, seed, o)
		if err == nil {
			for _, u := range t.WebSeeds {
				r.named = append(r.named, secret.PublicURL(u))
			}
			r.name = t.Name
			return r.content(ctx, s)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// seedFiles measures the files of a torrent on one of its web seeds.
func seedFiles(ctx context.Context, t *metainfo.Torrent, seed string, o ServerOptions) (*remote, error) {
	base, err := parseRemote(seed)
	if err != nil {
		return nil, err
	}
	var files []remoteFile
	var sizes []int64
	for i, f := range t.Content() {
		if f.IsLink() {
			continue // a server has none
		}
		file := remoteFile{path: f.Path, url: metainfo.WebSeedURL(t, base, i), size: -1}
		if f.Length == 0 {
			file.size = 0
		}
		files, sizes = append(files, file), append(sizes, f.Length)
	}
	r, err := newRemote(ctx, files, false, o)
	if err != nil {
		return nil, err
	}
	for k, want := range sizes {
		if has := r.files[k].size; has != want {
			r.close()
			return nil, r.fail(k, &webseed.Fault{Kind: "size", Message: fmt.Sprintf("the file has %d bytes on the server, not %d: it is another or an old one", has, want)})
		}
	}
	return r, nil
}

// parseRemote reads the URL of a file.
func parseRemote(s string) (*url.URL, error) {
	if err := checkURL("file", s, "http", "https"); err != nil {
		return nil, err
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("a URL cannot be read") // the reason would cite it
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// remoteNames are the paths of files in a torrent, and its name, "" if there is none.
func remoteNames(urls []string) (files []remoteFile, name string, err error) {
	if len(urls) == 0 {
		return nil, "", ErrEmpty
	}
	var parts [][]string
	oneHost := true
	for _, s := range urls {
		u, err := parseRemote(s)
		if err != nil {
			return nil, "", err
		}
		names, err := pathNames(u)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", secret.URL(secret.PublicURL(s)), err)
		}
		files, parts = append(files, remoteFile{url: u, size: -1}), append(parts, names)
		oneHost = oneHost && u.Scheme == files[0].url.Scheme && u.Host == files[0].url.Host
	}
	if len(files) == 1 {
		return files, parts[0][len(parts[0])-1], nil
	}
	common := 0
	if oneHost {
		common = commonFolders(parts)
		if common > 0 {
			name = parts[0][common-1]
		}
	}
	seen := make(map[string]bool)
	for k := range files {
		rest := parts[k][common:]
		if !oneHost {
			rest = rest[len(rest)-1:]
		}
		files[k].path = strings.Join(rest, "/")
		if seen[files[k].path] {
			return nil, "", fmt.Errorf("two URLs are of a file %q", files[k].path)
		}
		seen[files[k].path] = true
	}
	return files, name, nil
}

// commonFolders is how many folders all paths begin with.
func commonFolders(paths [][]string) int {
	common := len(paths[0]) - 1
	for _, p := range paths {
		n := 0
		for n < min(common, len(p)-1) && p[n] == paths[0][n] {
			n++
		}
		common = n
	}
	return common
}

// pathNames are the folders and the file that a URL names. A URL that names a folder has no file.
func pathNames(u *url.URL) ([]string, error) {
	var names []string
	for part := range strings.SplitSeq(strings.TrimPrefix(u.EscapedPath(), "/"), "/") {
		name, err := url.PathUnescape(part)
		if err != nil || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return nil, fmt.Errorf("%q in its path is no name for a file", part)
		}
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 || strings.HasSuffix(u.EscapedPath(), "/") {
		return nil, errors.New("the URL names no file")
	}
	return names, nil
}

// content makes content of files that are measured.
func (r *remote) content(ctx context.Context, s Selection) (*Content, error) {
	list, root := listfs.New(nil), "content"
	for k := range r.files {
		if err := list.Put(path.Join(root, r.files[k].path), listfs.File{Mode: 0o644, Size: r.files[k].size}); err != nil {
			r.close()
			return nil, err
		}
	}
	c, err := ScanFS(ctx, list, root, s)
	if err != nil {
		r.close()
		return nil, err
	}
	c.backing = &backing{remote: r}
	c.path = secret.URL(secret.PublicURL(r.files[0].url.String()))
	c.name = func() (string, error) {
		if r.name == "" {
			return "", ErrNoName
		}
		return r.name, nil
	}
	return c, nil
}

// singleSeed is the web seed of one file: its URL, but one that names a folder would have the name added.
func singleSeed(u *url.URL) []string {
	if strings.HasSuffix(u.Path, "/") {
		return nil
	}
	return []string{u.String()}
}

// above is the folder above the one that a path begins in.
func above(u *url.URL, file string) *url.URL {
	escaped := strings.Split(u.EscapedPath(), "/")
	n := len(escaped) - len(slashed(file)) - 1
	if n < 1 {
		return nil
	}
	b := *u
	b.RawQuery, b.RawPath = "", strings.Join(escaped[:n], "/")+"/"
	b.Path, _ = url.PathUnescape(b.RawPath)
	return &b
}

func slashed(file string) []string { return strings.Split(file, "/") }

func sameURL(a, b *url.URL) bool { return a.Scheme == b.Scheme && a.Host == b.Host && a.Path == b.Path }

// nameSeeds names the servers of the content as web seeds, unless the options name others, and notes what is
// remarkable about them.
func (p *Plan) nameSeeds() {
	r := p.content.remote()
	if r == nil {
		return
	}
	for k := range p.Files {
		f := &r.files[r.index[p.content.scanned(k).Path]]
		name := cmp.Or(p.Files[k].Path, p.Name)
		switch told := r.seeds[f.seed].File(f.at); {
		case f.size == 0:
		case !told.Versioned:
			p.Notes = append(p.Notes, Note{Path: name, Kind: NoteNoVersion})
		case len(p.o.Journals) > 0 && !told.Firm:
			p.Notes = append(p.Notes, Note{Path: name, Kind: NoteForgotten})
		}
		if u := f.url.String(); len(p.o.WebSeeds) == 0 && secret.PublicURL(u) != u {
			p.Notes = append(p.Notes, Note{Path: name, Kind: NoteSigned})
		}
	}
	if len(p.o.WebSeeds) > 0 {
		return
	}
	p.o.WebSeeds = r.webSeeds(p.Name, p.Files, func(k int) string { return p.content.scanned(k).Path })
	if len(p.o.WebSeeds) == 0 {
		p.Notes = append(p.Notes, Note{Kind: NoteNoSeed, Detail: "clients find files below URL/NAME/, and the URLs do not lie there"})
	}
}
