package mapping_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"waymark/mapping"
	"waymark/mapping/cell"
	"waymark/mapping/sqlite"
	"waymark/surveys"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const ws = ident.Workspace("w")

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// answer is a counted response of the fake below.
type answer struct {
	survey  string
	version int64
	at      when.Time
	props   map[string]string
	scores  map[string]int // by question
	suspect bool
}

// world is surveys and answers counted one by one, sharing nothing with cells.
type world struct {
	surveys  []surveys.Record
	archived map[string][]surveys.Version
	answers  []answer
	while    func() // where set, happens once before a window is read
}

func (w *world) OfMap(_ context.Context, _ ident.Workspace, mapID string) (out []surveys.Outline, err error) {
	for _, r := range w.surveys {
		if r.Map == mapID {
			out = append(out, surveys.Outline{ID: r.ID, Binding: r.Binding, Current: r.Current.Number})
		}
	}
	return out, nil
}

func (w *world) Published(_ context.Context, _ ident.Workspace, survey string) ([]surveys.Version, error) {
	for _, r := range w.surveys {
		if r.ID == survey {
			return append(slices.Clone(w.archived[survey]), *r.Current), nil
		}
	}
	return nil, fault.NotFoundError()
}

func (w *world) version(survey string, n int64) surveys.Version {
	for _, r := range w.surveys {
		if r.ID == survey && r.Current.Number == n {
			return *r.Current
		}
	}
	for _, v := range w.archived[survey] {
		if v.Number == n {
			return v
		}
	}
	panic("no such version")
}

func (w *world) Window(_ context.Context, _ ident.Workspace, survey string, from, to when.Time) ([]cell.Group, error) {
	if w.while != nil {
		w.while()
		w.while = nil
	}
	var out []cell.Group
	for _, a := range w.answers {
		if a.survey != survey || a.at.Before(from) || !a.at.Before(to) {
			continue
		}
		g := cell.Group{Version: a.version, Segments: map[string]string{}, Histograms: map[string]map[int]int64{}}
		for _, p := range w.version(survey, a.version).Segments {
			if v, ok := a.props[p]; ok {
				g.Segments[p] = v
			}
		}
		if a.suspect {
			g.Suspects = 1
		} else {
			g.Counted, g.Last = 1, a.at.Milli()
			for q, s := range a.scores {
				g.Histograms[q] = map[int]int64{s: 1}
			}
		}
		out = append(out, g)
	}
	return out, nil
}

// Totals leaves the segments out.
func (w *world) Totals(ctx context.Context, ws ident.Workspace, survey string, from, to when.Time) ([]cell.Group, error) {
	out, err := w.Window(ctx, ws, survey, from, to)
	for i := range out {
		out[i].Segments = nil
	}
	return out, err
}

func (w *world) Last(_ context.Context, _ ident.Workspace, survey string) (last int64, err error) {
	for _, a := range w.answers {
		if a.survey == survey && !a.suspect {
			last = max(last, a.at.Milli())
		}
	}
	return last, nil
}

func (w *world) give(n int, survey string, version int64, ago time.Duration, props map[string]string, scores map[string]int) {
	for range n {
		w.answers = append(w.answers, answer{survey: survey, version: version, at: when.Of(now.Add(-ago)), props: props, scores: scores})
	}
}

func version(survey string, n int64, mapID, stage, touchpoint string, ago time.Duration, segments []string, series ...surveys.Series) surveys.Version {
	return surveys.Version{Survey: survey, Number: n, Binding: surveys.Binding{Map: mapID, Stage: stage, Touchpoint: touchpoint},
		Segments: segments, Series: series, PublishedAt: when.Of(now.Add(-ago))}
}

func (w *world) publish(v surveys.Version) {
	for i := range w.surveys {
		if r := &w.surveys[i]; r.ID == v.Survey {
			w.archived[v.Survey] = append(w.archived[v.Survey], *r.Current)
			r.Current, r.Binding = &v, v.Binding
			return
		}
	}
	w.surveys = append(w.surveys, surveys.Record{ID: v.Survey, Status: surveys.Published, Binding: v.Binding, Current: &v})
}

var (
	day      = 24 * time.Hour
	sat      = surveys.Series{ID: "ser_sat", Question: "sat", Metric: "csat", Title: "Satisfied?"}
	reworded = surveys.Series{ID: "ser_new", Question: "sat", Metric: "csat", Title: "How satisfied?"}
	nps      = surveys.Series{ID: "ser_nps", Question: "rec", Metric: "nps", Title: "Recommend?"}
	emo      = surveys.Series{ID: "ser_emo", Question: "feel", Metric: "emotion", Title: "Feel?"}
)

