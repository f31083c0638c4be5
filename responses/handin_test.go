package responses_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/responses"
	"waymark/responses/mongo"
	"waymark/responses/quota"
	quotamongo "waymark/responses/quota/mongo"
	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// asked is a survey with logic. Of those who are very satisfied two count.
const asked = `{"map":"map_1","stage":"delivery","title":"Your delivery","questions":[
	{"id":"sat","type":"csat","title":"How satisfied?","required":true},
	{"id":"why","type":"text","title":"Why?","show_if":"sat <= 2","required_if":"property.state == 'SP'"},
	{"id":"feel","type":"emotion","title":"How did it feel?"}],
	"calculated":[{"id":"double","value":"sat * 2"}],
	"quotas":[{"id":"happy","if":"sat == 5","limit":2}]}`

// everywhere runs a test on each engine.
func everywhere(t *testing.T, definition string, fn func(t *testing.T, d *desk)) {
	t.Run("sqlite", func(t *testing.T) {
		d := newDesk(t)
		fn(t, deskOn(t, definition, d.Store, d.Slots))
	})
	t.Run("mongo", func(t *testing.T) {
		enginetest.Mongos(t, slices.Concat(mongo.Steps, quotamongo.Steps), func(t *testing.T, m *engine.Mongo) {
			fn(t, deskOn(t, definition, mongo.New(m), quotamongo.New(m)))
		})
	})
}

const window = 24 * time.Hour

// visitor is one visit; each hand-in is the next step.
type visitor struct {
	*desk
	t    *testing.T
	id   string
	step int64
	caps []quota.Cap
}

func (d *desk) visitor(t *testing.T) *visitor { return &visitor{desk: d, t: t, id: ident.New("rsp")} }

func (v *visitor) handIn(answers string, with ...func(*responses.HandIn)) (responses.Handed, error) {
	v.step++
	h := responses.HandIn{ID: v.id, Survey: surveyID, Version: 1, Answers: []byte(answers), Step: v.step, Language: "en", Properties: map[string]string{"state": "RJ"},
		Via: responses.Via{Channel: "link", Link: "lnk_1"}, Caps: v.caps, Window: window}
	for _, w := range with {
		w(&h)
	}
	return v.HandIn(context.Background(), "w", h)
}

// want hands in and gives the response.
func (v *visitor) want(status responses.Status, answers string, with ...func(*responses.HandIn)) responses.Response {
	v.t.Helper()
	h, err := v.handIn(answers, with...)
	if err != nil || len(h.Wrong) > 0 || h.Response.Status != status {
		v.t.Fatalf("%s: %+v, %v; want %s", answers, h, err, status)
	}
	stored, err := v.Store.Get(context.Background(), "w", v.id)
	if err != nil || stored.Status != status || string(stored.Answers) != string(h.Response.Answers) || stored.Rev != h.Response.Rev {
		v.t.Fatalf("stored is %+v, %v", stored, err)
	}
	return stored
}

func (v *visitor) refused(kind fault.Kind, slug, answers string, with ...func(*responses.HandIn)) {
	v.t.Helper()
	_, err := v.handIn(answers, with...)
	f, is := err.(*fault.Error)
	if !is || f.Kind != kind || f.Slug != slug {
		v.t.Fatalf("%s: %v, want %s", answers, err, slug)
	}
}

func complete(h *responses.HandIn) { h.Complete = true }
func vote(h *responses.HandIn)     { h.Vote = true }
func suspect(h *responses.HandIn)  { h.Suspect = true }
func step(n int64) func(*responses.HandIn) {
	return func(h *responses.HandIn) { h.Step = n }
}

