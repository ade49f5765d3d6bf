package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// workload is content that torrents are made of.
type workload struct {
	name  string // as in -run, and the name of its folder
	title string // for people
	root  string // the file or folder that a torrent is made of
	files []file // in the order of their paths
	total int64  // bytes
}

type file struct {
	path string // absolute
	size int64  // bytes
}

// plan lists the workloads below dir, scaled.
func plan(dir string, scale float64) []workload {
	all := []workload{big(dir, scale), small(dir, scale), mixed(dir, scale)}
	for i := range all {
		w := &all[i]
		for _, f := range w.files {
			w.total += f.size
		}
		w.title = fmt.Sprintf("one file of %s", size(w.total))
		if len(w.files) > 1 {
			w.title = fmt.Sprintf("%s: %d files, %s", w.name, len(w.files), size(w.total))
		}
	}
	return all
}

func big(dir string, scale float64) workload {
	path := filepath.Join(dir, "big.bin")
	return workload{name: "big", root: path, files: []file{{path, int64(math.Ceil(scale * (4 << 30)))}}}
}

// small is files of 1 to 64 KiB, all sizes alike.
func small(dir string, scale float64) workload {
	w := workload{name: "small", root: filepath.Join(dir, "small")}
	rng := rand.New(rand.NewPCG(1, 0))
	n := scaled(20_000, scale)
	for i := range n {
		folder := fmt.Sprintf("folder-%02d", i*100/n)
		w.files = append(w.files, file{
			path: filepath.Join(w.root, folder, fmt.Sprintf("file-%05d.bin", i)),
			size: 1<<10 + rng.Int64N(63<<10+1),
		})
	}
	return w
}

// mixed is files of log-normal sizes, as media and source trees have them:
// half are smaller than an eighth of the mean.
func mixed(dir string, scale float64) workload {
	w := workload{name: "mixed", root: filepath.Join(dir, "mixed")}
	rng := rand.New(rand.NewPCG(2, 0))
	n := scaled(2_000, scale)
	weights, sum := make([]float64, n), 0.0
	for i := range weights {
		weights[i] = math.Exp(2 * rng.NormFloat64())
		sum += weights[i]
	}
	for i, weight := range weights {
		folder := fmt.Sprintf("folder-%02d", i*20/n)
		w.files = append(w.files, file{
			path: filepath.Join(w.root, folder, fmt.Sprintf("file-%04d.bin", i)),
			size: int64(math.Ceil(scale * (2 << 30) * weight / sum)),
		})
	}
	return w
}

func scaled(n int, scale float64) int { return max(3, int(math.Round(float64(n)*scale))) }

// fill makes the files of w that are not there at their size. Content never
// repeats, and is the same at every run: a fast generator, seeded by the place
// of the file.
func (w *workload) fill(ctx context.Context) error {
	buf := make([]byte, 1<<20)
	var seed [32]byte
	copy(seed[:], w.name)
	for i, f := range w.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if info, err := os.Stat(f.path); err == nil && info.Size() == f.size {
			continue
		}
		binary.LittleEndian.PutUint64(seed[24:], uint64(i))
		if err := f.fill(ctx, rand.NewChaCha8(seed), buf); err != nil {
			return fmt.Errorf("making workload %s: %w", w.name, err)
		}
	}
	return nil
}

// fill writes the file under another name first: a file at its size is whole.
func (f file) fill(ctx context.Context, content io.Reader, buf []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return err
	}
	partial := f.path + ".partial"
	out, err := os.Create(partial)
	if err != nil {
		return err
	}
	for left := f.size; left > 0 && err == nil; left -= int64(len(buf)) {
		part := buf[:min(left, int64(len(buf)))]
		if _, err = io.ReadFull(content, part); err == nil {
			_, err = out.Write(part)
		}
		err = errors.Join(err, ctx.Err())
	}
	if err = errors.Join(err, out.Close()); err == nil {
		return os.Rename(partial, f.path)
	}
	return errors.Join(err, os.Remove(partial))
}

// touch reads all files, so that the page cache has them.
func (w *workload) touch(ctx context.Context, buf []byte) error {
	for _, f := range w.files {
		if err := f.touch(ctx, buf); err != nil {
			return fmt.Errorf("reading workload %s: %w", w.name, err)
		}
	}
	return nil
}

func (f file) touch(ctx context.Context, buf []byte) error {
	in, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch _, err := in.Read(buf); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.3g GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.3g MiB", float64(n)/(1<<20))
	default:
		return fmt.Sprintf("%.3g KiB", float64(n)/(1<<10))
	}
}
