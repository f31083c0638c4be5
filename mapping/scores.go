package mapping

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"waymark/mapping/cell"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Windows reads the counted responses of a survey; cell.Roller does.
type Windows interface {
	// Window gives the groups with occurred_at in [from, to).
	Window(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time) ([]cell.Group, error)
	// Totals gives the same with the segments put together, one group a version,
	// at a cost that does not grow with the segments.
	Totals(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time) ([]cell.Group, error)
	// Last gives the newest counted occurred_at of all time in milliseconds; 0 without any.
	Last(ctx context.Context, ws ident.Workspace, survey string) (int64, error)
}

// ScoresService answers what a map's stages score.
type ScoresService struct {
	Maps    *Service
	Surveys Surveys
	Windows Windows
	// Ages gives up to which age of the newest answer a stage is fresh, and
	// up to which it is ageing.
	Ages func(ctx context.Context, ws ident.Workspace) (fresh, stale time.Duration, err error)
	Now  func() time.Time
}

// Query is a window and a segment filter.
type Query struct {
	// From and To bound the window, [From, To). Without To it ends now,
	// without From it is Window long.
	From, To *when.Time
	Window   time.Duration // 0: DefaultWindow
	Segments []Segment     // ANDed
	Changes  bool          // compare with the window before, of equal length
}

// Segment is a value of a declared property.
type Segment struct{ Property, Value string }

// DefaultWindow is the window of scores where none is asked for.
const DefaultWindow = 90 * 24 * time.Hour

// Limits of a query. A version declares at most three properties, so more in
// one filter match nothing; the bound keeps the work small.
const (
	maxSegments = 5
	readers     = 4 // windows read at once
)

// ParseSegment reads property:value, split at the first colon.
func ParseSegment(s string) (Segment, error) {
	p, v, ok := strings.Cut(s, ":")
	if !ok || p == "" {
		return Segment{}, fault.New(fault.Invalid, "bad-segment", "A segment is written property:value.")
	}
	return Segment{p, v}, nil
}

// Snapshot is a map together with its scores: what every format is made from.
type Snapshot struct {
	Record   Record
	Document *Document
	Scores   Scores
}

// Scores computes a map's scores. NotFound for an unknown map, Malformed for
// a query that contradicts itself, Invalid for a segment that cannot be asked.
func (s *ScoresService) Scores(ctx context.Context, ws ident.Workspace, mapID string, q Query) (Scores, error) {
	snap, err := s.Snapshot(ctx, ws, mapID, q)
	return snap.Scores, err
}

// Snapshot reads a map and computes its scores; errors as Scores.
func (s *ScoresService) Snapshot(ctx context.Context, ws ident.Workspace, mapID string, q Query) (Snapshot, error) {
	r, err := s.Maps.Get(ctx, ws, mapID)
	if err != nil {
		return Snapshot{}, err
	}
	return s.Score(ctx, ws, r, q)
}

// Score computes the scores of a map that was read; errors as Scores.
func (s *ScoresService) Score(ctx context.Context, ws ident.Workspace, r Record, q Query) (Snapshot, error) {
	d, err := stored(r.Document)
	if err != nil {
		return Snapshot{}, err
	}
	sc, err := s.Of(ctx, ws, r.ID, d, q)
	return Snapshot{r, d, sc}, err
}

// Of computes the scores of a document of the map, the stored one or another
// version of it.
func (s *ScoresService) Of(ctx context.Context, ws ident.Workspace, mapID string, d *Document, q Query) (Scores, error) {
	now := when.Of(s.Now())
	from, to, err := q.bounds(now)
	if err != nil {
		return Scores{}, err
	}
	filter, err := q.filter(d)
	if err != nil {
		return Scores{}, err
	}
	source := mapID
	if d.ScoresFrom != nil {
		source = *d.ScoresFrom
	}
	fresh, stale, err := s.Ages(ctx, ws)
	if err != nil {
		return Scores{}, fmt.Errorf("reading the ages of freshness: %w", err)
	}
	sources, err := s.read(ctx, ws, source, from, to, filter)
	if err != nil {
		return Scores{}, err
	}
	if err := askable(q.Segments, filter, sources); err != nil {
		return Scores{}, err
	}
	b := newBoard(source, d, filter)
	for _, src := range sources {
		if err := b.add(src); err != nil {
			return Scores{}, err
		}
	}
	if err := s.newest(ctx, ws, b, sources, now); err != nil {
		return Scores{}, err
	}
	out := Scores{Map: mapID, From: from, To: to, AsOf: now, Stages: []StageScore{}}
	for i := range d.Stages {
		st := b.stage(&d.Stages[i], from, to)
		st.Freshness = b.freshness(d.Stages[i].ID, now, fresh, stale)
		out.Stages = append(out.Stages, st)
	}
	if q.Changes {
		err = s.changes(ctx, ws, b, sources, &out)
	}
	return out, err
}

