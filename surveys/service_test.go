package surveys_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/surveys"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/sqlite"
)

// house is two maps, "map_1" and "map_2", with the stage "delivery" and its touchpoint "courier".
type house struct{}

func (house) CheckBinding(_ context.Context, ws ident.Workspace, b surveys.Binding) error {
	switch {
	case ws != "w" || b.Map != "map_1" && b.Map != "map_2":
		return fault.NotFoundError()
	case b.Stage != "delivery":
		return fault.At(fault.Invalid, "#/stage", "The map has no such stage.")
	case b.Touchpoint != "" && b.Touchpoint != "courier":
		return fault.At(fault.Invalid, "#/touchpoint", "The stage has no such touchpoint.")
	}
	return nil
}

type counted struct{ n atomic.Int64 }

func (c *counted) Count(context.Context, ident.Workspace, string) (int64, error) {
	return c.n.Load(), nil
}

var actor = ident.Actor{Workspace: "w", Name: "ops", Scope: ident.ScopeSurveys}

func newService(t testing.TB) (*surveys.Service, *counted) {
	t.Helper()
	n := &counted{}
	return &surveys.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Stages: house{}, Responses: n,
		Language: func(context.Context, ident.Workspace) (string, error) { return "en", nil },
		Now:      time.Now, Seq: new(ident.Sequence)}, n
}

func doc(questions string) string {
	return `{"map":"map_1","stage":"delivery","title":{"de":"Lieferung","en":"Delivery"},"questions":[` + questions + `]}`
}

