package mapping

import (
	"slices"
	"strconv"
	"strings"

	"waymark/mapping/score"
	"waymark/surveys/when"
)

// satisfactions are the metrics that can be a stage's satisfaction, in the
// order in which they are taken.
var satisfactions = []string{"csat", "rating", "ces", "nps"}

func insert(sorted []string, s string) []string {
	i, found := slices.BinarySearch(sorted, s)
	if found {
		return sorted
	}
	return slices.Insert(sorted, i, s)
}

// stage tells what was counted at a stage, with the floors applied.
func (b *board) stage(st *Stage, from, to when.Time) StageScore {
	p := b.places[spot{st.ID, ""}]
	metric := p.satisfaction(st.Metric)
	shown := p.shown(metric)
	out := StageScore{ID: st.ID, Satisfaction: b.measure(metric, shown), Emotion: b.measure("emotion", p.shown("emotion")),
		Metrics: []SeriesScore{}, Touchpoints: []TouchpointScore{}, Break: p.broke(shown, from, to), EmotionBreak: p.broke(p.shown("emotion"), from, to)}
	for _, s := range p.sorted() {
		out.Metrics = append(out.Metrics, SeriesScore{Series: s.ID, Surveys: s.surveys, Question: s.Question, Title: s.Title, Measure: *b.measure(s.Metric, s)})
	}
	for _, t := range st.Touchpoints {
		tp := b.places[spot{st.ID, t.ID}]
		m := tp.satisfaction(st.Metric)
		out.Touchpoints = append(out.Touchpoints, TouchpointScore{ID: t.ID, Satisfaction: b.measure(m, tp.shown(m)), Emotion: b.measure("emotion", tp.shown("emotion"))})
	}
	if b.tells(p) {
		n, suspects := p.responses.n(b.filter), p.suspects
		out.Responses, out.Suspects = &n, &suspects
		if p.last > 0 {
			last := when.Milli(p.last)
			out.LastResponseAt = &last
		}
	}
	return out
}

// tells reports whether the number of responses may be shown: not where it is
// hidden itself, and not where subtracting a metric's shown series from it
// would leave a small hidden one.
func (b *board) tells(p *place) bool {
	if p.responses.hidden(b.filter) {
		return false
	}
	rest, hides := map[string]int64{}, map[string]bool{}
	for _, s := range p.series {
		if s.n.hidden(b.filter) {
			hides[s.Metric] = true
		} else {
			rest[s.Metric] += s.n.n(b.filter)
		}
	}
	for metric := range hides {
		if score.RevealsComplement(rest[metric], p.responses.n(b.filter)) {
			return false
		}
	}
	return true
}

// satisfaction gives the metric that is the place's satisfaction: the wanted
// one, else the first that its published surveys ask, else that they ever
// asked.
func (p *place) satisfaction(wanted string) string {
	if wanted != "" {
		return wanted
	}
	for _, known := range []map[string]bool{p.asked, p.ever} {
		for _, m := range satisfactions {
			if known[m] {
				return m
			}
		}
	}
	return satisfactions[0]
}

// shown gives the series of the metric with the most answers in the window,
// segments aside, the newer where equal; nil where none asks it.
func (p *place) shown(metric string) *series {
	var best *series
	for _, s := range p.sorted() { // newer first
		if s.Metric == metric && (best == nil || s.n.all() > best.n.all()) {
			best = s
		}
	}
	return best
}

// sorted lists the series by metric, the newer wording first.
func (p *place) sorted() []*series {
	out := make([]*series, 0, len(p.series))
	for _, s := range p.series {
		out = append(out, s)
	}
	rank := func(s *series) int {
		if i := slices.Index(satisfactions, s.Metric); i >= 0 {
			return i
		}
		return len(satisfactions)
	}
	slices.SortFunc(out, func(a, b *series) int {
		switch {
		case rank(a) != rank(b):
			return rank(a) - rank(b)
		case b.began.Before(a.began):
			return -1
		case a.began.Before(b.began):
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// broke gives when, within the window, the shown wording took over from an
// older one, or the stage from the one it inherits from.
func (p *place) broke(shown *series, from, to when.Time) *when.Time {
	if shown == nil {
		return nil
	}
	within := func(t when.Time) bool { return from.Before(t) && t.Before(to) }
	for _, s := range p.series {
		if s != shown && s.Metric == shown.Metric && s.began.Before(shown.began) && within(shown.began) {
			return &shown.began
		}
	}
	if p.inherited != nil && p.direct != nil && within(*p.direct) {
		return p.direct
	}
	return nil
}

// measure scores the answers of a series under the filter.
func (b *board) measure(metric string, s *series) *Measure {
	m := &Measure{Metric: metric, State: Empty, Distribution: Distribution{}}
	var n int64
	switch {
	case s == nil:
		m.N = &n
		return m
	case s.n.hidden(b.filter):
		m.State, m.Distribution = Hidden, nil
		return m
	}
	n = s.answers.N()
	m.N, m.State = &n, State(s.answers.State())
	if n == 0 {
		return m
	}
	for answer, count := range s.answers.All() {
		m.Distribution[strconv.Itoa(answer)] = count
	}
	e := s.answers.Score()
	m.Value = &e.Value
	if e.HasInterval {
		m.Low, m.High = &e.Low, &e.High
	}
	return m
}
