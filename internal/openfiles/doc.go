// Package openfiles knows how many files the system lets this process have open, which sockets and content share. It does
// not know how many are.
package openfiles