func create(t testing.TB, s *surveys.Service, body string) surveys.Record {
	t.Helper()
	r, err := s.Create(context.Background(), actor, ident.New("srv"), false, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func publish(t testing.TB, s *surveys.Service, id string) surveys.Record {
	t.Helper()
	r, err := s.Publish(context.Background(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kinds and pointers of an error.
func pointers(err error) []string {
	var out []string
	if e, ok := err.(*fault.Error); ok {
		for _, f := range e.Fields {
			out = append(out, f.Pointer)
		}
	}
	return out
}

const sat = `{"id":"sat","type":"csat","title":{"en":"How was it?","de":"Wie war es?"},"required":true}`

func TestASurveyGoesFromDraftToPublishedVersionsToClosed(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	r := create(t, s, doc(sat))
	if r.Version != 1 || r.Shown() != surveys.Draft {
		t.Fatalf("%+v", r)
	}
	if _, err := s.Close(ctx, actor, r.ID); !fault.Is(err, fault.Conflict) {
		t.Fatalf("closing a draft: %v", err)
	}
	r = publish(t, s, r.ID)
	if r.Version != 1 || r.Current.Number != 1 || r.Shown() != surveys.Published {
		t.Fatalf("%+v", r)
	}
	if again := publish(t, s, r.ID); again.Rev != r.Rev {
		t.Fatal("publishing twice changed something")
	}
	if same, err := s.Put(ctx, actor, r.ID, 1, []byte(" "+doc(sat))); err != nil || same.Rev != r.Rev {
		t.Fatalf("the same definition made an edit: %v", err)
	}
	second := doc(sat + `,{"id":"why","type":"text","title":"Why?"}`)
	r, err := s.Put(ctx, actor, r.ID, 1, []byte(second))
	must(t, err)
	if r.Version != 2 || r.Shown() != surveys.Draft || r.Current.Number != 1 {
		t.Fatalf("%+v", r)
	}
	if _, err := s.Put(ctx, actor, r.ID, 1, []byte(doc(sat))); !fault.Is(err, fault.Stale) {
		t.Fatalf("a stale change: %v", err)
	}
	if _, err := s.Version(ctx, "w", r.ID, 2); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a draft is no version: %v", err)
	}
	r = publish(t, s, r.ID)
	for n, want := range map[int64]string{1: doc(sat), 2: second} {
		v, err := s.Version(ctx, "w", r.ID, n)
		must(t, err)
		if v.Number != n || string(v.Document) != want {
			t.Errorf("version %d is %d: %s", n, v.Number, v.Document)
		}
	}
	// Another process has nothing in memory and finds both too.
	cold := &surveys.Service{Store: s.Store}
	for n := range int64(2) {
		if _, err := cold.Version(ctx, "w", r.ID, n+1); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Version(ctx, "v", r.ID, 1); !fault.Is(err, fault.NotFound) {
		t.Fatalf("another workspace reads a version: %v", err)
	}
	r, err = s.Close(ctx, actor, r.ID)
	must(t, err)
	if h, err := s.Head(ctx, "w", r.ID); err != nil || h.Status != surveys.Closed || h.Current != 2 {
		t.Fatalf("%+v %v", h, err)
	}
}

func TestASurveyWithResponsesIsNotDeleted(t *testing.T) {
	ctx := context.Background()
	s, n := newService(t)
	r := create(t, s, doc(sat))
	publish(t, s, r.ID)
	n.n.Store(7)
	err := s.Delete(ctx, actor, r.ID)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "7 responses") {
		t.Fatal(err)
	}
	if h, _ := s.Head(ctx, "w", r.ID); h.Status != surveys.Published {
		t.Fatal("a refused delete closed the survey")
	}
	n.n.Store(0)
	must(t, s.Delete(ctx, actor, r.ID))
	if err := s.Delete(ctx, actor, r.ID); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}

func TestWhatADeletedSurveyPublishedCanStillBeRead(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	r := publish(t, s, create(t, s, doc(sat)).ID)
	must(t, s.Delete(ctx, actor, r.ID))
	// An answer that was under way when the survey closed is stored now, and
	// another process, which has nothing in memory, rolls it up.
	other := &surveys.Service{Store: s.Store}
	v, err := other.Version(ctx, "w", r.ID, r.Version)
	if err != nil || len(v.Series) != 1 {
		t.Fatalf("%+v %v", v, err)
	}
}

func TestAPublishedSurveyStaysOnItsMap(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	elsewhere := strings.Replace(doc(sat), "map_1", "map_2", 1)
	r := create(t, s, doc(sat))
	r, err := s.Put(ctx, actor, r.ID, r.Version, []byte(elsewhere)) // a draft may move
	must(t, err)
	r = publish(t, s, r.ID)
	_, err = s.Put(ctx, actor, r.ID, r.Version, []byte(doc(sat)))
	if got := pointers(err); !fault.Is(err, fault.Invalid) || !slices.Equal(got, []string{"#/map"}) {
		t.Fatalf("%v at %v", err, got)
	}
	_, err = s.Put(ctx, actor, r.ID, r.Version, []byte(strings.Replace(elsewhere, `"stage":"delivery"`, `"stage":"delivery","touchpoint":"courier"`, 1)))
	must(t, err)
}

func TestARepeatedCreateWithADerivedIDGivesTheSameSurvey(t *testing.T) {
	s, _ := newService(t)
	id := ident.Derive("srv", "key", "1")
	for _, derived := range []bool{true, true, false} {
		r, err := s.Create(context.Background(), actor, id, derived, []byte(doc(sat)))
		if derived && (err != nil || r.ID != id || r.Version != 1) || !derived && !fault.Is(err, fault.Conflict) {
			t.Fatalf("derived %v: %+v %v", derived, r, err)
		}
	}
}

func TestOfRacingEditsOnThisVersionOneWinsWhilePublishingDisturbsNone(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	r := create(t, s, doc(sat))
	var won, stale atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			_, err := s.Put(ctx, actor, r.ID, 1, []byte(doc(sat+fmt.Sprintf(`,{"id":"q%d","type":"text","title":"T"}`, i))))
			switch {
			case err == nil:
				won.Add(1)
			case fault.Is(err, fault.Stale):
				stale.Add(1)
			default:
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := s.Publish(ctx, actor, r.ID); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || stale.Load() != 15 {
		t.Fatalf("%d edits won, %d were stale", won.Load(), stale.Load())
	}
	if r, err := s.Store.Get(ctx, "w", r.ID); err != nil || r.Version != 2 {
		t.Fatalf("%+v %v", r, err)
	}
}

func TestASeriesIsOneWording(t *testing.T) {
	s, _ := newService(t)
	of := func(body string) surveys.Series {
		t.Helper()
		r := publish(t, s, create(t, s, body).ID)
		if len(r.Current.Series) != 1 {
			t.Fatalf("%+v", r.Current.Series)
		}
		return r.Current.Series[0]
	}
	base := of(doc(sat))
	if base.Title != "How was it?" || base.Metric != "csat" || base.Question != "sat" {
		t.Fatalf("%+v", base)
	}
	for _, c := range []struct {
		name, body string
		same       bool
	}{
		{"another question id and survey title", `{"map":"map_1","stage":"delivery","title":"X","questions":[{"id":"other","type":"csat","title":"How was it?"}]}`, true},
		{"white space around the title", doc(`{"id":"sat","type":"csat","title":"  How was it? "}`), true},
		{"another wording in another language", doc(`{"id":"sat","type":"csat","title":{"de":"Na?","en":"How was it?"}}`), true},
		{"a touchpoint", `{"map":"map_1","stage":"delivery","touchpoint":"courier","title":"X","questions":[` + sat + `]}`, true},
		{"another type of the same words", doc(`{"id":"sat","type":"rating","title":"How was it?"}`), false},
		{"another wording", doc(`{"id":"sat","type":"csat","title":"How was it"}`), false},
	} {
		if got := of(c.body); (got.ID == base.ID) != c.same {
			t.Errorf("%s: the same series: %v, want %v", c.name, !c.same, c.same)
		}
	}
	// Without the workspace's language the survey's first counts, as sent, not by alphabet.
	got := of(`{"map":"map_1","stage":"delivery","title":{"pt-BR":"T","de":"T"},"questions":[{"id":"q","type":"nps","title":{"de":"Deutsch","pt-BR":"Cafe\u0301"}}]}`)
	if got.Title != "Caf\u00e9" {
		t.Errorf("the title is %q", got.Title)
	}
}

func TestDraftsAreStrictOnShapeAndLenientOnWhatIsUnfinished(t *testing.T) {
	s, _ := newService(t)
	long := strings.Repeat("ä", 10_001)
	many := strings.TrimSuffix(strings.Repeat(`{"id":"q","type":"text"},`, 101), ",")
	for _, c := range []struct {
		name, body string
		kind       fault.Kind // Internal (0) is none: taken
		pointer    string
	}{
		{"no questions yet", `{"map":"map_1","stage":"delivery"}`, 0, ""},
		{"no title yet", doc(`{"id":"q","type":"csat"}`), 0, ""},
		{"logic, even faulty", doc(`{"id":"q","type":"csat","show_if":"((","required_if":"x","jump":[{"if":"1","to":"nowhere"}]}`), 0, ""},
		{"thanks, quotas, incentive and calculated", `{"map":"map_1","stage":"delivery","thanks":[{"text":"Hi"}],"quotas":[],"calculated":[],"incentive":"5 €"}`, 0, ""},
		{"no options yet", doc(`{"id":"q","type":"choice"}`), 0, ""},
		{"an unknown key", `{"map":"map_1","stage":"delivery","score":1}`, fault.Malformed, "#/score"},
		{"a read-only key (attack 35)", `{"map":"map_1","stage":"delivery","version":1}`, fault.Malformed, "#/version"},
		{"an unknown key of a question", doc(`{"id":"q","type":"csat","foo":1}`), fault.Malformed, "#/questions/0/foo"},
		{"a jump that is no list", doc(`{"id":"q","type":"csat","jump":{}}`), fault.Malformed, "#/questions/0/jump"},
		{"an unknown key of a jump", doc(`{"id":"q","type":"csat","jump":[{"if":"true","to":"end","else":"q"}]}`), fault.Malformed, "#/questions/0/jump/0/else"},
		{"quotas that are no list", `{"map":"map_1","stage":"delivery","quotas":{}}`, fault.Malformed, "#/quotas"},
		{"a quota's limit as text", `{"map":"map_1","stage":"delivery","quotas":[{"id":"a","limit":"5"}]}`, fault.Malformed, "#/quotas/0/limit"},
		{"a calculated value that is a number", `{"map":"map_1","stage":"delivery","calculated":[{"id":"a","value":5}]}`, fault.Malformed, "#/calculated/0/value"},
		{"an unknown key of thanks", `{"map":"map_1","stage":"delivery","thanks":[{"texts":"x"}]}`, fault.Malformed, "#/thanks/0/texts"},
		{"a link that is a number", `{"map":"map_1","stage":"delivery","thanks":[{"link":5}]}`, fault.Malformed, "#/thanks/0/link"},
		{"an unknown key of a link", `{"map":"map_1","stage":"delivery","thanks":[{"link":{"href":"x"}}]}`, fault.Malformed, "#/thanks/0/link/href"},
		{"an incentive that is a list", `{"map":"map_1","stage":"delivery","incentive":["5 €"]}`, fault.Malformed, "#/incentive"},
		{"rules that are faulty", `{"map":"map_1","stage":"delivery","thanks":[{"if":"((","redirect":"javascript:x"}],"quotas":[{"id":"?","if":"x","limit":-1}],"calculated":[{"id":"?","value":""}],"incentive":{"en":"5 €"}}`, 0, ""},
		{"101 quotas", `{"map":"map_1","stage":"delivery","quotas":[` + strings.TrimSuffix(strings.Repeat(`{"id":"q"},`, 101), ",") + `]}`, fault.Invalid, "#/quotas"},
		{"a duplicate key (attack 12)", `{"map":"map_1","map":"map_1"}`, fault.Malformed, "#/map"},
		{"a text that is a number", doc(`{"id":"q","type":"csat","title":7}`), fault.Malformed, "#/questions/0/title"},
		{"a language whose text is null", doc(`{"id":"q","type":"csat","title":{"en":null}}`), fault.Malformed, "#/questions/0/title"},
		{"required as text", doc(`{"id":"q","type":"csat","required":"yes"}`), fault.Malformed, "#/questions/0/required"},
		{"min as text for a number", doc(`{"id":"q","type":"number","min":"1"}`), fault.Malformed, "#/questions/0/min"},
		{"a language tag that is none", doc(`{"id":"q","type":"csat","title":{"english!":"x"}}`), fault.Invalid, "#/questions/0/title/english!"},
		{"a text too long", doc(`{"id":"q","type":"csat","title":"` + long + `"}`), fault.Invalid, "#/questions/0/title"},
		{"101 questions", doc(many), fault.Invalid, "#/questions"},
		{"an id in capitals", doc(`{"id":"Q","type":"csat"}`), fault.Invalid, "#/questions/0/id"},
		{"a duplicate id", doc(`{"id":"q","type":"csat"},{"id":"q","type":"text"}`), fault.Invalid, "#/questions/1/id"},
		{"a duplicate option", doc(`{"id":"q","type":"choice","options":[{"id":"a"},{"id":"a"}]}`), fault.Invalid, "#/questions/0/options/1/id"},
		{"a key of another type", doc(`{"id":"q","type":"csat","options":[]}`), fault.Invalid, "#/questions/0/options"},
		{"no rows and columns yet", doc(`{"id":"q","type":"matrix","rows":[],"columns":[]}`), 0, ""},
		{"rules that only publishing holds", doc(`{"id":"f","type":"file","accept":["a/b"],"max_bytes":-1},{"id":"w","type":"emotion_words","max":99,"words":[{"id":"x","valence":9}]}`), 0, ""},
		{"rows as text", doc(`{"id":"q","type":"matrix","rows":"a"}`), fault.Malformed, "#/questions/0/rows"},
		{"a row twice", doc(`{"id":"q","type":"matrix","rows":[{"id":"a"},{"id":"a"}]}`), fault.Invalid, "#/questions/0/rows/1/id"},
		{"an unknown key of a word", doc(`{"id":"q","type":"emotion_words","words":[{"id":"a","mood":1}]}`), fault.Malformed, "#/questions/0/words/0/mood"},
		{"multiple as text", doc(`{"id":"q","type":"picture","multiple":"yes"}`), fault.Malformed, "#/questions/0/multiple"},
		{"a consent's version as a list", doc(`{"id":"q","type":"consent","version":[1]}`), fault.Malformed, "#/questions/0/version"},
		{"a file's accept as text", doc(`{"id":"q","type":"file","accept":"image/png"}`), fault.Malformed, "#/questions/0/accept"},
		{"half a byte", doc(`{"id":"q","type":"file","max_bytes":1.5}`), fault.Invalid, "#/questions/0/max_bytes"},
		{"a picture's image as a number", doc(`{"id":"q","type":"picture","options":[{"id":"a","image":7}]}`), fault.Malformed, "#/questions/0/options/0/image"},
		{"an unknown type", doc(`{"id":"q","type":"$ne"}`), fault.Invalid, "#/questions/0/type"},
		{"four segments", `{"map":"map_1","stage":"delivery","segments":["a","b","c","d"]}`, fault.Invalid, "#/segments"},
		{"NUL (attack 19)", doc(`{"id":"q","type":"csat","title":"a\u0000"}`), fault.Invalid, "#/questions/0/title"},
		{"an unknown stage", `{"map":"map_1","stage":"x"}`, fault.Invalid, "#/stage"},
		{"an unknown touchpoint", `{"map":"map_1","stage":"delivery","touchpoint":"x"}`, fault.Invalid, "#/touchpoint"},
		{"an unknown map", `{"map":"map_3","stage":"delivery"}`, fault.NotFound, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Create(context.Background(), actor, ident.New("srv"), false, []byte(c.body))
			if c.kind == 0 {
				must(t, err)
				return
			}
			if !fault.Is(err, c.kind) || c.pointer != "" && !slices.Contains(pointers(err), c.pointer) {
				t.Fatalf("got %v, want kind %v at %s", err, c.kind, c.pointer)
			}
		})
	}
}

func TestPublishingRefusesWhatIsUnfinishedOrNotAvailable(t *testing.T) {
	s, _ := newService(t)
	with := func(more string) string { return doc(`{"id":"q","title":"T",` + more + `}`) }
	for _, c := range []struct{ name, body, pointer string }{
		{"no title", `{"map":"map_1","stage":"delivery","questions":[` + sat + `]}`, "#/title"},
		{"no question", doc(""), "#/questions"},
		{"a question without a text", doc(`{"id":"q","type":"csat"}`), "#/questions/0/title"},
		{"a blank text in one language", doc(`{"id":"q","type":"csat","title":{"en":"x","de":" "}}`), "#/questions/0/title/de"},
		{"a control character", doc(`{"id":"q","type":"csat","title":"a\u0007"}`), "#/questions/0/title"},
		{"invite", `{"map":"map_1","stage":"delivery","title":"T","invite":{},"questions":[` + sat + `]}`, "#/invite"},
		{"no options", with(`"type":"choice"`), "#/questions/0/options"},
		{"an option without a text", with(`"type":"choice","options":[{"id":"a"}]`), "#/questions/0/options/0/title"},
		{"the reserved option", with(`"type":"choice","options":[{"id":"other","title":"O"}]`), "#/questions/0/options/0/id"},
		{"more to choose than there is", with(`"type":"choices","options":[{"id":"a","title":"A"}],"min":2`), "#/questions/0/min"},
		{"min over max", with(`"type":"number","min":2,"max":1`), "#/questions/0/min"},
		{"days the wrong way round", with(`"type":"date","min":"2026-02-01","max":"2026-01-01"`), "#/questions/0/min"},
		{"a day that is none", with(`"type":"date","max":"2026-02-30"`), "#/questions/0/max"},
		{"min_length over max_length", with(`"type":"text","min_length":5,"max_length":4`), "#/questions/0/min_length"},
		{"an unknown format", with(`"type":"text","format":"iban"`), "#/questions/0/format"},
		{"an unknown shape", with(`"type":"rating","shape":"hearts"`), "#/questions/0/shape"},
		{"two questions of one metric", doc(sat + `,{"id":"b","type":"csat","title":"B"}`), "#/questions/1/type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := create(t, s, c.body)
			_, err := s.Publish(context.Background(), actor, r.ID)
			if !fault.Is(err, fault.Invalid) || !slices.Contains(pointers(err), c.pointer) {
				t.Fatalf("got %v, want %s", err, c.pointer)
			}
			if h, _ := s.Head(context.Background(), "w", r.ID); h.Current != 0 {
				t.Fatal("it was published all the same")
			}
		})
	}
}

func TestADraftEditedBackToWhatIsPublishedIsNoNewVersion(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	other := doc(sat + `,{"id":"why","type":"text","title":"Why?"}`)
	r := create(t, s, doc(sat))
	publish(t, s, r.ID)
	edit := func(based, want int64, body string) {
		t.Helper()
		var err error
		if r, err = s.Put(ctx, actor, r.ID, based, []byte(body)); err != nil || r.Number() != want {
			t.Fatalf("editing version %d: version %d, %v", based, r.Number(), err)
		}
	}
	edit(1, 2, other)
	edit(2, 3, doc(sat))
	if r = publish(t, s, r.ID); r.Number() != 1 || r.Current.Number != 1 || r.Draft != nil || r.Shown() != surveys.Published {
		t.Fatalf("published as version %d of %d", r.Number(), r.Current.Number)
	}
	if again := publish(t, s, r.ID); again.Rev != r.Rev {
		t.Error("publishing twice changed something")
	}
	// The numbers of those drafts name nothing else: whoever still holds one is told.
	for _, spent := range []int64{2, 3} {
		if _, err := s.Put(ctx, actor, r.ID, spent, []byte(other)); !fault.Is(err, fault.Stale) {
			t.Errorf("a change of the draft %d that is gone: %v", spent, err)
		}
	}
	edit(1, 4, other)
	if r = publish(t, s, r.ID); r.Number() != 4 || r.Current.Number != 4 {
		t.Errorf("published as version %d", r.Number())
	}
	for _, n := range []int64{1, 4} {
		if v, err := s.Version(ctx, "w", r.ID, n); err != nil || v.Number != n {
			t.Errorf("version %d: %v %v", n, v.Number, err)
		}
	}
}

func TestPublishingAClosedSurveyOpensItAgain(t *testing.T) {
	ctx := context.Background()
	s, _ := newService(t)
	r := create(t, s, doc(sat))
	publish(t, s, r.ID)
	if _, err := s.Close(ctx, actor, r.ID); err != nil {
		t.Fatal(err)
	}
	r = publish(t, s, r.ID)
	if h, err := s.Head(ctx, "w", r.ID); err != nil || h.Status != surveys.Published || h.Current != 1 {
		t.Errorf("%+v %v", h, err)
	}
}
