package command

import (
	"fmt"
	"strings"

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

// PieceLengthValue is a flag that takes a piece length. Elsewhere it is a power of two.
type PieceLengthValue int64

func (v *PieceLengthValue) String() string { return (*SizeValue)(v).String() }

// Type implements pflag.Value.
func (v *PieceLengthValue) Type() string { return "SIZE" }

// Set implements pflag.Value.
func (v *PieceLengthValue) Set(s string) error {
	if err := (*SizeValue)(v).Set(s); err != nil {
		return err
	}
	if n := int64(*v); n >= 10 && n <= 30 {
		size := strings.NewReplacer("iB", "", " ", "").Replace(console.FormatSize(1 << n))
		return fmt.Errorf("%s is a power of two elsewhere, and a number of bytes here: want %s", s, size)
	}
	return nil
}

// Set implements pflag.Value.
func (v *SizeValue) Set(s string) error {
	n, err := console.ParseSize(s)
	*v = SizeValue(n)
	return err
}
