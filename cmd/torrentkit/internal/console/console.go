// Package console is how the program speaks with the world around it: the streams, exit codes, text, tables, JSON and
// progress, and the one renderer of what strangers wrote.
//
// Its writer is not exported: whatever a command prints goes through a door that escapes it. Messages and results have
// their rules in text.go. It knows no torrents and no flags.
package console

import (
	"cmp"
	"io"
	"sync/atomic"
	"time"
)

// Console is how the program speaks with the world around it: it prints results on standard output and the conversation on
// standard error, and knows what the user wants to see.
type Console struct {
	Options  Options
	Times    Times
	env      Env
	stdout   *checkedWriter
	text     io.Writer                // stdout for what is text
	commands io.Writer                // standard error for commands to the runner of a workflow
	progress atomic.Pointer[Progress] // the work that is under way, if any
}

// Options are the flags that every command has.
type Options struct {
	JSON        bool
	Quiet       bool
	Color       string // auto, always or never
	Human       bool   // results as on a terminal, wherever they go
	NoPager     bool
	Progress    bool
	ShowSecrets bool
}

// New returns the console of a world.
func New(e Env) *Console {
	con := &Console{Options: Options{Color: "auto"}, stdout: newCheckedWriter(e.Out), commands: e.Err}
	con.text = e.inWorkflow(con.stdout)
	e.Err = e.inWorkflow(e.Err)
	con.env, con.Times = e, Times{e.Measured}
	return con
}

// OnTerminal tells whether standard output is a terminal.
func (con *Console) OnTerminal() bool { return con.env.OutTTY }

// Human tells whether people read the result, and not a program. Who wants colours always is one of them.
func (con *Console) Human() bool {
	return con.env.OutTTY || con.Options.Human || con.Options.Color == "always"
}

// InPipeline tells whether text may end in the log of a pipeline. GitHub, GitLab and nearly all others set CI; Azure, TeamCity
// and Jenkins have a variable of their own.
func InPipeline(con *Console) bool {
	if ci := con.Getenv("CI"); ci != "" {
		return ci != "false" && ci != "0"
	}
	return cmp.Or(con.Getenv("GITHUB_ACTIONS"), con.Getenv("GITLAB_CI"), con.Getenv("TF_BUILD"), con.Getenv("TEAMCITY_VERSION"), con.Getenv("JENKINS_URL")) != ""
}

// Width is the terminal's number of columns.
func (con *Console) Width() int { return con.env.Width() }

// Getenv returns a variable of the environment.
func (con *Console) Getenv(name string) string { return con.env.Getenv(name) }

// Now is the time.
func (con *Console) Now() time.Time { return con.env.Now() }

// Conversation is standard error for a text of many lines.
func (con *Console) Conversation() io.Writer { return &visible{w: con.env.Err} }