// marked clears the marks that the survey has and gives their number.
func (d *desk) marked(t *testing.T) int {
	t.Helper()
	ctx := context.Background()
	ms, err := d.Store.Marks(ctx, "w", surveyID, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Store.Clear(ctx, "w", surveyID, ms); err != nil {
		t.Fatal(err)
	}
	return len(ms)
}

func (d *desk) held(t *testing.T, key string, want int) {
	t.Helper()
	if n, err := d.Slots.Count(context.Background(), "w", key, 100); err != nil || n != want {
		t.Fatalf("%d slots of %s are held, want %d: %v", n, key, want, err)
	}
}

func answers(t *testing.T, r responses.Response, want string) {
	t.Helper()
	if string(r.Answers) != want {
		t.Fatalf("the answers are %s, want %s", r.Answers, want)
	}
}

func TestAVisitIsPartialUntilItIsComplete(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v := d.visitor(t)
		if h, err := v.handIn(`{}`); err != nil || h.Created || h.Response.Status != responses.Partial {
			t.Fatalf("nothing at all: %+v %v", h, err)
		}
		if n, _ := d.Store.Count(context.Background(), "w", surveyID); n != 0 {
			t.Fatal("nothing was answered, and it is stored")
		}
		first, err := v.handIn(`{"sat":2}`)
		if err != nil || !first.Created || first.Response.Marks != nil || string(first.Response.Calculated) != `{"double":4}` {
			t.Fatalf("%+v %v", first, err)
		}
		d.now.Store(60_000)
		answers(t, v.want(responses.Partial, `{"sat":2,"why":"late"}`), `{"sat":2,"why":"late"}`)
		for _, late := range []int64{3, 2, 0, -7} { // equal, lower, forged (attack 8)
			answers(t, v.want(responses.Partial, `{"sat":1}`, step(late)), `{"sat":2,"why":"late"}`)
		}
		answers(t, v.want(responses.Partial, `{"sat":4,"why":"late"}`, step(9)), `{"sat":4}`) // why is not asked any more
		v.step = 9
		if d.marked(t) != 0 || d.changed.Load() != 0 {
			t.Fatal("a partial response counts")
		}
		d.now.Store(120_000)
		r := v.want(responses.Counted, `{"sat":4,"feel":1}`, complete)
		at := noon.Add(2 * time.Minute).UnixMilli()
		if r.OccurredAt.Milli() != at || r.ReceivedAt.Milli() != at || r.CompletedAt.Milli() != at || r.Via.Link != "lnk_1" || r.Stage != "delivery" || string(r.Calculated) != `{"double":8}` {
			t.Fatalf("%+v", r)
		}
		if d.marked(t) != 1 || d.changed.Load() != 1 {
			t.Fatal("what counts now left no mark")
		}
		shown := r.Show()
		if string(shown.Calculated) != `{"double":8}` || *shown.Language != "en" || shown.Via.Channel != r.Via.Channel || *shown.Via.Link != "lnk_1" || shown.Via.Origin != nil || shown.Via.URL != nil {
			t.Fatalf("%+v", shown)
		}
	})
}

func TestWhatIsWrongInAHandInStoresNothing(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v := d.visitor(t)
		in := func(state string) func(*responses.HandIn) {
			return func(h *responses.HandIn) { h.Properties = map[string]string{"state": state} }
		}
		for _, c := range []struct {
			answers, wrong string
			with           []func(*responses.HandIn)
		}{
			{`{}`, "#/answers/sat", []func(*responses.HandIn){complete}},
			{`{"feel":1}`, "#/answers/sat", []func(*responses.HandIn){complete}},
			{`{"sat":9}`, "#/answers/sat", nil},
			{`{"sat":9}`, "#/answers/sat", []func(*responses.HandIn){vote}},
			{`{"sat":2}`, "#/answers/why", []func(*responses.HandIn){complete, in("SP")}},
			{`{"sat":2,"nps":3}`, "#/answers/nps", nil},
		} {
			h, err := v.handIn(c.answers, c.with...)
			if err != nil || len(h.Wrong) != 1 || h.Wrong[0].Pointer != c.wrong || h.Wrong[0].Refusal.Word == "" {
				t.Errorf("%s: %+v %v", c.answers, h, err)
			}
		}
		if h, err := v.handIn(`{"sat":2}`, complete, in("RJ")); err != nil || !h.Created {
			t.Fatalf("required only in another state: %+v %v", h, err)
		}
		v = d.visitor(t)
		for _, bad := range []string{``, `[1]`, `null`, `"x"`} {
			if _, err := v.handIn(bad); err == nil || fault.Is(err, fault.Internal) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		v.refused(fault.Malformed, "malformed", `{"sat":2,"sat":3}`, complete) // doubled (attack 8)
		v.refused(fault.Invalid, "invalid", `{"sat":2,"why":"\u0000"}`, complete)
		v.refused(fault.NotFound, "not-found", `{"sat":2}`, func(h *responses.HandIn) { h.ID = "rsp_x" })
		v.refused(fault.NotFound, "not-found", `{"sat":2}`, func(h *responses.HandIn) { h.Survey = ident.Derive("srv", "other") })
		if n, _ := d.Store.Count(context.Background(), "w", surveyID); n != 1 {
			t.Fatalf("%d are stored", n)
		}
	})
}

