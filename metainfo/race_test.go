//go:build race

package metainfo

// slowdown is what time limits are multiplied with: the race detector makes everything ten times as slow.
const slowdown = 10
