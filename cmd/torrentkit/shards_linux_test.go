package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// Four shards that another engine ran give, merged, the torrent of a single run.
func checkShards(t *testing.T, run func(t *testing.T, link, command string)) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	tree(t, root, 40, 300000)
	link := filepath.Join(dir, "torrentkit")
	if err := os.Symlink(program(t, "torrentkit").Path, link); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"v1", "v2", "hybrid"} {
		args := []string{"-q", "--no-date", "-f", format, root}
		at := func(name string) string { return filepath.Join(dir, format+name) }
		make := func(out string, more ...string) created {
			c, _ := finished(t, program(t, append(append([]string{"torrentkit", "create", "--json", "-o", at(out)}, more...), args...)...))
			return c
		}
		make("whole")
		run(t, link, fmt.Sprintf("%s create --shard $I/4 --journal %s.$I %s", link, at("j"), strings.Join(args, " ")))
		var journals []string
		for i := range 4 {
			journals = append(journals, "--journal", fmt.Sprintf("%s.%d", at("j"), i+1))
		}
		if c := make("merged", journals...); c.ReusedBytes != c.Size {
			t.Errorf("%s: the shards hashed %d bytes of %d", format, c.ReusedBytes, c.Size)
		}
		a, err1 := os.ReadFile(at("whole"))
		b, err2 := os.ReadFile(at("merged"))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: the torrents differ: %v, %v", format, err1, err2)
		}
	}
}

func TestShardsUnderParallel(t *testing.T) {
	parallel := peertest.Need(t, "parallel")
	checkShards(t, func(t *testing.T, link, command string) {
		out, err := exec.Command(parallel, "--no-notice", "I={}; "+command, ":::", "1", "2", "3", "4").CombinedOutput()
		if err != nil {
			t.Fatalf("parallel: %v\n%s", err, out)
		}
	})
}

// A Slurm of one node, on the loopback interface, that lives as long as the test.
func TestShardsUnderSlurm(t *testing.T) {
	if !longtest.Whole() {
		t.Skip("set TORRENTKIT_LONG_TESTS to run shards under Slurm: sbatch takes its time to see that a job has ended")
	}
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("Slurm's node daemon wants to be root: .ci/run starts this test as root")
	}
	munged, controller, node, batch := peertest.Need(t, "munged"), peertest.Need(t, "slurmctld"), peertest.Need(t, "slurmd"), peertest.Need(t, "sbatch")
	dir, err := os.MkdirTemp("/run", "slurm-test") // munge refuses folders that everybody can write to
	if err != nil {
		t.Skipf("peer test skipped: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	key := make([]byte, 128)
	rand.Read(key)
	conf := strings.NewReplacer("DIR", dir, "HOST", host, "PORT1", peertest.Port(t, "127.0.0.1"), "PORT2", peertest.Port(t, "127.0.0.1")).Replace(`ClusterName=test
SlurmctldHost=HOST(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=DIR/munge.sock
CredType=cred/munge
SlurmUser=root
SlurmctldPort=PORT1
SlurmdPort=PORT2
StateSaveLocation=DIR/state
SlurmdSpoolDir=DIR/spool
SlurmctldPidFile=DIR/slurmctld.pid
SlurmdPidFile=DIR/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
NodeName=HOST NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=HOST Default=YES State=UP
`)
	for name, data := range map[string]string{"munge.key": string(key), "slurm.conf": conf, "cgroup.conf": "CgroupPlugin=cgroup/v1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, sub := range []string{"state", "spool"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "SLURM_CONF="+dir+"/slurm.conf")
	start := func(program string, args ...string) {
		cmd := exec.Command(program, args...)
		cmd.Env = env
		log := &bytes.Buffer{}
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
			if t.Failed() {
				t.Logf("%s:\n%s", program, log.Bytes())
			}
		})
	}
	start(munged, "--foreground", "--force", "--socket="+dir+"/munge.sock", "--key-file="+dir+"/munge.key", "--pid-file="+dir+"/munge.pid",
		"--seed-file="+dir+"/munge.seed", "--log-file="+dir+"/munge.log")
	waitFor(t, "munge", func() bool { _, err := os.Stat(dir + "/munge.sock"); return err == nil })
	start(controller, "-D", "-f", dir+"/slurm.conf")
	start(node, "-D", "-f", dir+"/slurm.conf")
	waitFor(t, "the node", func() bool {
		cmd := exec.Command("sinfo", "-h", "-o", "%T")
		cmd.Env = env
		out, _ := cmd.Output()
		return strings.HasPrefix(string(out), "idle")
	})
	checkShards(t, func(t *testing.T, link, command string) {
		script := "#!/bin/sh\nI=$SLURM_ARRAY_TASK_ID\nexec " + command + "\n"
		cmd := exec.Command(batch, "--wait", "--array=1-4", "--output=/dev/null")
		cmd.Env, cmd.Stdin = env, strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("sbatch: %v\n%s", err, out)
		}
	})
}

func waitFor(t *testing.T, what string, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ready() {
			return
		}
	}
	t.Fatalf("%s did not come up", what)
}