func TestACompletedVisitMayBeChangedForAWhile(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v := d.visitor(t)
		first := v.want(responses.Counted, `{"sat":4}`, complete)
		d.marked(t)
		t.Run("the same again is the same receipt (attack 5)", func(t *testing.T) {
			d.now.Store(1000)
			again := v.want(responses.Counted, `{ "sat": 4.0 }`, complete)
			if again.Receipt() != first.Receipt() || again.Rev != first.Rev || d.marked(t) != 0 {
				t.Fatalf("%+v", again)
			}
		})
		t.Run("steps of a change wait aside until it is complete", func(t *testing.T) {
			r := v.want(responses.Counted, `{"sat":1,"why":"Hm"}`)
			answers(t, r, `{"sat":4}`)
			if string(r.Pending) != `{"sat":1,"why":"Hm"}` || d.marked(t) != 0 {
				t.Fatalf("%+v", r)
			}
			if r := v.want(responses.Counted, `{"sat":3}`, step(1)); string(r.Pending) != `{"sat":1,"why":"Hm"}` {
				t.Fatalf("a lower step changed %s", r.Pending)
			}
			if r := v.want(responses.Counted, `{"sat":3}`, vote); string(r.Pending) != `{"sat":1,"why":"Hm"}` {
				t.Fatalf("a vote changed %s", r.Pending)
			}
			d.now.Store(2000)
			r = v.want(responses.Counted, `{"sat":1,"why":"Hm"}`, complete)
			answers(t, r, `{"sat":1,"why":"Hm"}`)
			if r.Pending != nil || r.OccurredAt != first.OccurredAt || r.CompletedAt != first.CompletedAt || r.ReceivedAt != first.ReceivedAt || d.marked(t) != 1 {
				t.Fatalf("%+v", r)
			}
			r = v.want(responses.Counted, `{"sat":2}`)
			if r = v.want(responses.Counted, `{"sat":1,"why":"Hm"}`, complete); r.Pending != nil || d.marked(t) != 0 {
				t.Fatalf("back to what it was: %+v", r)
			}
		})
		t.Run("what looks like no person's replaces nothing", func(t *testing.T) {
			answers(t, v.want(responses.Counted, `{"sat":5}`, complete, suspect), `{"sat":1,"why":"Hm"}`)
			if d.marked(t) != 0 {
				t.Fatal("it counts")
			}
		})
		t.Run("until the window is over", func(t *testing.T) {
			d.now.Store(window.Milliseconds())
			answers(t, v.want(responses.Counted, `{"sat":3}`, complete), `{"sat":3}`)
			d.now.Store(window.Milliseconds() + 1)
			for _, with := range [][]func(*responses.HandIn){nil, {complete}, {vote}} {
				v.refused(fault.Gone, "used", `{"sat":4}`, with...)
			}
			answers(t, v.want(responses.Counted, `{"sat":3}`, complete), `{"sat":3}`)
		})
		t.Run("a deleted one is gone", func(t *testing.T) {
			if err := d.Delete(context.Background(), "w", v.id); err != nil {
				t.Fatal(err)
			}
			v.refused(fault.Gone, "erased", `{"sat":3}`, complete)
			v.refused(fault.Gone, "erased", `{"sat":3}`)
		})
		if n, _ := d.Store.Count(context.Background(), "w", surveyID); n != 0 {
			t.Fatalf("%d are stored", n)
		}
	})
}

