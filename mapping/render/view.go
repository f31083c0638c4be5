package render

import (
	"math"
	"slices"

	"waymark/mapping"
	"waymark/surveys/when"
)

// View is everything that a picture or page of a map says, in one language.
type View struct {
	Lang    string
	Words   *Words
	Title   string
	Subject string // whose journey it is; empty for none
	Goal    string
	Window  string // "last 90 days"
	AsOf    string // "24 Nov 2026, 08:30 UTC"
	At      when.Time
	Filter  string // the segments shown, empty for all
	Stages  []Stage
	Lanes   []Lane
	// Metrics are the satisfaction metrics on the map, in order of their first stage.
	Metrics []Metric
	// Changes says what really changed since the window before, or that
	// nothing did; empty where nothing could be compared.
	Changes []string
}

// Stage is a column of the map.
type Stage struct {
	ID, Name     string
	State        mapping.State // of its satisfaction, or of its emotion where that is empty
	N            string        // n of State as digits; empty while hidden
	Satisfaction Score
	Emotion      Score
	Touchpoints  []Touchpoint
	Freshness    string // "3 days ago", or that there is nothing
	Stale        bool
	Break        string // "new wording since 3 Nov 2026"; empty without one
	EmotionBreak string
	Responses    string // "1,284 answers"; empty while hidden
	Suspects     string // "3 suspect answers left out"; empty without any
}

// Touchpoint is a contact point with what it scores.
type Touchpoint struct {
	Name, Channel         string
	Satisfaction, Emotion Score
}

// Score is a measure in words and as positions on its scale.
type Score struct {
	State    mapping.State
	Metric   Metric
	Text     string // "71 %", "<5", "no data"
	Interval string // "69 to 74 %"; empty without one
	Count    string // "n 1,284"; empty while hidden or empty
	Digits   string // "1,284"
	// At, Low and High are positions on the metric's scale, 0 at its bottom and 1 at its top.
	At, Low, High float64
	HasInterval   bool
	Face          int    // −2 to 2, of an emotion that is shown
	Word          string // of the face
	Believed      *float64
	BelievedText  string
	Move          string // "▼ fell 12 ± 5"; empty where nothing changed for certain
}

// Shown reports whether there is a value to draw.
func (s Score) Shown() bool { return s.State == mapping.OK || s.State == mapping.Indicative }

// Hollow reports whether the value is only indicative.
func (s Score) Hollow() bool { return s.State == mapping.Indicative }

// Metric is a scale.
type Metric struct {
	ID        string
	Name      string // "satisfied", with its unit
	Low, High float64
	decimals  int
	unit      string
}

// Lane is a row of texts; Cells has one list per stage.
type Lane struct {
	ID, Name string
	Cells    [][]string
}

func metricOf(id string, w *Words) Metric {
	m := Metric{ID: id, Name: w.Metrics[id]}
	switch id {
	case "csat":
		m.Low, m.High, m.unit = 0, 100, " %"
	case "nps":
		m.Low, m.High = -100, 100
	case "ces":
		m.Low, m.High, m.decimals = 1, 7, 1
	case "emotion":
		m.Low, m.High, m.decimals = -2, 2, 1
	default:
		m.Low, m.High, m.decimals = 1, 5, 1
	}
	return m
}

// at gives a value's place on the scale, kept within it.
func (m Metric) at(v float64) float64 {
	return min(max((v-m.Low)/(m.High-m.Low), 0), 1)
}

// NewView says what a snapshot holds.
func NewView(d *mapping.Document, s mapping.Scores, o Options) *View {
	w := wordsOf(o.Lang)
	v := &View{Lang: w.Lang, Words: w, Title: neutral(d.Title), Goal: neutral(d.BusinessGoal), At: s.AsOf, AsOf: w.instant(s.AsOf.Time()), Window: w.window(s.From, s.To, o.Window)}
	if d.Subject != nil {
		v.Subject = neutral(d.Subject.Name)
	}
	for i, sg := range o.Segments {
		if i > 0 {
			v.Filter += ", "
		}
		v.Filter += neutral(sg.Property) + ": " + neutral(sg.Value)
	}
	scores := map[string]*mapping.StageScore{}
	for i := range s.Stages {
		scores[s.Stages[i].ID] = &s.Stages[i]
	}
	for i := range d.Stages {
		st := v.stage(&d.Stages[i], scores[d.Stages[i].ID])
		v.Stages = append(v.Stages, st)
		if m := st.Satisfaction.Metric; !slices.ContainsFunc(v.Metrics, func(k Metric) bool { return k.ID == m.ID }) && st.Satisfaction.State != mapping.Empty {
			v.Metrics = append(v.Metrics, m)
		}
	}
	if len(v.Metrics) == 0 {
		v.Metrics = []Metric{metricOf("csat", w)}
	}
	v.Lanes = lanes(d, w)
	v.changes(s.Compared)
	return v
}