func (q Query) bounds(now when.Time) (from, to when.Time, err error) {
	if q.Window != 0 && (q.From != nil || q.To != nil) {
		return from, to, fault.New(fault.Malformed, "contradictory-query", "Ask for a window or for from and to, not for both.")
	}
	length := q.Window
	if length == 0 {
		length = DefaultWindow
	}
	if length < 0 {
		return from, to, fault.New(fault.Invalid, "bad-window", "The window must be longer than nothing.")
	}
	to = now
	if q.To != nil {
		to = *q.To
	}
	from = to.Add(-length)
	if q.From != nil {
		from = *q.From
	}
	if to.Before(from) {
		return from, to, fault.New(fault.Malformed, "contradictory-query", "The window ends before it begins.")
	}
	return from, to, nil
}

// filter joins the query's segments with the subject's, in the order of
// their properties; the same twice is once.
func (q Query) filter(d *Document) ([]Segment, error) {
	all := slices.Clone(q.Segments)
	if d.Subject != nil && d.Subject.Segment != nil {
		sg, err := ParseSegment(*d.Subject.Segment)
		if err != nil {
			return nil, err
		}
		all = append(all, sg)
	}
	slices.SortFunc(all, func(a, b Segment) int { return strings.Compare(a.Property+"\x00"+a.Value, b.Property+"\x00"+b.Value) })
	all = slices.Compact(all)
	for i := 1; i < len(all); i++ {
		if all[i].Property == all[i-1].Property {
			return nil, fault.New(fault.Malformed, "contradictory-query", "No answer has two values of one property.")
		}
	}
	if len(all) > maxSegments {
		return nil, fault.New(fault.Invalid, "too-many-segments", "At most %d segments at once.", maxSegments)
	}
	return all, nil
}

// askable refuses properties that no version declares, where the query asks
// for them, and those with too many values in the window.
func askable(asked, filter []Segment, sources []source) error {
	for _, sg := range filter {
		declared, tooMany, values := false, false, map[string]bool{}
		for _, src := range sources {
			for _, v := range src.versions {
				declared = declared || slices.Contains(v.Segments, sg.Property)
			}
			for _, g := range src.groups {
				tooMany = tooMany || slices.Contains(g.Overflow, sg.Property)
				if v, ok := g.Segments[sg.Property]; ok {
					values[v] = true
				}
			}
		}
		if !declared && slices.Contains(asked, sg) {
			return fault.New(fault.Invalid, "unknown-segment", "No survey of the map declares the segment %q.", clip(sg.Property))
		}
		if tooMany || len(values) > cell.MaxValues {
			return fault.New(fault.Invalid, "too-many-values", "The property %q has more than %d values in the window.", clip(sg.Property), cell.MaxValues)
		}
	}
	return nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// newest notes for each stage the newest counted answer of all time.
func (s *ScoresService) newest(ctx context.Context, ws ident.Workspace, b *board, sources []source, now when.Time) error {
	for _, src := range sources {
		places := map[*place]bool{}
		elsewhere := false
		for _, v := range src.versions {
			p := b.at(v.Binding)
			elsewhere = elsewhere || p == nil
			if p != nil {
				places[p] = true
			}
		}
		if len(places) == 0 {
			continue
		}
		if len(places) == 1 && !elsewhere {
			last, err := s.Windows.Last(ctx, ws, src.survey)
			if err != nil {
				return err
			}
			for p := range places {
				p.newest = max(p.newest, last)
			}
			continue
		}
		// The survey moved between stages: only its groups tell which answer
		// belongs where. Answers lie at most minutes ahead of now.
		groups, err := s.Windows.Totals(ctx, ws, src.survey, when.Milli(0), now.Add(time.Hour))
		if err != nil {
			return err
		}
		for _, g := range groups {
			if v, ok := src.versions[g.Version]; ok {
				if p := b.at(v.Binding); p != nil {
					p.newest = max(p.newest, g.Last)
				}
			}
		}
	}
	return nil
}
