package creating

import (
	"errors"
	"strings"

	"github.com/torrentkit/torrentkit/create"
)

// sortKeys is --sort: orders one after another, in one value or in several.
type sortKeys []create.SortKey

func (k *sortKeys) String() string { return "" }

// Type implements pflag.Value.
func (k *sortKeys) Type() string { return "ORDER" }

// Set implements pflag.Value.
func (k *sortKeys) Set(s string) error {
	for _, part := range strings.Split(s, ",") {
		name, direction, _ := strings.Cut(part, ":")
		order, known := map[string]create.Order{"path": create.ByPath, "natural": create.ByNatural, "size": create.BySize}[name]
		descending, sensible := map[string]bool{"": false, "asc": false, "ascending": false, "desc": true, "descending": true}[direction]
		if !known || !sensible {
			return errors.New("must be path, natural or size, and may end in :asc or :desc")
		}
		*k = append(*k, create.SortKey{Order: order, Descending: descending})
	}
	return nil
}
