package publishing

import (
	"context"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// list prints torrents of the index, page by page, in JSON as they come.
func list(ctx context.Context, con *console.Console, s *session, f *publishFlags) error {
	q := index.Query{Search: f.search, Sort: sorts()[f.sort], PageSize: index.MaxPage}
	if f.category != "" { // the index lists all where it does not know one
		if _, err := findCategory(ctx, s, f.category); err != nil {
			return err
		}
		q.Categories = []string{f.category}
	}
	if _, err := findTags(ctx, s, f.tags); err != nil {
		return err
	}
	q.Tags = f.tags
	rows := newList()
	shown, total := 0, int64(0)
	seen := map[int64]bool{} // what is published in the meantime moves the others on
	for ; f.limit == 0 || shown < f.limit; q.Page++ {
		page, err := s.client.List(ctx, q)
		if err != nil {
			return err
		}
		total = page.Total
		for _, t := range page.Torrents {
			if seen[t.ID] || f.limit > 0 && shown == f.limit {
				continue
			}
			seen[t.ID] = true
			shown++
			if err := rows.add(con, t); err != nil {
				return err
			}
		}
		if len(page.Torrents) == 0 || int64((q.Page+1)*len(page.Torrents)) >= total {
			break
		}
	}
	rows.show(con, shown, total)
	return nil
}
