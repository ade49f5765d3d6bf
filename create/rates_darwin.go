package create

import "golang.org/x/sys/unix"

// cpuBrand is the name by sysctl(3).
func cpuBrand() string {
	name, _ := unix.Sysctl("machdep.cpu.brand_string") // "" where it does not tell
	return name
}
