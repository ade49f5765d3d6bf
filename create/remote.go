package create

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/internal/webseed"
	"github.com/torrentkit/torrentkit/metainfo"
)

// ServerOptions say how servers are asked.
type ServerOptions struct {
	// AllowPrivate lets redirects, and the web seeds of a torrent, lead to addresses
	// that are not public, such as loopback. URLs that are named may be there in any case.
	AllowPrivate bool
	Connections  int    // requests side by side to one host; 0 is 4, and up to 16 that bring more than 256 MiB a second
	UserAgent    string // empty: torrentkit
	// Stall is how long a server may send nothing, or less than 2 KiB for each
	// second, and Retries how often a request that failed is put again, after
	// pauses that grow from Pause; 0 is 20 seconds, 3 times and half a second.
	// Retries < 0 is never.
	Stall   time.Duration
	Retries int
	Pause   time.Duration

	resolver dial.Resolver
	network  dial.Network
}

// ServerError is a file that a server does not give.
type ServerError struct {
	URL  string // without secrets
	Kind string // a stable name, as that of a fault of a web seed: missing, changed, size, ...
	Err  error
}

func (e *ServerError) Error() string { return fmt.Sprintf("reading %s: %v", e.URL, e.Err) }
func (e *ServerError) Unwrap() error { return e.Err }

// maxErrors is how many files are named that servers do not give.
const maxErrors = 10

// remote is files on servers.
type remote struct {
	seeds []webseed.Found // one for each host, which has its own policy of addresses
	files []remoteFile
	index map[string]int // of files, by their paths in the content

	named []string // the web seeds of the torrent that the files were found by
	name  string   // that of the folder or file that the URLs name; "" if there is none
}

// remoteFile is one of them.
type remoteFile struct {
	path string // in the content; "" for a single file
	url  *url.URL
	seed int // of seeds
	at   layout.FileIndex
	size int64
}

// newRemote measures files, of which path and url are known. Those of which nothing is to be
// read, since somebody told that they are empty, are of size 0; all others of -1.
func newRemote(ctx context.Context, files []remoteFile, named bool, o ServerOptions) (*remote, error) {
	r := &remote{files: files, index: make(map[string]int, len(files))}
	urls := make(map[string][]*url.URL)
	var hosts []string
	for k := range files {
		f := &files[k]
		host := f.url.Hostname()
		if urls[host] == nil {
			hosts = append(hosts, host)
		}
		f.seed, f.at = slices.Index(hosts, host), layout.FileIndex(len(urls[host]))
		urls[host] = append(urls[host], f.url)
		r.index[f.path] = k
	}
	for _, host := range hosts {
		how := webseed.Options{
			AllowPrivate: o.AllowPrivate, Connections: o.Connections, UserAgent: o.UserAgent, Stall: o.Stall, Retries: o.Retries, Pause: o.Pause,
			Resolver: o.resolver, Network: o.network,
		}
		if named {
			how.Named = host
		}
		r.seeds = append(r.seeds, webseed.Find(ctx, urls[host], how))
	}
	if err := r.measure(ctx); err != nil {
		r.close()
		return nil, err
	}
	for k := range files {
		if f := &files[k]; f.size != 0 {
			f.size = r.seeds[f.seed].File(f.at).Length
		}
	}
	return r, nil
}

// measure asks for the size and version of every file that may have content, or whether they
// are still the same. Its error names some of those that fail.
func (r *remote) measure(ctx context.Context) error {
	var mu sync.Mutex
	failed := make(map[int]error)
	var wg sync.WaitGroup
	for i, seed := range r.seeds {
		var ask []layout.FileIndex
		of := make(map[layout.FileIndex]int)
		for k := range r.files {
			if f := &r.files[k]; f.seed == i && f.size != 0 {
				ask = append(ask, f.at)
				of[f.at] = k
			}
		}
		wg.Go(func() {
			seed.MeasureEach(ask, func(at layout.FileIndex, err error) {
				mu.Lock()
				defer mu.Unlock()
				failed[of[at]] = err
			})
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var errs []error
	for k := range r.files {
		if failed[k] != nil && len(errs) < maxErrors {
			errs = append(errs, r.fail(k, failed[k]))
		}
	}
	if n := len(failed) - len(errs); n > 0 {
		errs = append(errs, fmt.Errorf("%d more files cannot be read", n))
	}
	return errors.Join(errs...)
}

// fail says which file a fault is about, without secrets.
func (r *remote) fail(k int, err error) error {
	var f *webseed.Fault
	if !errors.As(err, &f) {
		return err
	}
	return &ServerError{secret.URL(secret.PublicURL(r.files[k].url.String())), f.Kind, f}
}

// open opens a file by its path.
func (r *remote) open(path string) (piecehash.File, error) {
	k := r.index[path]
	f := &r.files[k]
	file, err := r.seeds[f.seed].Source().Open(f.at)
	if err != nil {
		return nil, r.fail(k, err)
	}
	open := &openRemote{File: file, r: r, k: k}
	open.ReadAhead(0, f.size)
	return open, nil
}

// openRemote is an open file, which is read whole unless it is told otherwise.
type openRemote struct {
	piecehash.File
	r *remote
	k int
}

// ReadAhead tells what will be read, so that it can be one request.
func (f *openRemote) ReadAhead(off, n int64) {
	if h, ok := f.File.(interface{ ReadAhead(off, n int64) }); ok {
		h.ReadAhead(off, n)
	}
}

func (f *openRemote) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	if err != nil {
		err = f.r.fail(f.k, err)
	}
	return n, err
}

// quit lets nobody wait for an answer any longer.
func (r *remote) quit() {
	for _, s := range r.seeds {
		s.Quit()
	}
}

func (r *remote) close() {
	for _, s := range r.seeds {
		s.Close()
	}
}

// plan lets a job read as servers like it.
func (r *remote) plan(job *piecehash.Job) {
	job.Order = piecehash.Streams
	job.First, job.Workers = r.seeds[0].Connections()
	for _, s := range r.seeds {
		if s.Unranged() {
			job.Workers = 1 // that reads each file once, from its start to its end
		}
	}
}

// identity is what the versions of the files say, for the journal: index tells which file of
// the content a file of a layout is.
func (r *remote) identity(path func(i layout.FileIndex) string) journal.Identity {
	return journal.Identity{Kind: "web seed", Append: func(b []byte, i layout.FileIndex, end int64) ([]byte, bool) {
		f := &r.files[r.index[path(i)]]
		return r.seeds[f.seed].Version(b, f.at, end)
	}}
}

// webSeeds are the URLs that serve a torrent of the files with some name, as BEP 19 has it;
// none where its paths are not those of the URLs.
func (r *remote) webSeeds(name string, files []metainfo.File, names func(k int) string) []string {
	if r.named != nil {
		if name != r.name {
			return nil
		}
		return r.named
	}
	first := secret.PublicURL(r.files[0].url.String())
	u, err := url.Parse(first)
	if err != nil {
		return nil
	}
	if len(files) == 1 && files[0].Path == "" {
		return singleSeed(u)
	}
	if name != r.name || name == "" {
		return nil
	}
	base := above(u, r.files[0].path)
	if base == nil {
		return nil
	}
	for k := range files {
		mine, err := url.Parse(secret.PublicURL(r.files[r.index[names(k)]].url.String()))
		if err != nil || mine.RawQuery != "" || !sameURL(mine, metainfo.URLBelow(base, append([]string{name}, slashed(files[k].Path)...)...)) {
			return nil
		}
	}
	return []string{base.String()}
}
