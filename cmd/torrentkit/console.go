package main

import (
	"io"
	"sync/atomic"
	"time"
)

// app is how the program speaks with the world around it: it prints results on standard output and the conversation on
// standard error, and knows what the user wants to see.
type app struct {
	options  options
	env      env
	stdout   *checkedWriter
	progress atomic.Pointer[progress] // the work that is under way, if any
}

// options are the flags that every command has.
type options struct {
	JSON        bool
	Quiet       bool
	Color       string // auto, always or never
	Progress    bool
	ShowSecrets bool
}

// newApp returns the console of a world.
func newApp(e env) *app {
	return &app{options: options{Color: "auto"}, env: e, stdout: newCheckedWriter(e.Out)}
}

// onTerminal tells whether standard output is a terminal: people read it, and not a program.
func (a *app) onTerminal() bool { return a.env.OutTTY }

// width is the terminal's number of columns.
func (a *app) width() int { return a.env.Width() }

// getenv returns a variable of the environment.
func (a *app) getenv(name string) string { return a.env.Getenv(name) }

// now is the time.
func (a *app) now() time.Time { return a.env.Now() }

// conversation is standard error for a text of many lines.
func (a *app) conversation() io.Writer { return &visible{w: a.env.Err} }