func TestAVoteCountsAndTheFormReplacesIt(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v := d.visitor(t)
		first := v.want(responses.Counted, `{"sat":3}`, vote)
		if d.marked(t) != 1 || first.CompletedAt.Milli() != 0 {
			t.Fatalf("%+v", first)
		}
		d.now.Store(5000)
		answers(t, v.want(responses.Counted, `{"sat":1}`, vote, step(1)), `{"sat":3}`) // once
		answers(t, v.want(responses.Counted, `{"sat":1}`, suspect), `{"sat":3}`)
		answers(t, v.want(responses.Counted, `{"sat":1}`, suspect, complete), `{"sat":3}`)
		answers(t, v.want(responses.Counted, `{}`), `{"sat":3}`)
		if d.marked(t) != 0 {
			t.Fatal("what changed nothing left a mark")
		}
		r := v.want(responses.Counted, `{"sat":2,"why":"late"}`)
		answers(t, r, `{"sat":2,"why":"late"}`)
		if d.marked(t) != 1 || r.OccurredAt != first.OccurredAt || r.ReceivedAt != first.ReceivedAt || r.CompletedAt.Milli() != 0 {
			t.Fatalf("%+v", r)
		}
		d.now.Store(9000)
		r = v.want(responses.Counted, `{"sat":2,"why":"late","feel":-1}`, complete)
		if d.marked(t) != 1 || r.OccurredAt != first.OccurredAt || r.CompletedAt.Milli() != noon.UnixMilli()+9000 {
			t.Fatalf("%+v", r)
		}
		d.now.Store(9000 + window.Milliseconds() + 1)
		v.refused(fault.Gone, "used", `{"sat":5}`, vote)

		quick := d.visitor(t) // votes, and sends the same at once
		quick.want(responses.Counted, `{"sat":3}`, vote)
		d.marked(t)
		if r := quick.want(responses.Counted, `{"sat":3}`, complete, suspect); r.CompletedAt.Milli() == 0 || d.marked(t) != 0 {
			t.Fatalf("%+v", r)
		}
		resumed := d.visitor(t) // was at it before
		resumed.want(responses.Partial, `{"sat":2,"why":"x"}`)
		if r := resumed.want(responses.Counted, `{"sat":4}`, vote, step(0)); r.Step != 1 || d.marked(t) != 1 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestSuspectsAreKeptApartUntilAPersonAnswers(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v := d.visitor(t)
		v.want(responses.Suspect, `{"sat":5}`, complete, suspect)
		if d.marked(t) != 1 { // suspects are counted apart
			t.Fatal("no mark")
		}
		d.held(t, surveyID+"/happy", 0)
		answers(t, v.want(responses.Suspect, `{"sat":4}`, complete, suspect), `{"sat":4}`)
		r := v.want(responses.Counted, `{"sat":5}`, complete)
		if d.marked(t) != 1 || r.OccurredAt.Milli() != noon.UnixMilli() {
			t.Fatalf("%+v", r)
		}
		d.held(t, surveyID+"/happy", 1)
	})
}

// Whoever was called suspect by a reviewer would only have to send once more.
func TestWhatAReviewerDecidedHoldsWhateverIsHandedInLater(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		ctx := context.Background()
		set := func(v *visitor, to responses.Status) {
			t.Helper()
			if _, err := d.SetStatus(ctx, "w", v.id, to); err != nil {
				t.Fatal(err)
			}
		}
		v, voter := d.visitor(t), d.visitor(t)
		v.want(responses.Counted, `{"sat":5}`, complete)
		voter.want(responses.Counted, `{"sat":4}`, vote)
		set(v, responses.Suspect)
		set(voter, responses.Suspect)
		answers(t, v.want(responses.Suspect, `{"sat":4}`, complete), `{"sat":4}`) // kept, and still not counted
		answers(t, voter.want(responses.Suspect, `{"sat":3}`), `{"sat":3}`)
		voter.want(responses.Suspect, `{"sat":2,"why":"x"}`, complete)
		d.held(t, surveyID+"/happy", 0)
		set(v, responses.Counted)
		answers(t, v.want(responses.Counted, `{"sat":3}`, complete), `{"sat":3}`)
		answers(t, v.want(responses.Counted, `{"sat":1,"why":"x"}`, complete, suspect), `{"sat":3}`)
	})
}

