package sha1simd

import (
	"crypto/sha1"
	"syscall"
	"testing"
)

// Kernels load ahead: nothing outside of the messages may be touched by it. Each
// message here fills pages that lie between pages that cannot be read.
func TestReadsNothingOutside(t *testing.T) {
	page := syscall.Getpagesize()
	const count = 33
	memory, err := syscall.Mmap(-1, 0, (2*count+1)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(memory)
	copy(memory, noise(len(memory)))
	pages := make([][]byte, count)
	for i := range pages {
		if err := syscall.Mprotect(memory[2*i*page:(2*i+1)*page], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
		pages[i] = memory[(2*i+1)*page : (2*i+2)*page]
	}
	if err := syscall.Mprotect(memory[2*count*page:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, h *Hasher) {
		for _, length := range []int{64, 128, 192, page} {
			for lanes := 1; lanes <= count; lanes++ {
				messages := make([][]byte, lanes)
				for i := range messages {
					messages[i] = pages[i][:length]
					if i%2 == 0 {
						messages[i] = pages[i][page-length:]
					}
				}
				for i, digest := range sums(h, messages) {
					if want := sha1.Sum(messages[i]); digest != want {
						t.Fatalf("message %d of %d, %d bytes: got %x, want %x", i, lanes, length, digest, want)
					}
				}
			}
		}
	})
}
