package mapping

import (
	"context"
	"fmt"
	"slices"

	"waymark/mapping/score"
	"waymark/surveys/ident"
)

// Move is how a measure really moved since the window before, of equal
// length. There is none where chance would do.
type Move struct {
	Value, Low, High float64 // in the unit of the metric
	P                float64 // adjusted over all measures of the map
}

// changes sets what changed on the stages of out, and how many measures could
// be compared at all. A measure is compared within its shown series, so a new
// wording never looks like a change.
func (s *ScoresService) changes(ctx context.Context, ws ident.Workspace, b *board, sources []source, out *Scores) error {
	before := newBoard(b.source, b.document, b.segments)
	earlier := make([]source, len(sources))
	length := out.To.Sub(out.From)
	out.Before = out.From.Add(-length)
	err := each(ctx, sources, func(ctx context.Context, i int, src source) (err error) {
		earlier[i], err = s.window(ctx, ws, src.survey, out.Before, out.From, b.segments)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the window before: %w", err)
	}
	for _, src := range earlier {
		for _, g := range src.groups {
			if slices.ContainsFunc(b.props, func(p string) bool { return slices.Contains(g.Overflow, p) }) {
				return nil // its segments cannot be told apart any more
			}
		}
		if err := before.add(src); err != nil {
			return err
		}
	}
	return b.compare(before, out)
}

// pair is a measure that can be compared.
type pair struct {
	score.Difference
	before, after int64
	at            **Move
}

// compare tests every measure that is shown on both sides, and keeps the
// changes that survive the adjustment for their number.
func (b *board) compare(before *board, out *Scores) error {
	var pairs []pair
	var ps []float64
	for i := range out.Stages {
		st := &out.Stages[i]
		now, then := b.places[spot{st.ID, ""}], before.places[spot{st.ID, ""}]
		for _, m := range []struct {
			metric string
			at     **Move
		}{{st.Satisfaction.Metric, &st.SatisfactionMove}, {st.Emotion.Metric, &st.EmotionMove}} {
			shown := now.shown(m.metric)
			if shown == nil {
				continue
			}
			was := then.series[shown.ID]
			if was == nil || shown.n.hidden(b.filter) || was.n.hidden(b.filter) {
				continue
			}
			p := pair{before: was.answers.N(), after: shown.answers.N(), at: m.at}
			if p.before < score.Floor || p.after < score.Floor {
				continue
			}
			var err error
			if p.Difference, err = score.Change(was.answers, shown.answers); err != nil {
				return fmt.Errorf("comparing stage %s with the window before: %w", st.ID, err)
			}
			pairs, ps = append(pairs, p), append(ps, p.P)
		}
	}
	adjusted, _ := score.BenjaminiHochberg(ps, score.FalseDiscoveryRate)
	for i, p := range pairs {
		if score.Significant(adjusted[i], p.before, p.after) {
			*p.at = &Move{p.Value, p.Low, p.High, adjusted[i]}
		}
		if p.before >= score.Full && p.after >= score.Full {
			out.Compared++
		}
	}
	return nil
}