func TestAClosedSurveyTakesNoHandIn(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v, begun := d.visitor(t), d.visitor(t)
		first := v.want(responses.Counted, `{"sat":4}`, complete)
		begun.want(responses.Partial, `{"sat":4}`)
		d.board.set(surveys.Closed, 1)
		for _, with := range [][]func(*responses.HandIn){nil, {complete}, {vote}, {complete, suspect}} {
			d.visitor(t).refused(fault.Gone, "survey-closed", `{"sat":4}`, with...) // attack 9
			begun.refused(fault.Gone, "survey-closed", `{"sat":4}`, with...)
			v.refused(fault.Gone, "survey-closed", `{"sat":3}`, with...)
		}
		if again := v.want(responses.Counted, `{"sat":4}`, complete); again.Receipt() != first.Receipt() {
			t.Fatalf("who missed the receipt gets %+v", again)
		}
		d.board.set(surveys.Draft, 0)
		d.visitor(t).refused(fault.Conflict, "survey-draft", `{"sat":4}`, complete)
	})
}

func TestOfManyHandInsAtOnceThereIsOneResponse(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		v := d.visitor(t)
		v.caps = []quota.Cap{{Key: "lnk_1", Limit: 1}}
		var created atomic.Int32
		var receipts sync.Map
		n := 100
		if strings.Contains(t.Name(), "ferret") {
			n = 40 // one write at a time
		}
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				h := responses.HandIn{ID: v.id, Survey: surveyID, Version: 1, Answers: fmt.Appendf(nil, `{"sat":%d}`, 1+i%5), Step: int64(i), Complete: i%3 != 0, Vote: i%3 == 0,
					Via: responses.Via{Channel: "link"}, Caps: v.caps, Window: window}
				got, err := d.HandIn(context.Background(), "w", h)
				if err != nil || len(got.Wrong) > 0 {
					t.Errorf("%+v %v", got, err)
				}
				if got.Created {
					created.Add(1)
				}
				receipts.Store(got.Response.Receipt(), true)
			})
		}
		wg.Wait()
		got := 0
		receipts.Range(func(any, any) bool { got++; return true })
		if created.Load() != 1 || got != 1 { // attack 7
			t.Fatalf("%d created, %d receipts", created.Load(), got)
		}
		if n, err := d.Store.Count(context.Background(), "w", surveyID); err != nil || n != 1 {
			t.Fatalf("%d responses, %v", n, err)
		}
		if d.marked(t) != 1 {
			t.Fatal("no mark, or several")
		}
		d.held(t, "lnk_1", 1)
		r, err := d.Get(context.Background(), "w", v.id)
		if err != nil || r.Status != responses.Counted {
			t.Fatalf("%+v %v", r, err)
		}
		d.held(t, surveyID+"/happy", map[bool]int{true: 1, false: 0}[string(r.Answers) == `{"sat":5}`])
	})
}

