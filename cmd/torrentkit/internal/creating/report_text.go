package creating

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// outcome is one value that a pipeline's later steps are given.
type outcome struct{ name, value string }

// publicLink is a link that others may use: it has no passkeys, and there is none of a private torrent.
func publicLink(t *metainfo.Torrent, peers []string) (string, error) {
	l, _, err := magnet.FromTorrent(t, magnet.LinkOptions{Public: true, Peers: peers})
	if err != nil {
		return "", err
	}
	return l.String(), nil
}

// outcomesOf are those of a torrent.
func outcomesOf(t *metainfo.Torrent, peers []string, out *command.Output) []outcome {
	h := t.Hashes()
	link, _ := publicLink(t, peers)
	return []outcome{{"infohash", h.V1.String()}, {"infohash-v2", h.V2.String()}, {"magnet", link}, {"torrent", out.String()}}
}

// openReports checks where reports go, before anything is hashed.
func openReports(con *console.Console, f *createFlags) (err error) {
	if f.opened, err = command.NewReports(con, f.reports, f.force); err != nil || !f.opened.Wants("github") {
		return err
	}
	if command.GitHubOutputs().Missing(con) {
		return console.WithHint(errors.New("--report github: GITHUB_OUTPUT, in which GitHub's runner names the file for outputs, is not set"),
			"--report dotenv=FILE writes a file anywhere")
	}
	return command.GitHubOutputs().Check(con)
}

// outcomesOfAll are those of all torrents. The names of the second's end in -2, and so on.
func outcomesOfAll(lints []*inspect.Report, peers []string, outs command.Outputs) (all []outcome) {
	for i, lint := range lints {
		for _, o := range outcomesOf(lint.Torrent, peers, outs[i]) {
			if i > 0 {
				o.name = fmt.Sprintf("%s-%d", o.name, i+1)
			}
			all = append(all, o)
		}
	}
	return all
}

// writeReports tells other programs what was made.
func writeReports(ctx context.Context, con *console.Console, f *createFlags, lints []*inspect.Report, outs command.Outputs) error {
	for i, lint := range lints {
		if _, err := publicLink(lint.Torrent, f.peers); err != nil && len(f.reports) > 0 {
			con.Note(fmt.Sprintf("the report of %q has no magnet link: %v", outs[i], err))
		}
	}
	return f.opened.Write(ctx, func(kind string) ([]byte, error) {
		all := outcomesOfAll(lints, f.peers, outs)
		if kind == "dotenv" {
			return dotenv(all)
		}
		if err := command.GitHubOutputs().Append(con, githubOutputs(all)); err != nil {
			return nil, err
		}
		return nil, command.GitHubSummary().Append(con, githubCreated(lints, f.peers, outs))
	})
}

// dotenv is what GitLab reads (artifacts:reports:dotenv): a name and a value a line, as it stands.
func dotenv(all []outcome) ([]byte, error) {
	var b strings.Builder
	for _, o := range all {
		if strings.ContainsAny(o.value, "\r\n") {
			return nil, fmt.Errorf("the %s %q has a line break, which a dotenv report cannot hold", o.name, o.value)
		}
		fmt.Fprintf(&b, "%s=%s\n", strings.ToUpper(strings.ReplaceAll(o.name, "-", "_")), o.value)
	}
	return []byte(b.String()), nil
}

// githubOutputs are values for later steps, each between two lines that it cannot hold.
func githubOutputs(all []outcome) string {
	var b strings.Builder
	for _, o := range all {
		end := "end-" + create.NewEntropy()
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", o.name, end, o.value, end)
	}
	return b.String()
}

// githubCreated is the summary of the step.
func githubCreated(lints []*inspect.Report, peers []string, outs command.Outputs) string {
	var b strings.Builder
	b.WriteString("| torrent | size | infohash | magnet link |\n|---|---|---|---|\n")
	for i, lint := range lints {
		all := outcomesOf(lint.Torrent, peers, outs[i])
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", command.MarkdownCell(outs[i].String()), console.FormatSize(lint.Torrent.Size()),
			lint.Torrent.Hashes(), command.MarkdownCell(all[2].value))
	}
	return b.String()
}
