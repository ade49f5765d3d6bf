// Command outside uses every public package of torrentkit as a program of somebody else's does, and names every type that
// it touches. It is built and run by a test, in a module of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	tracker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "d8:completei3e10:incompletei1e8:intervali1800e5:peers0:e")
	}))
	defer tracker.Close()
	dir, err := os.MkdirTemp("", "outside")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"a.txt": "hello, world", "b.txt": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	made, err := makeTorrent(ctx, dir)
	if err != nil {
		return err
	}
	edited, err := editTrackers(made.Raw(), tracker.URL+"/announce")
	if err != nil {
		return err
	}
	if err := judge(edited.Raw); err != nil {
		return err
	}
	if err := check(ctx, edited.Raw, dir); err != nil {
		return err
	}
	if err := published(ctx, made.Hashes.V1); err != nil {
		return err
	}
	if err := fromMemory(ctx); err != nil {
		return err
	}
	link, err := share(edited.Raw)
	if err != nil {
		return err
	}
	return ask(ctx, link)
}

func makeTorrent(ctx context.Context, dir string) (*create.Result, error) {
	var read int64
	options := create.Options{
		Fields: metainfo.Fields{Trackers: [][]string{{"udp://old.example:6969/announce"}}, Comment: "made outside"},
		Name:   "greeting", Format: metainfo.Hybrid, PieceLength: 16384, ReadOrder: create.AutoOrder,
		Progress: func(done, total int64) { read = done },
	}
	var content *create.Content
	content, err := create.Scan(ctx, []string{dir}, create.DiskSelection{Links: create.FollowLinks, Selection: create.Selection{Rules: []create.Rule{{Pattern: "*.tmp"}}}})
	if err != nil {
		return nil, err
	}
	var plan *create.Plan
	if plan, err = content.Plan(options); err != nil {
		return nil, err
	}
	var notes []create.Note = plan.Notes
	made, err := plan.Torrent(ctx)
	if err != nil {
		return nil, err
	}
	var hashes metainfo.Hashes = made.Hashes
	var v1 metainfo.HashV1 = hashes.V1
	var v2 metainfo.HashV2 = hashes.V2
	fmt.Println("created", v1, v2, len(notes), read)

	t, err := metainfo.Parse(made.Raw())
	if err != nil {
		var problem metainfo.Problem
		errors.As(err, &problem)
		return nil, err
	}
	for _, f := range t.Content() {
		var file *metainfo.File = f
		fmt.Println("file", file.Length, file.Path)
	}
	return made, nil
}

func editTrackers(raw []byte, url string) (*create.Edited, error) {
	var trackers metainfo.TierEdit
	trackers.Set = [][]string{{url}}
	edited, err := create.Edit(raw, metainfo.Edit{Trackers: trackers})
	if err != nil {
		return nil, err
	}
	for _, c := range edited.Changes {
		var change metainfo.Change = c
		fmt.Println("changed", change.Key, edited.Old == edited.New)
	}
	return edited, nil
}

func judge(raw []byte) error {
	report, err := inspect.Lint(raw, inspect.LintOptions{Targets: []inspect.Target{inspect.QBittorrent}})
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		var finding inspect.Finding = f
		var severity metainfo.Severity = finding.Severity
		fmt.Println("lint", severity, finding.Rule.ID)
	}
	return nil
}

func check(ctx context.Context, raw []byte, dir string) error {
	report, err := verify.Data(ctx, raw, dir, verify.Options{ReadOrder: verify.AutoOrder})
	if err != nil {
		return err
	}
	for _, f := range report.Files {
		var state verify.State = f.State
		fmt.Println("verified", f.Path, state)
	}
	return nil
}

// fromMemory makes and verifies torrents of what is on no disk, and shows that one of a folder is the same.
func fromMemory(ctx context.Context) error {
	artifact := "all that was built"
	files := fstest.MapFS{"app/app.bin": {Data: []byte(artifact)}}
	var hashes []metainfo.Hashes
	folder, err := create.ScanFS(ctx, files, "app", create.Selection{})
	if err != nil {
		return err
	}
	file, err := create.ReaderAt("app.bin", strings.NewReader(artifact), int64(len(artifact)))
	if err != nil {
		return err
	}
	for _, content := range []*create.Content{folder, file} {
		plan, err := content.Plan(create.Options{})
		if err != nil {
			return err
		}
		made, err := plan.Torrent(ctx)
		if err != nil {
			return err
		}
		hashes = append(hashes, made.Hashes)
		var report *verify.Report
		if content == folder {
			report, err = verify.FS(ctx, made.Raw(), files, "app", verify.FSOptions{})
		} else {
			report, err = verify.ReaderAt(ctx, made.Raw(), strings.NewReader(artifact), int64(len(artifact)), verify.StreamOptions{})
		}
		if err != nil {
			return err
		}
		fmt.Println("from memory", report.OK())
	}
	dir, err := os.MkdirTemp("", "outside")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, files); err != nil {
		return err
	}
	made, err := create.Torrent(ctx, filepath.Join(dir, "app"), create.Options{})
	if err != nil {
		return err
	}
	fmt.Println("the same from a disk", made.Hashes == hashes[0])
	return nil
}

// published asks an index that has one torrent for it.
func published(ctx context.Context, hash metainfo.HashV1) error {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1/torrents") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error": "Torrent not found."}`)
			return
		}
		fmt.Fprintf(w, `{"data": {"total": 1, "results": [{"info_hash": "%v"}]}}`, hash)
	}))
	defer server.Close()
	client, err := index.New(server.URL, index.Options{})
	if err != nil {
		return err
	}
	var page index.Page
	if page, err = client.List(ctx, index.Query{}); err != nil {
		return err
	}
	_, err = client.Torrent(ctx, hash)
	var refusal *index.Refusal
	fmt.Println("index", page.Torrents[0].InfoHash == hash, errors.As(err, &refusal) && refusal.NotThere())
	return nil
}

func share(raw []byte) (magnet.Link, error) {
	t, err := metainfo.Parse(raw)
	if err != nil {
		return magnet.Link{}, err
	}
	link, issues, err := magnet.FromTorrent(t, magnet.LinkOptions{Trackers: magnet.AllTrackers})
	if err != nil {
		return link, err
	}
	again, more, err := magnet.Parse(link.String())
	fmt.Println("link", again.Hashes() == link.Hashes(), len(issues)+len(more))
	return again, err
}

func ask(ctx context.Context, link magnet.Link) error {
	for _, tracker := range link.Trackers {
		for _, hash := range link.Hashes().Swarms() {
			var results []announce.Result = announce.Probe(ctx, announce.Query{Tracker: tracker, Hash: hash}, announce.Options{})
			for _, r := range results {
				if r.Failure != nil {
					return r.Failure
				}
				var reply *announce.Reply = r.Reply
				fmt.Println("announced", reply.Seeds, reply.Leeches)
			}
		}
	}
	return nil
}