func TestAQuotaScreensAndACapRefuses(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		happy := surveyID + "/happy"
		a, b, c := d.visitor(t), d.visitor(t), d.visitor(t)
		a.want(responses.Counted, `{"sat":5}`, complete)
		b.want(responses.Counted, `{"sat":5}`, vote)
		c.want(responses.Partial, `{"sat":5}`) // holds nothing
		d.held(t, happy, 2)
		d.marked(t)
		before := d.changed.Load()
		r := c.want(responses.Screened, `{"sat":5}`, complete)
		if d.marked(t) != 0 || d.changed.Load() != before || r.Caps != nil {
			t.Fatalf("a screened response counts: %+v", r)
		}
		d.visitor(t).want(responses.Counted, `{"sat":4}`, complete) // the quota is not for them
		d.marked(t)
		t.Run("answered otherwise, one gives its slot back, and one that was screened counts", func(t *testing.T) {
			b.want(responses.Counted, `{"sat":3}`)
			d.held(t, happy, 1)
			if r := c.want(responses.Counted, `{"sat":5,"feel":1}`, complete); d.marked(t) != 2 {
				t.Fatalf("%+v", r)
			}
			d.held(t, happy, 2)
			b.want(responses.Screened, `{"sat":5}`, complete) // and what counted is screened
			if d.marked(t) != 1 {
				t.Fatal("what does not count any more left no mark")
			}
		})
		t.Run("deleting and marking as suspect give slots back", func(t *testing.T) {
			ctx := context.Background()
			if _, err := d.SetStatus(ctx, "w", a.id, responses.Suspect); err != nil {
				t.Fatal(err)
			}
			if err := d.Delete(ctx, "w", c.id); err != nil {
				t.Fatal(err)
			}
			d.held(t, happy, 0)
			if _, err := d.SetStatus(ctx, "w", a.id, responses.Counted); err != nil {
				t.Fatal(err)
			}
			d.held(t, happy, 1)
			if _, err := d.SetStatus(ctx, "w", a.id, responses.Suspect); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				d.visitor(t).want(responses.Counted, `{"sat":5}`, complete)
			}
			if r, err := d.SetStatus(ctx, "w", a.id, responses.Counted); err != nil || r.Status != responses.Counted {
				t.Fatalf("a change of status was refused by a quota: %v", err)
			}
			d.held(t, happy, 2)
			e := d.visitor(t)
			e.want(responses.Screened, `{"sat":5}`, complete)
			_, err := d.SetStatus(ctx, "w", e.id, responses.Counted)
			wantKind(t, err, fault.Conflict)
		})
		t.Run("a full cap", func(t *testing.T) {
			caps := []quota.Cap{{Key: "lnk_1", Limit: 1}}
			x, y, bot := d.visitor(t), d.visitor(t), d.visitor(t)
			x.caps, y.caps, bot.caps = caps, caps, caps
			y.want(responses.Partial, `{"sat":4}`)
			bot.want(responses.Suspect, `{"sat":4}`, complete, suspect)
			x.want(responses.Screened, `{"sat":5}`, complete) // over the quota: leaves the link's place
			d.held(t, "lnk_1", 0)
			x.want(responses.Counted, `{"sat":4}`, complete)
			d.held(t, "lnk_1", 1)
			y.refused(fault.Gone, "full", `{"sat":4}`, complete)
			y.refused(fault.Gone, "full", `{"sat":4}`, vote)
			y.want(responses.Partial, `{"sat":4}`)
			x.want(responses.Counted, `{"sat":3}`, complete) // who has a place keeps it
			d.held(t, "lnk_1", 1)
		})
	})
}

