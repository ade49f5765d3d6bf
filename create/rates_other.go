//go:build !darwin && !windows

package create

func cpuBrand() string { return "" }
