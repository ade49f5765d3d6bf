package verifying

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/maphash"
	"path"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// Torrents that may have files in common are verified at once, so that these are read once. Which they are is found by names and
// lengths, before anything of the content is looked at: whether they are the same files the disk tells.

const (
	mostKeys = 1 << 18 // files that are remembered by their names: those of further torrents are not looked for
	ownPath  = 16 << 10
	// mostTogether is how many go abreast: the bytes that they read are shared out, and each has some hundred KiB of its own.
	mostTogether = 64
	readers      = 2    // torrents that are read side by side beforehand
	earlyCost    = 4096 // bytes of a report that waits until those before it are told, beside the torrent
)

// shares tells whether torrents may be read together: in the order of each, to its end.
func (f *verifyFlags) shares() bool {
	o := &f.options
	return !o.FailFast && o.ReadOrder == verify.AutoOrder && len(o.Sums) == 0
}

// batches are tasks that are done together.
type batches struct {
	of  map[int]*batch   // by the index of the task
	raw map[int]document // torrents that were read already
}

// document is the bytes of a torrent.
type document struct {
	raw    []byte
	packed bool // they were in gzip, which is told in turn
}

// batch is torrents that may have files in common.
type batch struct {
	tasks []int // by their index, in order
	begun bool
}

// finder tells which tasks have a file in common.
type finder struct {
	con    *console.Console
	tasks  []verifyTask
	limit  int64
	seed   maphash.Seed
	mu     sync.Mutex
	first  map[uint64]int32 // the task that had a key first
	parent []int32          // of each task, towards the one that stands for all of its group
	kept   int              // bytes of raw
	raw    map[int]document
}

// findBatches reads torrents to find out which have files in common.
func findBatches(ctx context.Context, con *console.Console, tasks []verifyTask, limit int64) batches {
	s := &finder{con: con, tasks: tasks, limit: limit, seed: maphash.MakeSeed(), raw: map[int]document{}}
	// Most have nothing in common, which takes no more than a glance at their bytes.
	s.look(ctx, func(int) bool { return true }, s.glance)
	likely := s.groups()
	s.look(ctx, func(i int) bool { return likely[i] != nil }, s.keys)
	return batches{s.groups(), s.raw}
}

// look finds the groups of tasks that have keys in common, of those that are asked for.
func (s *finder) look(ctx context.Context, asked func(int) bool, keys func(verifyTask, []byte) []uint64) {
	s.first, s.parent = map[uint64]int32{}, make([]int32, len(s.tasks))
	for i := range s.parent {
		s.parent[i] = int32(i)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(s.tasks) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if !asked(i) {
					continue
				}
				if raw := s.read(ctx, i); raw != nil {
					s.note(i, keys(s.tasks[i], raw))
				}
			}
		})
	}
	wg.Wait()
}

// read reads a torrent, and keeps it if there is room. What is wrong with it will be told when it is verified.
func (s *finder) read(ctx context.Context, i int) []byte {
	t := s.tasks[i]
	s.mu.Lock()
	raw := s.raw[i].raw
	s.mu.Unlock()
	if raw != nil || t.torrent == "-" || command.IsURL(t.torrent) {
		return raw
	}
	d, err := readDocument(ctx, s.con, t, s.limit)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept+len(d.raw) <= mostHeld {
		s.kept += len(d.raw)
		s.raw[i] = d
	}
	return d.raw
}

// readDocument reads the torrent of a task.
func readDocument(ctx context.Context, con *console.Console, t verifyTask, limit int64) (d document, err error) {
	if t.folder == nil && command.IsURL(t.torrent) {
		d.raw, err = command.ReadInput(ctx, con, t.input(), limit)
		return d, err
	}
	if d.raw, err = t.input().ReadFile(ctx, con, limit); err == nil {
		d.raw, d.packed, err = command.Unpack(t.torrent, d.raw, limit)
	}
	return d, err
}

// note notes the keys of a task.
func (s *finder) note(task int, keys []uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if other, known := s.first[key]; known {
			s.join(int32(task), other)
		} else if len(s.first) < mostKeys {
			s.first[key] = int32(task)
		}
	}
}

// glance makes keys of the lengths that stand in a torrent, in whatever keys: of small ones with the name.
func (s *finder) glance(_ verifyTask, raw []byte) (keys []uint64) {
	const lengthKey, nameKey = "6:lengthi", "4:name"
	_, name, _ := bytes.Cut(raw, []byte(nameKey))
	if digits, _, ok := bytes.Cut(name[:min(len(name), 20)], []byte(":")); ok {
		n, _ := strconv.Atoi(string(digits))
		name = name[len(digits):min(len(name), len(digits)+1+max(0, min(n, len(name))))]
	}
	for len(keys) < mostKeys {
		_, rest, ok := bytes.Cut(raw, []byte(lengthKey))
		if !ok {
			break
		}
		raw = rest
		digits, _, _ := bytes.Cut(rest[:min(len(rest), 20)], []byte("e"))
		key := digits
		if n, err := strconv.ParseInt(string(digits), 10, 64); err != nil || n == 0 {
			continue
		} else if n < ownPath {
			key = append(digits[:len(digits):len(digits)], name...)
		}
		keys = append(keys, maphash.Bytes(s.seed, key))
	}
	return keys
}

// keys are those of the files of a torrent: a small one is known by its whole path.
func (s *finder) keys(t verifyTask, raw []byte) (keys []uint64) {
	m, err := metainfo.ParseCompact(raw, nil)
	if err != nil {
		return nil
	}
	var buf []byte
	for i := range m.Content() {
		f := &m.Files[i]
		if f.Length == 0 || len(keys) == mostKeys {
			continue
		}
		buf = binary.AppendVarint(buf[:0], f.Length)
		name := path.Join(m.Name, f.Path)
		if f.Length < ownPath {
			buf = append(append(buf, t.content...), 0)
		} else {
			name = path.Base(name)
		}
		keys = append(keys, maphash.Bytes(s.seed, append(buf, name...)))
	}
	return keys
}

// top is the task that stands for all of a group.
func (s *finder) top(i int32) int32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

func (s *finder) join(a, b int32) {
	a, b = s.top(a), s.top(b)
	s.parent[max(a, b)] = min(a, b)
}

// groups are the tasks that have something in common, so many together as may be.
func (s *finder) groups() map[int]*batch {
	last, of := map[int32]*batch{}, map[int]*batch{}
	for i := range s.parent {
		top := s.top(int32(i))
		b := last[top]
		if b == nil || len(b.tasks) == mostTogether {
			b = &batch{}
			last[top] = b
		}
		b.tasks = append(b.tasks, i)
		of[i] = b
	}
	for i, b := range of {
		if len(b.tasks) == 1 {
			delete(of, i)
		}
	}
	return of
}
