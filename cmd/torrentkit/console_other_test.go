//go:build !windows

package main

// onPseudoConsole is the program: other systems need no help to get their streams.
func onPseudoConsole() { main() }
