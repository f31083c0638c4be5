package mapping

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"waymark/mapping/cell"
	"waymark/surveys"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// source is a survey with its published versions and its window.
type source struct {
	survey   surveys.Record
	versions map[int64]surveys.Version
	groups   []cell.Group
}

func (s *ScoresService) read(ctx context.Context, ws ident.Workspace, mapID string, from, to when.Time) ([]source, error) {
	list, err := s.Surveys.OfMap(ctx, ws, mapID)
	if err != nil {
		return nil, fmt.Errorf("reading the surveys of a map: %w", err)
	}
	list = slices.DeleteFunc(list, func(r surveys.Record) bool { return r.Current == nil })
	out := make([]source, len(list))
	err = each(ctx, list, func(ctx context.Context, i int, r surveys.Record) error {
		old, err := s.Surveys.ArchivedAll(ctx, ws, r.ID)
		if err != nil {
			return fmt.Errorf("reading the versions of survey %s: %w", r.ID, err)
		}
		out[i] = source{survey: r, versions: map[int64]surveys.Version{}}
		for _, v := range append(old, *r.Current) {
			out[i].versions[v.Number] = v
		}
		out[i].groups, err = s.Windows.Window(ctx, ws, r.ID, from, to)
		return err
	})
	return out, err
}

// each runs do for every item, a few at once.
func each[T any](ctx context.Context, items []T, do func(context.Context, int, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, item := range items {
		g.Go(func() error { return do(ctx, i, item) })
	}
	return g.Wait()
}
