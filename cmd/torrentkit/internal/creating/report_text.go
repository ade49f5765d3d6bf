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

// outcomesOf are those of a torrent. A link that others may use has no passkeys, and there is none of a private torrent.
func outcomesOf(t *metainfo.Torrent, peers []string, out *command.Output) []outcome {
	h := t.Hashes()
	link := ""
	if l, _, err := magnet.FromTorrent(t, magnet.LinkOptions{Public: true, Peers: peers}); err == nil {
		link = l.String()
	}
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

// writeReports tells other programs what was made. Of several torrents the first gives the outputs.
func writeReports(ctx context.Context, con *console.Console, f *createFlags, lints []*inspect.Report, outs command.Outputs) error {
	return f.opened.Write(ctx, func(kind string) ([]byte, error) {
		all := outcomesOf(lints[0].Torrent, f.peers, outs[0])
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
