package create

import (
	"strings"

	"golang.org/x/sys/windows/registry"
)

// cpuBrand is the name in the registry, or "" where it does not tell.
func cpuBrand() string {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, `HARDWARE\DESCRIPTION\System\CentralProcessor\0`, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	name, _, _ := key.GetStringValue("ProcessorNameString")
	return strings.TrimSpace(name)
}
