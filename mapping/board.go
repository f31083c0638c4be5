package mapping

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"waymark/mapping/score"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/when"
)

// board gathers the groups of a window by the place on the map that they
// score: a stage, or a touchpoint of one.
type board struct {
	source   string // the map that the surveys are bound to
	segments []Segment
	props    []string
	filter   []string // along props, as floor writes it
	heirs    map[string]string
	places   map[spot]*place
	document *Document
}

type spot struct{ stage, touchpoint string }

// place is what was counted at a spot.
type place struct {
	responses         *floor
	suspects          int64 // under the filter
	last              int64 // newest under the filter and in the window; 0 without any
	newest            int64 // of all time and segments; 0 without any
	series            map[string]*series
	asked, ever       map[string]bool // metrics of current versions, and of all
	inherited, direct *when.Time      // first publication under an earlier stage, and here
}

// series is one wording at a place.
type series struct {
	surveys.Series
	surveys []string
	began   when.Time // first published
	newest  when.Time // newest published version that asks it: its question and title are told
	n       *floor
	answers score.Histogram // under the filter
}

// stored reads a map that was checked when it was stored.
func stored(document []byte) (*Document, error) {
	var d Document
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "bad-map", "The stored map cannot be read.")
	}
	return &d, nil
}

func newBoard(source string, d *Document, filter []Segment) *board {
	b := &board{source: source, document: d, segments: filter, heirs: map[string]string{}, places: map[spot]*place{}}
	for _, sg := range filter {
		b.props = append(b.props, sg.Property)
		b.filter = append(b.filter, presentValue(sg.Value))
	}
	for i := range d.Stages {
		st := &d.Stages[i]
		b.heirs[st.ID] = st.ID
		b.open(spot{st.ID, ""})
		for _, t := range st.Touchpoints {
			b.open(spot{st.ID, t.ID})
		}
	}
	for _, st := range d.Stages {
		for _, li := range st.Lineage {
			if _, taken := b.heirs[li.Stage]; !taken && li.takesOver() {
				b.heirs[li.Stage] = st.ID
			}
		}
	}
	return b
}

// takesOver reports whether the old stage's figures move; after a split the
// old curve stays where it was.
func (l Lineage) takesOver() bool { return l.Kind == "merge" || l.Kind == "rename" }

func (b *board) open(s spot) {
	b.places[s] = &place{responses: newFloor(len(b.props)), series: map[string]*series{}, asked: map[string]bool{}, ever: map[string]bool{}}
}

// at gives the place that a binding scores today, nil for none.
func (b *board) at(binding surveys.Binding) *place {
	if binding.Map != b.source {
		return nil
	}
	return b.places[spot{b.heirs[binding.Stage], binding.Touchpoint}]
}

func earlier(t *when.Time, u when.Time) *when.Time {
	if t == nil || u.Before(*t) {
		return &u
	}
	return t
}

// add counts a survey's window.
func (b *board) add(src source) error {
	for _, v := range src.versions {
		p := b.at(v.Binding)
		if p == nil {
			continue
		}
		if b.heirs[v.Binding.Stage] == v.Binding.Stage {
			p.direct = earlier(p.direct, v.PublishedAt)
		} else {
			p.inherited = earlier(p.inherited, v.PublishedAt)
		}
		for _, s := range v.Series {
			if err := b.wording(p, src, v, s); err != nil {
				return err
			}
		}
	}
	for _, g := range src.groups {
		v, ok := src.versions[g.Version]
		if !ok {
			return fault.New(fault.Internal, "unknown-version", "The cells of survey %s name version %d, which is not stored.", src.survey, g.Version)
		}
		p := b.at(v.Binding)
		if p == nil {
			continue
		}
		values, matches := make([]string, len(b.props)), true
		for i, name := range b.props {
			values[i] = absentValue
			if s, present := g.Segments[name]; present {
				values[i] = presentValue(s)
			}
			matches = matches && values[i] == b.filter[i]
		}
		p.responses.add(values, g.Counted)
		if matches {
			p.suspects += g.Suspects
			p.last = max(p.last, g.Last)
		}
		for _, s := range v.Series {
			if err := p.series[s.ID].count(values, g.Histograms[s.Question], matches); err != nil {
				return fmt.Errorf("adding answers of survey %s: %w", src.survey, err)
			}
		}
	}
	return nil
}

// wording makes the series known at the place.
func (b *board) wording(p *place, src source, v surveys.Version, s surveys.Series) error {
	m, err := score.ParseMetric(s.Metric)
	if err != nil {
		return fmt.Errorf("reading version %d of survey %s: %w", v.Number, src.survey, err)
	}
	p.ever[s.Metric] = true
	if src.current == v.Number {
		p.asked[s.Metric] = true
	}
	known := p.series[s.ID]
	if known == nil {
		known = &series{Series: s, began: v.PublishedAt, newest: v.PublishedAt, n: newFloor(len(b.props)), answers: score.NewHistogram(m)}
		p.series[s.ID] = known
	}
	if v.PublishedAt.Before(known.began) {
		known.began = v.PublishedAt
	}
	// Versions come from a map: the newest decides, and the id where two are
	// of one instant, so that the answer never depends on the order.
	if known.newest.Before(v.PublishedAt) || known.newest == v.PublishedAt && s.Question < known.Question {
		known.newest, known.Series = v.PublishedAt, s
	}
	known.surveys = insert(known.surveys, src.survey)
	return nil
}

func (s *series) count(values []string, histogram map[int]int64, matches bool) error {
	var n int64
	for answer, count := range histogram {
		n += count
		if matches {
			if err := s.answers.Add(answer, count); err != nil {
				return err
			}
		}
	}
	s.n.add(values, n)
	return nil
}

// freshness judges the newest answer's age; few answers never look fresh.
func (b *board) freshness(stage string, now when.Time, fresh, stale time.Duration) string {
	p := b.places[spot{stage, ""}]
	age := now.Sub(when.Milli(p.newest))
	switch {
	case p.newest == 0:
		return "empty"
	case age > stale:
		return "stale"
	case age > fresh, p.responses.all() < score.Full:
		return "ageing"
	}
	return "fresh"
}
