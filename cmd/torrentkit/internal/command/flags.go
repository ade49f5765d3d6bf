package command

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Tiers makes tiers of announce URLs. Only a comma with a scheme behind it separates: URLs may contain commas.
func Tiers(flags []string) [][]string {
	var all [][]string
	for _, s := range flags {
		var tier []string
		for _, part := range strings.Split(s, ",") {
			if len(tier) > 0 && !hasScheme.MatchString(strings.TrimSpace(part)) {
				tier[len(tier)-1] += "," + part
				continue
			}
			tier = append(tier, strings.TrimSpace(part))
		}
		all = append(all, tier)
	}
	return all
}

// hasScheme finds URLs that begin with a scheme.
var hasScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// FlagError adds the nearest flag to the error about one that does not exist.
func FlagError(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) || missing.GetSpecifiedShortnames() != "" {
		return plainly(cmd, err)
	}
	name := missing.GetSpecifiedName()
	if hint := Foreign(cmd, name); hint != "" {
		return console.WithHint(err, hint)
	}
	best, distance := "", 1+len(name)/3
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := editDistance(name, f.Name); !f.Hidden && d <= distance {
			best, distance = f.Name, d-1
		}
	})
	if best == "" {
		return err
	}
	return console.WithHint(err, "did you mean --"+best+"?")
}

// editDistance counts the insertions, deletions and changes of bytes that make b of a. Inputs over 64 bytes are as far
// away as can be.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// choice is a flag that takes one of a few words.
type choice struct {
	value   *string
	allowed []string
}

// OneOf is a flag whose value, one of some words, goes to where value points; what stands there is the default.
func OneOf(value *string, allowed ...string) pflag.Value { return &choice{value, allowed} }

func (c *choice) String() string { return *c.value }

// Type implements pflag.Value: it is the word for the value where the usage text names none.
func (c *choice) Type() string { return strings.Join(c.allowed, "|") }

// Set implements pflag.Value.
func (c *choice) Set(s string) error {
	if slices.Contains(c.allowed, s) {
		*c.value = s
		return nil
	}
	last := len(c.allowed) - 1
	return fmt.Errorf("must be %s or %s", strings.Join(c.allowed[:last], ", "), c.allowed[last])
}