func TestTheAPIFollowsTheSurveysLogic(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		for name, c := range map[string]struct{ body, pointer string }{
			"an answer to a hidden branch (attack 10)": {body(`,"answers":{"sat":4,"why":"late"}`), "#/answers/why"},
			"required where a property says so":        {body(`,"answers":{"sat":1},"properties":{"state":"SP"}`), "#/answers/why"},
		} {
			_, err := d.send(c.body)
			if f, is := err.(*fault.Error); !is || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
				t.Errorf("%s: %v", name, err)
			}
		}
		got, err := d.send(body(`,"id":"a","answers":{"sat":1,"why":"late"},"properties":{"state":"SP"}`))
		if err != nil || string(got.Response.Calculated) != `{"double":2}` {
			t.Fatalf("%+v %v", got, err)
		}
		d.marked(t)
		var wg sync.WaitGroup
		var counted, screened atomic.Int32
		for i := range 10 {
			wg.Go(func() {
				got, err := d.send(body(fmt.Sprintf(`,"id":"q-%d","answers":{"sat":5}`, i)))
				switch {
				case err != nil:
					t.Error(err)
				case got.Response.Status == responses.Counted:
					counted.Add(1)
				case got.Response.Status == responses.Screened:
					screened.Add(1)
				}
			})
		}
		wg.Wait()
		if counted.Load() != 2 || screened.Load() != 8 || d.marked(t) != 2 {
			t.Fatalf("%d counted, %d screened", counted.Load(), screened.Load())
		}
		statuses := map[responses.Status]int{}
		for i := range 10 { // a repeat takes nothing, and is told what was
			got, err := d.send(body(fmt.Sprintf(`,"id":"q-%d","answers":{"sat":5}`, i)))
			if err != nil || got.Created {
				t.Fatalf("%+v %v", got, err)
			}
			statuses[got.Response.Status]++
			_, err = d.send(body(fmt.Sprintf(`,"id":"q-%d","answers":{"sat":5,"feel":1}`, i)))
			wantKind(t, err, fault.Conflict)
		}
		if statuses[responses.Counted] != 2 || statuses[responses.Screened] != 8 {
			t.Fatalf("%v", statuses)
		}
		d.held(t, surveyID+"/happy", 2)
		_, err = d.send(body(`,"id":"a","answers":{"sat":5}`)) // its id is taken by one outside of the quota
		wantKind(t, err, fault.Conflict)
		d.held(t, surveyID+"/happy", 2)
	})
}

func TestSlotsThatACrashLeftAreGivenToOthers(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		ctx, cap := context.Background(), quota.Cap{Key: surveyID + "/happy", Limit: 2}
		kept := d.visitor(t)
		kept.want(responses.Counted, `{"sat":5}`, complete)
		// One took its slot and was never stored, and another's doubt was never settled.
		if held, _, err := d.Slots.Take(ctx, "w", cap, ident.New("rsp"), when.Of(noon), 1); err != nil || !held {
			t.Fatal(held, err)
		}
		if err := d.Slots.Doubt(ctx, "w", kept.id, when.Of(noon)); err != nil {
			t.Fatal(err)
		}
		d.visitor(t).want(responses.Screened, `{"sat":5}`, complete)
		d.now.Store(time.Hour.Milliseconds())
		d.visitor(t).want(responses.Counted, `{"sat":5}`, complete)
		d.visitor(t).want(responses.Screened, `{"sat":5}`, complete)
		d.held(t, cap.Key, 2)
	})
}

// between lets something happen between a deletion's look at the slots and its
// writing, while the other change waits to write.
type between struct {
	responses.Store
	other   func()
	once    sync.Once
	arrived chan struct{} // the other change is about to write
	deleted chan struct{}
}

func (b *between) Replace(ctx context.Context, ws ident.Workspace, r responses.Response, rev int64) error {
	if r.Status == responses.Erased {
		go b.other()
		<-b.arrived
		return b.Store.Replace(ctx, ws, r, rev)
	}
	b.once.Do(func() {
		close(b.arrived)
		<-b.deleted
	})
	return b.Store.Replace(ctx, ws, r, rev)
}

// A cap must not be smaller by those who are gone.
func TestADeletedResponseKeepsNoSlot(t *testing.T) {
	set := func(v *visitor, to responses.Status) error {
		_, err := v.SetStatus(context.Background(), "w", v.id, to)
		return err
	}
	for name, c := range map[string]struct {
		before responses.Status
		other  func(v *visitor) error
	}{
		"while its quota turns out to be full": {responses.Counted, func(v *visitor) error {
			_, err := v.handIn(`{"sat":5}`, complete)
			return err
		}},
		"while it is counted again": {responses.Suspect, func(v *visitor) error { return set(v, responses.Counted) }},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d = deskOn(t, asked, d.Store, d.Slots)
			for range 2 {
				d.visitor(t).want(responses.Counted, `{"sat":5}`, complete)
			}
			v := d.visitor(t)
			v.caps = []quota.Cap{{Key: "lnk_1", Limit: 1}}
			v.want(responses.Counted, `{"sat":4}`, complete)
			if err := set(v, c.before); err != nil {
				t.Fatal(err)
			}
			b := &between{Store: d.Store, arrived: make(chan struct{}), deleted: make(chan struct{})}
			done := make(chan error)
			b.other = func() { done <- c.other(v) }
			d.Store = b
			if err := d.Delete(context.Background(), "w", v.id); err != nil {
				t.Fatal(err)
			}
			close(b.deleted)
			if err := <-done; err == nil {
				t.Fatal("what was deleted was changed")
			}
			d.held(t, "lnk_1", 0)
		})
	}
}

