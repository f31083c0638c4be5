package mapping

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"waymark/mapping/cell"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// source is a survey with its published versions and its window.
type source struct {
	survey   string
	current  int64 // the newest published version; 0 where the survey is gone
	versions map[int64]surveys.Version
	groups   []cell.Group
}

func (s *ScoresService) read(ctx context.Context, ws ident.Workspace, mapID string, from, to when.Time, filter []Segment) ([]source, error) {
	list, err := s.Surveys.OfMap(ctx, ws, mapID)
	if err != nil {
		return nil, fmt.Errorf("reading the surveys of a map: %w", err)
	}
	list = slices.DeleteFunc(list, func(o surveys.Outline) bool { return o.Current == 0 })
	out := make([]source, len(list))
	err = each(ctx, list, func(ctx context.Context, i int, o surveys.Outline) (err error) {
		out[i], err = s.window(ctx, ws, o.ID, from, to, filter)
		return err
	})
	return slices.DeleteFunc(out, func(src source) bool { return src.current == 0 }), err
}

// window reads the window of a survey, with its segments apart where the
// filter asks for one, and its versions after it: an answer may be to a version
// that is published only now.
func (s *ScoresService) window(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time, filter []Segment) (source, error) {
	src := source{survey: survey, versions: map[int64]surveys.Version{}}
	read := s.Windows.Totals
	if len(filter) > 0 {
		read = s.Windows.Window
	}
	var err error
	if src.groups, err = read(ctx, ws, survey, from, to); err != nil {
		return src, err
	}
	published, err := s.Surveys.Published(ctx, ws, survey)
	if fault.Is(err, fault.NotFound) {
		return source{survey: survey}, nil // deleted meanwhile
	}
	if err != nil {
		return src, fmt.Errorf("reading the versions of survey %s: %w", survey, err)
	}
	for _, v := range published {
		src.versions[v.Number], src.current = v, v.Number
	}
	return src, nil
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