// changes lists the real changes as sentences.
func (v *View) changes(compared int) {
	for _, s := range v.Stages {
		for _, sc := range []Score{s.Satisfaction, s.Emotion} {
			if sc.Move != "" {
				v.Changes = append(v.Changes, s.Name+", "+sc.Metric.Name+": "+sc.Move)
			}
		}
	}
	if compared > 0 && len(v.Changes) == 0 {
		v.Changes = []string{v.Words.Unchanged}
	}
}

// notes are the words below a stage's scores, its freshness first.
func (s *Stage) notes() []string {
	notes := []string{s.Freshness}
	for _, n := range []string{s.Responses, s.Suspects, s.Break} {
		if n != "" {
			notes = append(notes, n)
		}
	}
	if s.EmotionBreak != "" && s.EmotionBreak != s.Break {
		notes = append(notes, s.EmotionBreak)
	}
	return notes
}

func (v *View) stage(st *mapping.Stage, sc *mapping.StageScore) Stage {
	w := v.Words
	if sc == nil { // a map drawn with the scores of another version
		sc = &mapping.StageScore{ID: st.ID}
	}
	var believed mapping.Believed
	if st.Believed != nil {
		believed = *st.Believed
	}
	out := Stage{ID: st.ID, Name: neutral(st.Name), Satisfaction: v.score(sc.Satisfaction, "csat", believed.Satisfaction),
		Emotion: v.score(sc.Emotion, "emotion", believed.Emotion), Stale: sc.Freshness == "stale"}
	out.State, out.N = out.Satisfaction.State, digits(sc.Satisfaction)
	if out.State == mapping.Empty && out.Emotion.State != mapping.Empty {
		out.State, out.N = out.Emotion.State, digits(sc.Emotion)
	}
	switch {
	case sc.LastResponseAt != nil:
		out.Freshness = w.ago(v.At.Sub(*sc.LastResponseAt))
	case sc.Freshness == "empty" || sc.Freshness == "":
		out.Freshness = w.NoAnswers
	default: // hidden, or the newest lies outside the window
		out.Freshness = w.Fresh[sc.Freshness]
	}
	out.Satisfaction.Move = w.move(out.Satisfaction.Metric, sc.SatisfactionMove)
	out.Emotion.Move = w.move(out.Emotion.Metric, sc.EmotionMove)
	if sc.Break != nil {
		out.Break = w.since(sc.Break.Time())
	}
	if sc.EmotionBreak != nil {
		out.EmotionBreak = w.since(sc.EmotionBreak.Time())
	}
	if sc.Responses != nil && *sc.Responses > 0 {
		out.Responses = w.count(w.Answers, *sc.Responses)
	}
	if sc.Suspects != nil && *sc.Suspects > 0 {
		out.Suspects = w.count(w.Suspects, *sc.Suspects)
	}
	tps := map[string]*mapping.TouchpointScore{}
	for i := range sc.Touchpoints {
		tps[sc.Touchpoints[i].ID] = &sc.Touchpoints[i]
	}
	for _, t := range st.Touchpoints {
		tp := Touchpoint{Name: neutral(t.Name), Channel: w.Channels[t.Channel]}
		var sat, emo *mapping.Measure
		if x := tps[t.ID]; x != nil {
			sat, emo = x.Satisfaction, x.Emotion
		}
		tp.Satisfaction, tp.Emotion = v.score(sat, "csat", nil), v.score(emo, "emotion", nil)
		out.Touchpoints = append(out.Touchpoints, tp)
	}
	return out
}

func digits(m *mapping.Measure) string {
	switch {
	case m == nil:
		return "0"
	case m.N == nil:
		return ""
	}
	return itoa(*m.N)
}

func (v *View) score(m *mapping.Measure, fallback string, believed *float64) Score {
	w := v.Words
	if m == nil {
		m = &mapping.Measure{Metric: fallback, State: mapping.Empty}
	}
	s := Score{State: m.State, Metric: metricOf(m.Metric, w)}
	if believed != nil {
		at := s.Metric.at(*believed)
		s.Believed, s.BelievedText = &at, w.believed(w.value(s.Metric, *believed))
	}
	switch {
	case m.State == mapping.Hidden:
		s.Text = "<5"
		return s
	case m.Value == nil:
		s.State, s.Text = mapping.Empty, w.NoData
		return s
	}
	s.At, s.Text = s.Metric.at(*m.Value), w.value(s.Metric, *m.Value)
	s.Low, s.High = s.At, s.At
	if m.Low != nil && m.High != nil {
		s.HasInterval = true
		s.Low, s.High = s.Metric.at(*m.Low), s.Metric.at(*m.High)
		s.Interval = w.interval(s.Metric, *m.Low, *m.High)
	}
	if m.N != nil {
		s.Digits = w.number(float64(*m.N), 0)
		s.Count = "n " + s.Digits
	}
	if m.Metric == "emotion" {
		s.Face = int(min(max(math.Round(*m.Value), -2), 2))
		s.Word = w.Faces[s.Face+2]
	}
	return s
}
