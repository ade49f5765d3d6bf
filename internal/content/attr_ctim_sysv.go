//go:build (linux && portable) || openbsd || dragonfly || solaris

package content

import "syscall"

func changeTime(st *syscall.Stat_t) int64 { return st.Ctim.Nano() }