const document = `{"title":"Shop","stages":[{"id":"order","name":"Order"},{"id":"delivery","name":"Delivery","touchpoints":[{"id":"courier","name":"Courier"}]}]}`

// scene is a stored map with an empty world.
func scene(t *testing.T, document string) (*world, *mapping.ScoresService, string) {
	t.Helper()
	w := &world{archived: map[string][]surveys.Version{}}
	clock := func() time.Time { return now }
	maps := &mapping.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Surveys: w, Now: clock, Seq: &ident.Sequence{}}
	r, err := maps.Create(context.Background(), ident.Actor{Workspace: ws, Name: "k"}, ident.New("map"), false, []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return w, &mapping.ScoresService{Maps: maps, Surveys: w, Windows: w, Now: clock,
		Ages: func(context.Context, ident.Workspace) (time.Duration, time.Duration, error) {
			return 30 * day, 90 * day, nil
		}}, r.ID
}

func ask(t *testing.T, s *mapping.ScoresService, id, query string) mapping.Scores {
	t.Helper()
	out, err := try(s, id, query)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func try(s *mapping.ScoresService, id, query string) (mapping.Scores, error) {
	v, err := url.ParseQuery(query)
	if err != nil {
		return mapping.Scores{}, err
	}
	q, err := mapping.ParseQuery(v)
	if err != nil {
		return mapping.Scores{}, err
	}
	return s.Scores(context.Background(), ws, id, q)
}

func TestAStageScoresItsSurveysAndNoTouchpointsOnes(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 50*day, nil, sat, emo))
	w.publish(version("srv_b", 1, id, "delivery", "", 40*day, nil, sat))
	w.publish(version("srv_c", 1, id, "delivery", "courier", 40*day, nil, sat))
	w.give(20, "srv_a", 1, 2*day, nil, map[string]int{"sat": 5, "feel": -1})
	w.give(20, "srv_b", 1, day, nil, map[string]int{"sat": 1})
	w.give(6, "srv_c", 1, day, nil, map[string]int{"sat": 4})
	w.answers = append(w.answers, answer{survey: "srv_a", version: 1, at: when.Of(now.Add(-day)), suspect: true})
	out := ask(t, s, id, "")
	st := out.Stages[1]
	if *st.Satisfaction.Value != 50 || *st.Satisfaction.N != 40 || st.Satisfaction.State != mapping.OK || st.Satisfaction.Distribution["5"] != 20 {
		t.Errorf("satisfaction %+v", st.Satisfaction)
	}
	if *st.Emotion.Value != -1 || *st.Emotion.N != 20 || st.Emotion.State != mapping.Indicative {
		t.Errorf("emotion %+v", st.Emotion)
	}
	if *st.Responses != 40 || *st.Suspects != 1 || *st.LastResponseAt != when.Of(now.Add(-day)) || st.Freshness != "fresh" {
		t.Errorf("stage %+v", st)
	}
	if tp := st.Touchpoints[0]; *tp.Satisfaction.N != 6 || *tp.Satisfaction.Value != 100 || tp.Emotion.State != mapping.Empty {
		t.Errorf("touchpoint %+v", tp)
	}
	if m := st.Metrics; len(m) != 2 || fmt.Sprint(m[0].Surveys) != "[srv_a srv_b]" || m[1].Metric != "emotion" {
		t.Errorf("metrics %+v", m)
	}
	if empty := out.Stages[0]; empty.Satisfaction.State != mapping.Empty || *empty.Responses != 0 || empty.LastResponseAt != nil || empty.Freshness != "empty" {
		t.Errorf("empty stage %+v", empty)
	}
}

