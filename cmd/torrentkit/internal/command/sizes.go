package command

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// SizeValue is a flag that takes a size.
type SizeValue int64

func (v *SizeValue) String() string {
	if *v == 0 {
		return ""
	}
	return console.FormatSize(int64(*v))
}

// Type implements pflag.Value.
func (v *SizeValue) Type() string { return "SIZE" }

// Set implements pflag.Value.
func (v *SizeValue) Set(s string) error {
	n, err := console.ParseSize(s)
	*v = SizeValue(n)
	return err
}
