package magnets

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// openDesktop hands a link to the program that the desktop has for it. The link is in normal form, so that nothing in
// it can pass for an option or mean something to a shell; none is involved.
func openDesktop(ctx context.Context, link string) error {
	name, args := "xdg-open", []string{link}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", link}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return console.WithHint(fmt.Errorf("opening the link: %s is not installed", name), "without --open the link is printed only")
	}
	if err := exec.CommandContext(ctx, path, args...).Run(); err != nil {
		return fmt.Errorf("opening the link with %s: %w", name, err)
	}
	return nil
}
