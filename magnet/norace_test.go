//go:build !race

package magnet

const raceEnabled = false