// cabinet is the files of a test.
type cabinet []string

func (c cabinet) Known(_ context.Context, ws ident.Workspace, ids []string) error {
	for _, id := range ids {
		if ws != "w" || !slices.Contains(c, id) {
			return fault.NotFoundError()
		}
	}
	return nil
}

func (c cabinet) Forget(context.Context, ident.Workspace, []string) error { return nil }

func TestAFileThatThereIsNotIsUnknown(t *testing.T) {
	d := newDesk(t)
	d = deskOn(t, `{"map":"map_1","stage":"delivery","title":"T","questions":[{"id":"sat","type":"csat","title":"T"},{"id":"doc","type":"file","title":"T","show_if":"sat == 1"}]}`, d.Store, d.Slots)
	d.Files = cabinet{ident.Derive("fil", "a")}
	there, gone := ident.Derive("fil", "a"), ident.Derive("fil", "b")
	_, err := d.send(body(`,"answers":{"sat":1,"doc":{"id":"` + gone + `"}}`))
	wantKind(t, err, fault.NotFound)
	v := d.visitor(t)
	v.refused(fault.NotFound, "not-found", `{"sat":1,"doc":{"id":"`+gone+`"}}`)
	if n, _ := d.Store.Count(context.Background(), "w", surveyID); n != 0 {
		t.Fatalf("%d are stored", n)
	}
	if _, err := d.send(body(`,"answers":{"sat":1,"doc":{"id":"` + there + `"}}`)); err != nil {
		t.Fatal(err)
	}
	v.want(responses.Counted, `{"sat":1,"doc":{"id":"`+there+`"}}`, complete)
	answers(t, v.want(responses.Counted, `{"sat":2,"doc":{"id":"`+gone+`"}}`, complete), `{"sat":2}`) // left away before it is looked for
}

// Who looked already is believed as long as nobody was faster.
func TestAHandInBasedOnALookIsStaleWhereSomethingElseIsStored(t *testing.T) {
	everywhere(t, asked, func(t *testing.T, d *desk) {
		seen := func(r *responses.Response) func(*responses.HandIn) {
			return func(h *responses.HandIn) { h.Looked, h.Seen = true, r }
		}
		v := d.visitor(t)
		first := v.want(responses.Partial, `{"sat":4}`, seen(nil))
		v.refused(fault.Stale, "stale", `{"sat":3}`, seen(nil))
		second := v.want(responses.Partial, `{"sat":3}`, seen(&first))
		v.refused(fault.Stale, "stale", `{"sat":2}`, seen(&first), complete)
		answers(t, v.want(responses.Counted, `{"sat":3}`, seen(&second), complete), `{"sat":3}`)
		if n := d.marked(t); n != 1 {
			t.Errorf("%d marks", n)
		}
		// Slots that it took belong to the visit, whoever of it was the fastest.
		v = d.visitor(t)
		v.want(responses.Counted, `{"sat":5}`, seen(nil), complete)
		v.want(responses.Counted, `{"sat":5}`, seen(nil), complete)
		d.held(t, surveyID+"/happy", 1)
		if err := d.Delete(context.Background(), "w", v.id); err != nil {
			t.Fatal(err)
		}
		v.refused(fault.Gone, "erased", `{"sat":5}`, seen(nil), complete)
		d.held(t, surveyID+"/happy", 0)
	})
}
