//go:build !race

package metainfo

// slowdown is what time limits are multiplied with.
const slowdown = 1
