package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// thing is what an argument is where a command should stand.
type thing int

const (
	noThing thing = iota
	torrentFile
	otherFile
	folder
	magnetLink
	webURL
	trackerURL
)

// thingOf tells what an argument is, without asking anybody but the disk.
func thingOf(arg string) thing {
	scheme, _, isURL := strings.Cut(arg, "://")
	switch {
	case command.IsMagnet(arg):
		return magnetLink
	case command.IsURL(arg) && strings.HasSuffix(strings.ToLower(arg), ".torrent"):
		return webURL
	case isURL && strings.Contains(" http https udp ws wss ", " "+strings.ToLower(scheme)+" "):
		return trackerURL
	case command.IsFolder(arg):
		return folder
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		return noThing
	case info.Mode().IsRegular() && strings.EqualFold(filepath.Ext(arg), ".torrent"):
		return torrentFile
	case info.Mode().IsRegular():
		return otherFile
	}
	return noThing
}

// showThing shows what an argument is, and which commands fit it. It begins no work.
func showThing(ctx context.Context, con *console.Console, root *cobra.Command, arg string) error {
	var fit []string
	switch kind := thingOf(arg); kind {
	case torrentFile, magnetLink:
		inspect, _, err := root.Find([]string{"inspect"})
		if err != nil {
			return err
		}
		inspect.SetContext(ctx)
		if err := inspect.RunE(inspect, []string{arg}); err != nil {
			return err
		}
		if con.Human() {
			con.Print()
		}
		if fit = []string{"verify", "lint", "magnet", "announce", "edit"}; kind == magnetLink {
			fit = []string{"magnet fetch", "announce", "scrape"}
		}
	case folder:
		con.Printf("%s is a folder", console.Escape(arg))
		fit = []string{"create", "inspect", "lint"}
	case otherFile:
		con.Printf("%s is a file", console.Escape(arg))
		fit = []string{"create", "inspect"}
	case webURL:
		con.Printf("%s is the URL of a torrent", console.Escape(con.URL(arg)))
		fit = []string{"inspect", "lint", "magnet"}
	default:
		con.Printf("%s is the URL of a tracker, or of something on the web", console.Escape(con.URL(arg)))
		fit = []string{"announce", "scrape", "doctor", "inspect"}
	}
	return tellFitting(con, root, fit)
}

// tellFitting says which commands fit a thing: beside the result where a program reads it.
func tellFitting(con *console.Console, root *cobra.Command, fit []string) error {
	width := 0
	for _, name := range fit {
		width = max(width, len(name))
	}
	for i, name := range fit {
		cmd, _, err := root.Find(strings.Fields(name))
		if err != nil {
			return err
		}
		start := "      "
		if i == 0 {
			start = "next: "
		}
		line := fmt.Sprintf("%storrentkit %-*s  %s", start, width, name, cmd.Short)
		if con.Human() {
			con.Print(console.Words(line))
		} else {
			con.Note(strings.TrimSpace(line))
		}
	}
	return nil
}
