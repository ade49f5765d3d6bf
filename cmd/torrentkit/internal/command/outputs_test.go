package command

import (
	"context"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// outputs are for files x, y and z in a folder.
func outputs(t *testing.T, dir string, o OutputOptions) (list Outputs) {
	t.Helper()
	con, _, _ := consoletest.New()
	for _, name := range []string{"x", "y", "z"} {
		out, err := NewOutput(con, filepath.Join(dir, name), o)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, out)
	}
	return list
}

var three = []io.WriterTo{Bytes("X"), Bytes("Y"), Bytes("Z")}

func TestOutputsAllOrNone(t *testing.T) {
	dir := t.TempDir()
	list := outputs(t, dir, OutputOptions{})
	mustWrite(t, filepath.Join(dir, "y"), "somebody's", 0o644)
	if err := list.Write(context.Background(), three); hintOf(err) != "--force replaces it" {
		t.Errorf("got %v", err)
	}
	checkFolder(t, dir, map[string]string{"y": "somebody's"})

	dir = t.TempDir()
	if err := outputs(t, dir, OutputOptions{}).Write(consoletest.InterruptedContext(), three); err == nil {
		t.Error("written after the end")
	}
	checkFolder(t, dir, nil)
	if err := outputs(t, dir, OutputOptions{}).Write(context.Background(), three); err != nil {
		t.Error(err)
	}
	checkFolder(t, dir, map[string]string{"x": "X", "y": "Y", "z": "Z"})
}

// What an earlier run placed before it was stopped does not stop the next.
func TestOutputsGoOn(t *testing.T) {
	for there, ok := range map[string]bool{"X": true, "other": false} {
		dir := t.TempDir()
		mustWrite(t, filepath.Join(dir, "x"), there, 0o640)
		list := outputs(t, dir, OutputOptions{Same: SameBytes})
		if err := list.Refuse(); err != nil {
			t.Error(err)
		}
		want := map[string]string{"x": there}
		if err := list.Write(context.Background(), three); (err == nil) != ok {
			t.Errorf("%q is there: %v", there, err)
		} else if ok {
			want["y"], want["z"] = "Y", "Z"
		}
		checkFolder(t, dir, want)
		if info := list[0].before; info == nil || runtime.GOOS != "windows" && info.Mode() != fs.FileMode(0o640) {
			t.Errorf("%v", info)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"x", "y", "z"} {
		mustWrite(t, filepath.Join(dir, name), "", 0o644)
	}
	if err := outputs(t, dir, OutputOptions{Same: SameBytes}).Refuse(); hintOf(err) != "--force replaces it" {
		t.Errorf("nothing is left to do: %v", err)
	}
	if err := outputs(t, dir, OutputOptions{Same: SameBytes, Force: true}).Refuse(); err != nil {
		t.Error(err)
	}
	if err := (Outputs{}).Refuse(); err != nil {
		t.Error(err)
	}
}

// Of writings that are made together one that fails leaves the others made.
func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	var list []*Writing
	for i, o := range outputs(t, dir, OutputOptions{}) {
		list = append(list, &Writing{Outputs: Outputs{o}, Data: three[i : i+1]})
	}
	mustWrite(t, filepath.Join(dir, "y"), "came meanwhile", 0o644)
	WriteAll(context.Background(), list)
	checkFolder(t, dir, map[string]string{"x": "X", "y": "came meanwhile", "z": "Z"})
	for i, failed := range []bool{false, true, false} {
		if err := list[i].Err; (err != nil) != failed {
			t.Errorf("%d: %v", i, err)
		}
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	dir = t.TempDir()
	w := &Writing{Outputs: outputs(t, dir, OutputOptions{}), Data: three}
	if WriteAll(stopped, []*Writing{w}); w.Err == nil {
		t.Error("no error of a context that has ended")
	}
	checkFolder(t, dir, nil)
}
