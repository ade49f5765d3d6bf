package verifying

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// verifyTask is a torrent, and where its content is looked for.
type verifyTask struct {
	torrent, content string
	folder           *command.Folder // that the torrent was found in; nil for one that was named
}

func (t verifyTask) input() command.Input { return command.Input{Name: t.torrent, Folder: t.folder} }

// closeFolders gives the folders of tasks back.
func closeFolders(tasks []verifyTask) {
	for _, t := range tasks {
		if t.folder != nil {
			t.folder.Close()
		}
	}
}

// verifyTasks reads the arguments of verify: TORRENT [PATH], or several torrents and folders of torrents. Of two
// arguments the second is the PATH, unless it is the file of a torrent or --content names the path.
func verifyTasks(ctx context.Context, con *console.Console, args []string, f *verifyFlags) ([]verifyTask, error) {
	content := f.content
	if f.tar && content == "" && len(args) == 1 {
		content = "-"
	}
	if len(args) == 2 && content == "" && !isTorrentFile(args[1]) {
		args, content = args[:1], args[1]
	}
	var tasks []verifyTask
	for _, arg := range args {
		names := []string{arg}
		var folder *command.Folder
		if arg != "-" && command.IsFolder(arg) {
			var err error
			if folder, err = command.OpenFolder(arg); err != nil {
				return nil, err
			}
			if names, err = folder.Torrents(ctx, con, false); err != nil {
				return nil, err
			}
			if len(names) == 0 {
				err = fmt.Errorf("%q holds no file that ends in .torrent", arg)
				if len(args) == 2 && arg == args[0] && !command.IsFolder(args[1]) {
					err = console.WithHint(err, fmt.Sprintf("the first argument is a folder: did you mean torrentkit verify %s %s", args[1], arg))
				}
				return nil, err
			}
		}
		for _, name := range names {
			where := content
			if where == "" {
				where = filepath.Dir(name) // of "-": this folder
			}
			tasks = append(tasks, verifyTask{name, where, folder})
		}
	}
	switch {
	case content == "-" && len(tasks) > 1:
		return nil, errors.New("standard input is the content of one torrent only")
	case content == "-" && tasks[0].torrent == "-":
		return nil, errors.New("standard input cannot be both the torrent and its content")
	case f.tar && len(tasks) > 1:
		return nil, errors.New("--tar takes one torrent")
	}
	return tasks, nil
}

func isTorrentFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && strings.EqualFold(filepath.Ext(name), ".torrent")
}

// seed is one that is not 0, from the clock: it need not be hard to guess.
func seed(con *console.Console) uint64 { return uint64(con.Now().UnixNano())%1_000_000_000 + 1 }
