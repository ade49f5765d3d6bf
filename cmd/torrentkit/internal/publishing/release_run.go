package publishing

import (
	"context"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Open asks the index whether it will take a torrent, and returns what publishes the file that has it: nothing, where that is
// not asked for.
func (r *Release) Open(ctx context.Context, con *console.Console) (func(ctx context.Context, name string) error, error) {
	if !r.On {
		return func(context.Context, string) error { return nil }, nil
	}
	f, err := r.flags()
	if err != nil {
		return nil, err
	}
	c, err := f.client(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{client: c, con: con, f: &f.indexFlags}
	if err := s.open(ctx); err != nil {
		return nil, verdict(s.explain(err))
	}
	p, err := prepare(ctx, con, s, f)
	if err != nil {
		return nil, verdict(s.explain(err))
	}
	return func(ctx context.Context, name string) error {
		if con.Human() && !con.Options.JSON {
			con.Print()
		}
		return publishAll(ctx, con, s, p, []string{name}, f)
	}, nil
}