func TestHiddenNumbersAreNullAndEmptyOnesAreNot(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 50*day, nil, sat))
	w.give(4, "srv_a", 1, day, nil, map[string]int{"sat": 5})
	b, err := json.Marshal(ask(t, s, id, ""), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"satisfaction":{"metric":"csat","value":null,"low":null,"high":null,"n":null,"distribution":null,"state":"hidden"}`,
		`"satisfaction":{"metric":"csat","value":null,"low":null,"high":null,"n":0,"distribution":{},"state":"empty"}`,
		`"responses":null,"suspects":null,"last_response_at":null`,
	} {
		if !strings.Contains(string(b), part) {
			t.Errorf("%s is not in %s", part, b)
		}
	}
}

func TestWordingsAreNeverPooledAndTheMostAnsweredIsShown(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 200*day, nil, sat))
	w.publish(version("srv_a", 2, id, "delivery", "", 20*day, nil, reworded))
	w.give(30, "srv_a", 1, 30*day, nil, map[string]int{"sat": 5})
	w.give(30, "srv_a", 2, 10*day, nil, map[string]int{"sat": 1})
	st := ask(t, s, id, "").Stages[1]
	if *st.Satisfaction.Value != 0 || *st.Satisfaction.N != 30 || len(st.Metrics) != 2 || st.Metrics[0].Series != "ser_new" {
		t.Errorf("of equal ones the newer is shown: %+v", st)
	}
	if st.Break == nil || *st.Break != when.Of(now.Add(-20*day)) {
		t.Errorf("the curve breaks at %v", st.Break)
	}
	w.give(1, "srv_a", 1, 30*day, nil, map[string]int{"sat": 5})
	if st := ask(t, s, id, "").Stages[1]; *st.Satisfaction.N != 31 || *st.Satisfaction.Value != 100 {
		t.Errorf("the one with more answers is shown: %+v", st.Satisfaction)
	}
}

func TestAResponseCountsAtTheBindingOfItsOwnVersion(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "order", "", 80*day, nil, sat))
	w.publish(version("srv_a", 2, id, "delivery", "", 20*day, nil, sat))
	w.give(7, "srv_a", 1, 60*day, nil, map[string]int{"sat": 5})
	w.give(8, "srv_a", 2, 2*day, nil, map[string]int{"sat": 5})
	out := ask(t, s, id, "")
	if *out.Stages[0].Responses != 7 || *out.Stages[1].Responses != 8 {
		t.Errorf("%d and %d", *out.Stages[0].Responses, *out.Stages[1].Responses)
	}
	if out.Stages[0].Freshness != "ageing" || out.Stages[1].Freshness != "ageing" {
		t.Errorf("%s and %s", out.Stages[0].Freshness, out.Stages[1].Freshness)
	}
}

func TestMergedAndRenamedStagesKeepTheirFiguresAndSplitOnesDoNot(t *testing.T) {
	for kind, n := range map[string]int64{"rename": 7, "merge": 7, "split": 0} {
		w, s, id := scene(t, `{"title":"Shop","stages":[{"id":"ship","name":"Ship","lineage":[{"stage":"delivery","kind":"`+kind+`"}]}]}`)
		w.publish(version("srv_a", 1, id, "delivery", "", 80*day, nil, sat))
		w.give(7, "srv_a", 1, 60*day, nil, map[string]int{"sat": 5})
		if got := *ask(t, s, id, "").Stages[0].Responses; got != n {
			t.Errorf("%s: %d responses, want %d", kind, got, n)
		}
	}
}

func TestTheSatisfactionIsTheNamedMetricElseTheFirstThatIsAsked(t *testing.T) {
	for metric, want := range map[string]string{``: "csat", `,"satisfaction_metric":"nps"`: "nps"} {
		w, s, id := scene(t, `{"title":"Shop","stages":[{"id":"order","name":"Order"`+metric+`}]}`)
		w.publish(version("srv_a", 1, id, "order", "", 80*day, nil, nps, sat))
		w.give(7, "srv_a", 1, day, nil, map[string]int{"sat": 5, "rec": 3})
		if m := ask(t, s, id, "").Stages[0].Satisfaction; m.Metric != want || *m.N != 7 {
			t.Errorf("%+v, want %s", m, want)
		}
	}
}

func TestTheFirstMetricThatIsAskedIsTheSatisfactionInTheOrderAgreed(t *testing.T) {
	all := []surveys.Series{ // not in that order
		{ID: "ser_nps", Question: "rec", Metric: "nps"}, {ID: "ser_ces", Question: "ease", Metric: "ces"},
		{ID: "ser_rating", Question: "stars", Metric: "rating"}, {ID: "ser_csat", Question: "sat", Metric: "csat"}, emo,
	}
	for _, want := range []string{"csat", "rating", "ces", "nps"} {
		w, s, id := scene(t, document)
		w.publish(version("srv_a", 1, id, "delivery", "", 80*day, nil, all...))
		w.give(7, "srv_a", 1, day, nil, map[string]int{"sat": 5, "stars": 5, "ease": 5, "rec": 5, "feel": 1})
		if m := ask(t, s, id, "").Stages[1].Satisfaction; m.Metric != want || *m.N != 7 {
			t.Errorf("of %d metrics it is %s, want %s", len(all)-1, m.Metric, want)
		}
		all = slices.DeleteFunc(all, func(s surveys.Series) bool { return s.Metric == want })
	}
}

func TestFreshnessFollowsTheAgeOfTheNewestAnswer(t *testing.T) {
	for _, c := range []struct {
		ago  time.Duration
		n    int
		want string
	}{
		{30 * day, 30, "fresh"}, {30 * day, 29, "ageing"}, {30*day + time.Millisecond, 30, "ageing"},
		{90 * day, 30, "ageing"}, {90*day + time.Millisecond, 30, "stale"}, {90*day + time.Millisecond, 1, "stale"}, {0, 0, "empty"},
	} {
		w, s, id := scene(t, document)
		w.publish(version("srv_a", 1, id, "delivery", "", 200*day, nil, sat))
		w.give(c.n, "srv_a", 1, c.ago, nil, map[string]int{"sat": 5})
		if got := ask(t, s, id, "from=2026-01-01T00:00:00Z").Stages[1].Freshness; got != c.want {
			t.Errorf("%d answers, %v old: %s, want %s", c.n, c.ago, got, c.want)
		}
	}
}

func TestWhatIsPublishedWhileScoresAreReadDisturbsNone(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 9*day, nil, sat))
	w.give(10, "srv_a", 1, day, nil, map[string]int{"sat": 5})
	w.while = func() {
		w.publish(version("srv_a", 2, id, "delivery", "", 0, nil, sat))
		w.give(5, "srv_a", 2, time.Second, nil, map[string]int{"sat": 1})
	}
	if got := ask(t, s, id, "window=P7D").Stages[1].Satisfaction; got.N == nil || *got.N != 15 {
		t.Errorf("got %+v", got)
	}
}

func TestSegmentsNarrowAndHideWhatCouldBeSubtracted(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 80*day, []string{"state"}, sat))
	w.give(6, "srv_a", 1, day, map[string]string{"state": "SP"}, map[string]int{"sat": 5})
	w.give(3, "srv_a", 1, day, map[string]string{"state": "RJ"}, map[string]int{"sat": 1})
	for _, q := range []string{"segment=state:SP", "segment=state:RJ"} { // attack 54
		if st := ask(t, s, id, q).Stages[1]; st.Satisfaction.State != mapping.Hidden || st.Responses != nil {
			t.Errorf("%s shows %+v", q, st)
		}
	}
	w.give(9, "srv_a", 1, day, map[string]string{"state": "RJ"}, map[string]int{"sat": 1})
	if st := ask(t, s, id, "segment=state:SP&segment=state:SP").Stages[1]; *st.Satisfaction.N != 6 || *st.Responses != 6 {
		t.Errorf("%+v", st)
	}
	for i := range 201 {
		w.give(1, "srv_a", 1, 10*day, map[string]string{"state": fmt.Sprint(i)}, map[string]int{"sat": 1})
	}
	for q, kind := range map[string]fault.Kind{
		"segment=colour:red": fault.Invalid, "segment=state": fault.Invalid, "segment=state:SP": fault.Invalid, "window=P1Y": fault.Invalid,
		"segment=state:SP&segment=state:RJ": fault.Malformed, "window=P3D&from=2026-11-01T00:00:00Z": fault.Malformed,
	} {
		if _, err := try(s, id, q); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", q, err)
		}
	}
	if _, err := try(s, id, "segment=state:SP&window=P5D"); err != nil {
		t.Errorf("few values in the shorter window: %v", err)
	}
}

// One map per segment shares the surveys of another: what its document says is
// a filter like any in a query, with the same floor.
func TestAMapTakesItsScoresFromAnotherAndOfItsSubjectOnly(t *testing.T) {
	const (
		borrowed = `"scores_from":"SOURCE",`
		ofSP     = `"subject":{"kind":"segment","segment":"state:SP"},`
		ofNobody = `"subject":{"kind":"segment","segment":"colour:red"},`
	)
	for name, c := range map[string]struct {
		keys   string // of the map that is asked
		sp, rj int    // answers at the source
		query  string
		n      int64 // -1: hidden
		fault  fault.Kind
	}{
		"neither: its own surveys":                     {keys: "", sp: 10, rj: 10, n: 6},
		"the surveys of the other, and not its own":    {keys: borrowed, sp: 10, rj: 11, n: 21},
		"the subject's segment of the other's":         {keys: borrowed + ofSP, sp: 10, rj: 11, n: 10},
		"the subject's segment of its own":             {keys: ofSP, sp: 10, rj: 10, n: 6},
		"seven hide where three others stand beside":   {keys: borrowed + ofSP, sp: 7, rj: 3, n: -1},
		"seven are shown where nobody stands beside":   {keys: borrowed + ofSP, sp: 7, n: 7},
		"four of the segment hide themselves":          {keys: borrowed + ofSP, sp: 4, rj: 20, n: -1},
		"the query may say the same":                   {keys: borrowed + ofSP, sp: 10, rj: 11, query: "segment=state:SP", n: 10},
		"the query may not say another value":          {keys: borrowed + ofSP, sp: 10, rj: 11, query: "segment=state:RJ", fault: fault.Malformed},
		"the query narrows further":                    {keys: borrowed + ofSP, sp: 10, rj: 11, query: "segment=size:L", n: 0},
		"a segment of the subject that nobody asks of": {keys: borrowed + ofNobody, sp: 10, rj: 11, n: 0},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, source := scene(t, document)
			r, err := s.Maps.Create(context.Background(), ident.Actor{Workspace: ws, Name: "k"}, ident.New("map"), false,
				[]byte(strings.Replace(document, "{", "{"+strings.Replace(c.keys, "SOURCE", source, 1), 1)))
			if err != nil {
				t.Fatal(err)
			}
			w.publish(version("srv_source", 1, source, "delivery", "", 50*day, []string{"state", "size"}, sat))
			w.give(c.sp, "srv_source", 1, day, map[string]string{"state": "SP"}, map[string]int{"sat": 5})
			w.give(c.rj, "srv_source", 1, day, map[string]string{"state": "RJ"}, map[string]int{"sat": 1})
			w.publish(version("srv_own", 1, r.ID, "delivery", "", 50*day, []string{"state"}, sat))
			w.give(6, "srv_own", 1, day, map[string]string{"state": "SP"}, map[string]int{"sat": 3})
			out, err := try(s, r.ID, c.query)
			if c.fault != 0 {
				if fault.KindOf(err) != c.fault {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			st := out.Stages[1]
			if c.n < 0 {
				if st.Satisfaction.State != mapping.Hidden || st.Satisfaction.N != nil || st.Satisfaction.Value != nil || st.Responses != nil {
					t.Errorf("it shows %+v", st)
				}
				return
			}
			if out.Map != r.ID || st.Satisfaction.N == nil || *st.Satisfaction.N != c.n || *st.Responses != c.n {
				t.Errorf("map %s: %+v, want n %d", out.Map, st, c.n)
			}
		})
	}
}

func TestResponsesStaySilentWhereTheyWouldGiveAHiddenWordingAway(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 80*day, nil, sat))
	w.publish(version("srv_a", 2, id, "delivery", "", 20*day, nil, reworded))
	w.give(30, "srv_a", 1, 30*day, nil, map[string]int{"sat": 5})
	w.give(3, "srv_a", 2, 10*day, nil, map[string]int{"sat": 1})
	st := ask(t, s, id, "").Stages[1]
	if *st.Satisfaction.N != 30 || st.Responses != nil || st.Suspects != nil || st.LastResponseAt != nil {
		t.Errorf("33 − 30 is told: %+v", st)
	}
}

func TestWindowsAreHalfOpenToTheMillisecond(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 80*day, nil, sat))
	w.give(5, "srv_a", 1, 2*day, nil, map[string]int{"sat": 5})
	w.give(6, "srv_a", 1, day, nil, map[string]int{"sat": 5})
	at := func(ago time.Duration) string { return url.QueryEscape(when.Of(now.Add(-ago)).String()) }
	for q, n := range map[string]int64{
		"from=" + at(2*day) + "&to=" + at(day):                  5,
		"from=" + at(2*day-time.Millisecond) + "&to=" + at(0):   6,
		"from=" + at(2*day) + "&to=" + at(day-time.Millisecond): 11,
		"from=" + at(day) + "&to=" + at(day):                    0,
	} {
		if got := *ask(t, s, id, q).Stages[1].Responses; got != n {
			t.Errorf("%s: %d, want %d", q, got, n)
		}
	}
}

func TestAnotherWorkspacesMapIsUnknown(t *testing.T) {
	_, s, id := scene(t, document)
	for _, other := range []ident.Workspace{"v"} {
		if _, err := s.Scores(context.Background(), other, id, mapping.Query{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", other, err)
		}
	}
	if _, err := s.Scores(context.Background(), "", id, mapping.Query{}); !fault.Is(err, fault.Internal) {
		t.Errorf("an empty workspace: %v", err)
	}
}
