package editing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// maxResults is how large the results of announce --json may be: lists of peers make them long.
const maxResults = 256 << 20

// asked is what of a line of announce --json says whether a tracker is dead.
type asked struct {
	Tracker  string `json:"tracker"`
	Standing string `json:"standing"`
}

// readDead lists the trackers that are dead by results of announce --json: those that are so in each line about them.
func readDead(ctx context.Context, con *console.Console, name string) ([]string, error) {
	raw, err := command.Read(ctx, con, name, maxResults)
	if err != nil {
		return nil, err
	}
	var order []string
	dead, answered := make(map[string]bool), false
	for at := 1; len(raw) > 0; at++ {
		var line []byte
		line, raw, _ = bytes.Cut(raw, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var a asked
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, badResults(name, fmt.Errorf("line %d is not JSON", at))
		}
		if a.Tracker == "" || a.Standing == "" {
			continue // the sums of --count, a line for a torrent
		}
		was, seen := dead[a.Tracker]
		if !seen {
			order = append(order, a.Tracker)
		}
		dead[a.Tracker] = a.Standing == "dead" && (was || !seen)
		answered = answered || a.Standing == "alive"
	}
	var out []string
	for _, tracker := range order {
		if dead[tracker] {
			out = append(out, tracker)
		}
	}
	switch {
	case len(order) == 0:
		return nil, badResults(name, errors.New("no tracker in it"))
	case !answered && len(out) > 0:
		return nil, console.WithHint(fmt.Errorf("reading %q: none of %s answered, which may be this machine's fault", command.InputName(name), command.Plural(len(order), "tracker")),
			"--remove-tracker URL removes one all the same")
	}
	verb := "are"
	if len(out) == 1 {
		verb = "is"
	}
	con.Note(fmt.Sprintf("%d of %s %s dead", len(out), command.Plural(len(order), "tracker"), verb))
	return out, nil
}

func badResults(name string, err error) error {
	return console.WithHint(command.InputError(command.InputName(name), err), "torrentkit announce --json TORRENT... > FILE writes it")
}
