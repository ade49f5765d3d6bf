package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/magnet"
)

// parseLink reads a link and says what is unusual about it.
func (a *app) parseLink(s string) (*magnet.Link, error) {
	l, issues, err := magnet.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("reading the magnet link: %w", err)
	}
	for _, i := range issues {
		a.warn(fmt.Sprintf("magnet link: %v", i))
	}
	return &l, nil
}

// inspectLink shows what a magnet link says, as the magnet command does.
func (a *app) inspectLink(s string) error {
	l, issues, err := magnet.Parse(s)
	if err != nil {
		return fmt.Errorf("reading the magnet link: %w", err)
	}
	return a.showLink(s, l, issues)
}
