package faults

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// traced are the calls that are tampered with: those that a command may make for its work. What the runtime needs to
// live (memory, threads, signals, waiting) is not among them.
const traced = "openat,openat2,read,pread64,preadv2,readv,write,pwrite64,writev,lseek,fstat,newfstatat,statx,statfs,fstatfs,getdents64,readlinkat," +
	"fsync,fdatasync,ftruncate,truncate,fallocate,copy_file_range,sendfile,ioctl,fadvise64,flock,renameat,renameat2,linkat,symlinkat,unlinkat,mkdirat," +
	"fchmod,fchmodat,fchown,fchownat,utimensat,faccessat,faccessat2,close,socket,connect,bind,sendto,recvfrom,sendmsg,recvmsg,setsockopt,getsockopt,getsockname"

// failures are the ways in which a call fails, as strace is told of them. A call that is not here has "".
var failures = map[string]string{
	"":                "error=EIO error=EINTR error=EACCES",
	"openat":          "error=EIO error=EACCES error=EMFILE error=ENFILE error=EINTR error=ENOSPC error=ENOMEM",
	"read":            "error=EIO error=EINTR error=EISDIR retval=0",
	"pread64":         "error=EIO error=EINTR error=ESTALE retval=0",
	"preadv2":         "error=EIO error=EINTR error=EAGAIN error=EOPNOTSUPP retval=0",
	"write":           "error=EIO error=ENOSPC error=EDQUOT error=EINTR retval=0",
	"pwrite64":        "error=EIO error=ENOSPC error=EDQUOT error=EINTR retval=0",
	"fstat":           "error=EIO error=EINTR error=ESTALE",
	"newfstatat":      "error=EIO error=EACCES error=EINTR error=ENOMEM",
	"getdents64":      "error=EIO error=EACCES error=EINTR",
	"fsync":           "error=EIO error=ENOSPC error=EINTR error=EDQUOT",
	"ftruncate":       "error=EIO error=EINTR error=ENOSPC",
	"copy_file_range": "error=EIO error=ENOSPC error=EINTR error=EXDEV error=EOPNOTSUPP retval=0",
	"ioctl":           "error=EIO error=EINTR error=EOPNOTSUPP",
	"renameat":        "error=EIO error=ENOSPC error=EACCES error=EINTR",
	"renameat2":       "error=EIO error=ENOSPC error=EACCES error=EINTR error=EINVAL error=ENOSYS",
	"linkat":          "error=EIO error=ENOSPC error=EACCES error=EINTR error=EPERM error=EMLINK",
	"unlinkat":        "error=EIO error=EACCES error=EINTR error=EROFS",
	"mkdirat":         "error=EIO error=ENOSPC error=EACCES error=EINTR",
	"symlinkat":       "error=EIO error=ENOSPC error=EACCES", // never interrupted (POSIX)
	"close":           "error=EIO",                           // nobody knows what an interrupted one has done
	"getsockname":     "error=ENOBUFS",                       // an interruption, the system does not know of these
	"setsockopt":      "error=ENOMEM",
	"getsockopt":      "error=ENOBUFS",
	"socket":          "error=EMFILE error=ENFILE error=ENOBUFS error=EACCES",
	"connect":         "error=ECONNREFUSED error=ETIMEDOUT error=ENETUNREACH error=EACCES",
	"sendto":          "error=ENOBUFS error=ENETUNREACH error=EINTR",
	"recvfrom":        "error=ECONNREFUSED error=EINTR",
}

// onSockets are the failures of calls that are on sockets, where those are others.
var onSockets = map[string]string{
	"read":  "error=ECONNRESET error=EINTR error=ETIMEDOUT retval=0",
	"write": "error=ECONNRESET error=EINTR error=EPIPE",
}

// fault is what strace is told to do to a command.
type fault struct {
	call  string
	what  string // error=EIO, signal=KILL
	when  string // which call, counted in each thread
	paths []string
}

// flags are strace's. Only the call stops the program, which is quick, but not for kills: strace misses some then.
func (f fault) flags() []string {
	flags := []string{"-e", "trace=" + f.call, "-e", "inject=" + f.call + ":" + f.what + ":when=" + f.when}
	if !f.kills() {
		flags = append(flags, "--seccomp-bpf")
	}
	for _, p := range f.paths {
		flags = append(flags, "-P", p)
	}
	return flags
}

func (f fault) String() string { return strings.Join(f.flags(), " ") }

func (f fault) kills() bool { return strings.HasPrefix(f.what, "signal=") }

func (f fault) delays() bool { return strings.HasPrefix(f.what, "delay") }

// spot is where a call is seen in a story's log: on which path. Paths with names of chance, standard streams and sockets
// are "", and are found by counting all calls of the name.
type spot struct{ call, path string }

// spots are the places where a story can fail, and which calls there are, counted in each thread.
func (r *rehearsal) spots() map[spot][]int {
	known := [2]map[string]bool{{}, {}}
	for i, log := range r.logs {
		for _, c := range log {
			if rel, ok := c.within(r.dirs[i]); ok {
				known[i][rel] = true
			}
		}
	}
	found := make(map[spot][]int)
	for i, log := range r.logs {
		counts := make(map[string]int) // by thread and spot
		add := func(c call, s spot, hit bool) {
			key := fmt.Sprint(c.thread, s)
			if counts[key]++; hit && !slices.Contains(found[s], counts[key]) {
				found[s] = append(found[s], counts[key])
			}
		}
		for _, c := range log {
			rel, inside := c.within(r.dirs[i])
			chance := inside && !(known[0][rel] && known[1][rel])
			if inside && !chance {
				add(c, spot{c.name, rel}, true)
			}
			add(c, spot{c.name, ""}, chance || c.onSocket() || c.toward() != "")
		}
	}
	return found
}

// plan is all that can be done to a story: each call in each place fails in each way, alone and from then on, is a
// moment before or behind its time, and is the last of the process.
func (r *rehearsal) plan() []fault {
	var all []fault
	sockets := r.asks
	for s, hits := range r.spots() {
		ways := cmp.Or(failures[s.call], failures[""])
		if other := onSockets[s.call]; sockets && s.path == "" && other != "" {
			ways += " " + other
		}
		f := fault{call: s.call}
		if s.path != "" {
			f.paths = []string{filepath.Base(s.path), s.path} // as it is named in its folder, and as what is open
		}
		slices.Sort(hits)
		for i, hit := range hits {
			if i >= 12 && i < len(hits)-4 {
				continue // the same again
			}
			f.when = strconv.Itoa(hit)
			for _, f.what = range append(strings.Fields(ways), "signal=KILL", "signal=KILL") { // twice: threads differ
				all = append(all, f)
			}
		}
		f.when = strconv.Itoa(hits[0]) + "+"
		for _, f.what = range strings.Fields(ways) {
			if persists(f.what) && s.path != "" {
				all = append(all, f)
			}
		}
		f.when = strconv.Itoa(hits[0])
		for _, f.what = range []string{"delay_enter=2000", "delay_exit=2000"} {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.call, b.call), slices.Compare(a.paths, b.paths), cmp.Compare(a.what, b.what), cmp.Compare(a.when, b.when))
	})
	return all
}

// persists tells whether a failure may go on for ever. What says "again" may not.
func persists(what string) bool {
	return !slices.Contains([]string{"error=EINTR", "error=EAGAIN", "error=EMFILE", "error=ENFILE"}, what)
}
