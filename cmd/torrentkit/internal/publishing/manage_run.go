package publishing

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// find asks for the torrent of an infohash, which may be that of a file that was uploaded.
func find(ctx context.Context, s *session, flag, hash string) (index.Torrent, error) {
	h, err := metainfo.ParseHash(hash)
	if err != nil || h.V1.IsZero() {
		return index.Torrent{}, fmt.Errorf("--%s: %q is no v1 infohash, which is what an index knows", flag, hash)
	}
	return s.client.Torrent(ctx, h.V1)
}

// update changes what the index says of a torrent.
func update(ctx context.Context, con *console.Console, s *session, f *publishFlags) error {
	var change index.Change
	if f.changed("title") {
		if len(f.title) < index.MinTitle {
			return errors.New("--title is shorter than three bytes")
		}
		change.Title = &f.title
	}
	if f.changed("description-file") {
		text, err := readDescription(ctx, con, f.descriptionFile)
		if err != nil {
			return err
		}
		change.Description = &text
	}
	if f.changed("category") {
		c, err := findCategory(ctx, s, f.category)
		if err != nil {
			return err
		}
		change.Category = &c.ID
	}
	if f.changed("tag") {
		ids, err := findTags(ctx, s, f.tags)
		if err != nil {
			return err
		}
		change.Tags = &ids
	}
	if change == (index.Change{}) {
		return errors.New("nothing to change was named: --title, --description-file, --category or --tag")
	}
	t, err := find(ctx, s, "update", f.update)
	if err != nil {
		return err
	}
	if _, err := s.client.Update(ctx, t.InfoHash, change); err != nil {
		return err
	}
	if t, err = s.client.Torrent(ctx, t.InfoHash); err != nil {
		return err
	}
	return showOne(con, "updated", t)
}

// remove deletes a torrent from the index.
func remove(ctx context.Context, con *console.Console, s *session, f *publishFlags) error {
	t, err := find(ctx, s, "delete", f.delete)
	if err != nil {
		return err
	}
	if err := s.client.Delete(ctx, t.InfoHash); err != nil {
		return err
	}
	return showOne(con, "deleted", t)
}

// download gets a torrent as the index gives it out.
func download(ctx context.Context, con *console.Console, s *session, f *publishFlags) error {
	h, err := metainfo.ParseHash(f.download)
	if err != nil || h.V1.IsZero() {
		return fmt.Errorf("--download: %q is no v1 infohash, which is what an index knows", f.download)
	}
	raw, err := s.client.Download(ctx, h.V1)
	if err != nil {
		return err
	}
	t, problems := metainfo.Read(raw)
	if t == nil {
		return fmt.Errorf("what the index sends is no torrent: %w", problems[len(problems)-1])
	}
	output, err := write(ctx, con, raw, t, f)
	if err != nil || output == "-" {
		return err
	}
	return showDownloaded(con, h.V1, t, output)
}

// write puts what was downloaded where -o says, or under the torrent's name.
func write(ctx context.Context, con *console.Console, raw []byte, t *metainfo.Torrent, f *publishFlags) (string, error) {
	target := f.output
	if target == "" {
		target = "."
	}
	out, err := command.NewOutput(con, target, command.OutputOptions{DefaultName: command.TorrentFile(t.Name, t.Hashes()), Force: f.force, Binary: true})
	if err != nil {
		return "", err
	}
	return out.String(), out.Write(ctx, raw)
}
