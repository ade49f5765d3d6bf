package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// Four shards that another engine ran give, merged, the torrent of a single run, and the report of one of a copy that is
// damaged.
func checkShards(t *testing.T, run func(t *testing.T, link, command string)) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	tree(t, root, 40, 300000)
	copied := filepath.Join(dir, "damaged", "root")
	if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	damage(t, copied)
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
		run(t, link, fmt.Sprintf("%s create --shard $I/4 --journal %s.$I %s && %[1]s verify --shard $I/4 --journal %[4]s.$I %[5]s %[6]s",
			link, at("j"), strings.Join(args, " "), at("v"), at("whole"), copied))
		var journals, verified []string
		for i := range 4 {
			journals = append(journals, "--journal", fmt.Sprintf("%s.%d", at("j"), i+1))
			verified = append(verified, "--journal", fmt.Sprintf("%s.%d", at("v"), i+1))
		}
		if c := make("merged", journals...); c.ReusedBytes != c.Size {
			t.Errorf("%s: the shards hashed %d bytes of %d", format, c.ReusedBytes, c.Size)
		}
		a, err1 := os.ReadFile(at("whole"))
		b, err2 := os.ReadFile(at("merged"))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: the torrents differ: %v, %v", format, err1, err2)
		}
		for _, args := range [][]string{{"--json"}, {"--color", "always"}} {
			args = append([]string{"torrentkit", "verify", at("whole"), copied}, args...)
			one, _ := program(t, args...).Output()
			merged, _ := program(t, append(args, verified...)...).Output()
			if len(one) == 0 || !bytes.Equal(one, merged) {
				t.Errorf("%s: one machine says\n%s\nand the shards\n%s", format, one, merged)
			}
		}
	}
}

// damage flips a byte of a file in a folder, cuts another, and removes a third.
func damage(t *testing.T, root string) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if info, e := d.Info(); err == nil && e == nil && info.Mode().IsRegular() && info.Size() > 1000 {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	data[500] ^= 1
	if err := errors.Join(os.WriteFile(files[0], data, 0o644), os.Truncate(files[1], 700), os.Remove(files[2])); err != nil {
		t.Fatal(err)
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
		script := "#!/bin/sh\nI=$SLURM_ARRAY_TASK_ID\n" + command + "\n"
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

// manifest is what the guide's Indexed Job has of batch/v1: anything else is a mistake.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		CompletionMode           string `yaml:"completionMode"`
		Completions, Parallelism int
		Template                 struct {
			Spec struct {
				RestartPolicy string `yaml:"restartPolicy"`
				Containers    []struct {
					Name, Image   string
					Command, Args []string
					VolumeMounts  []struct {
						Name      string
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
				Volumes []struct {
					Name                  string
					PersistentVolumeClaim struct {
						ClaimName string `yaml:"claimName"`
					} `yaml:"persistentVolumeClaim"`
				}
			}
		}
	}
}

// The pods of the guide's Job, run one after the other, and the command of its comment give what one machine says.
func TestShardsOfTheManifest(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/guides/verify-shards.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job manifest
	in := yaml.NewDecoder(bytes.NewReader(raw))
	in.KnownFields(true)
	if err := in.Decode(&job); err != nil {
		t.Fatal(err)
	}
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || job.Spec.CompletionMode != "Indexed" || job.Spec.Completions < 2 || job.Spec.Template.Spec.RestartPolicy != "OnFailure" {
		t.Errorf("it is no Indexed Job: %+v", job)
	}
	dir := t.TempDir()
	content := filepath.Join(dir, "content")
	tree(t, content, 12, 100000)
	if err := os.Symlink(program(t, "torrentkit").Path, filepath.Join(dir, "torrentkit")); err != nil {
		t.Fatal(err)
	}
	finished(t, program(t, "torrentkit", "create", "--json", "-q", "-o", content+".torrent", content))
	damage(t, content)
	shell := func(command string, more ...string) string {
		cmd := exec.Command("sh", "-c", "PATH="+dir+":$PATH; "+strings.ReplaceAll(command, "/data/", dir+"/"))
		cmd.Env = append(os.Environ(), more...)
		out, _ := cmd.Output()
		return string(out)
	}
	pod := job.Spec.Template.Spec.Containers[0]
	for i := range job.Spec.Completions {
		if out := shell(pod.Args[0], fmt.Sprint("JOB_COMPLETION_INDEX=", i)); !strings.Contains(out, fmt.Sprintf("shard\t%d/%d\n", i+1, job.Spec.Completions)) {
			t.Errorf("pod %d says %q", i, out)
		}
	}
	_, merge, _ := strings.Cut(string(raw), "#   ")
	merge, _, _ = strings.Cut(merge, "\n")
	one := shell("torrentkit verify /data/content.torrent /data/content")
	if merged := shell(merge); one == "" || merged != one {
		t.Errorf("one machine says\n%s\nand the pods\n%s", one, merged)
	}
}
