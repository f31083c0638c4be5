package responses_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/responses"
	"waymark/responses/quota"
	quotasqlite "waymark/responses/quota/sqlite"
	"waymark/responses/sqlite"
	"waymark/surveys"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const definition = `{"map":"map_1","stage":"delivery","title":"Your delivery","questions":[
	{"id":"sat","type":"csat","title":"How satisfied?","required":true},
	{"id":"feel","type":"emotion","title":"How did it feel?"},
	{"id":"rec","type":"nps","title":"Would you recommend us?"},
	{"id":"why","type":"text","title":"Why?"}]}`

var surveyID = ident.Derive("srv", "test")

// board is the surveys of a test: one survey in the workspace "w".
type board struct {
	mu       sync.Mutex
	head     surveys.Head
	compiled *surveys.Compiled
}

func (b *board) Head(_ context.Context, ws ident.Workspace, id string) (surveys.Head, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ws != "w" || id != surveyID {
		return surveys.Head{}, fault.NotFoundError()
	}
	return b.head, nil
}

func (b *board) set(s surveys.Status, current int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.head.Status, b.head.Current = s, current
}

func (b *board) Compiled(_ context.Context, _ ident.Workspace, _ string, number int64) (*surveys.Compiled, error) {
	c := *b.compiled
	c.Number = number
	return &c, nil
}

func (b *board) QuestionIDs(context.Context, ident.Workspace, string) ([]string, error) {
	return b.compiled.QuestionIDs(), nil
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

type desk struct {
	*responses.Service
	board   *board
	now     atomic.Int64 // milliseconds after noon
	changed atomic.Int64
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	db := enginetest.SQLite(t, slices.Concat(sqlite.Steps, quotasqlite.Steps))
	return deskOn(t, definition, sqlite.New(db), quotasqlite.New(db))
}

// deskOn takes the answers to a survey into stores.
func deskOn(t testing.TB, definition string, store responses.Store, slots quota.Store) *desk {
	t.Helper()
	c, err := surveys.Compile(surveys.Version{Survey: surveyID, Number: 1, Document: []byte(definition), Binding: surveys.Binding{Map: "map_1", Stage: "delivery"}})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{board: &board{compiled: c}}
	d.board.set(surveys.Published, 1)
	d.Service = &responses.Service{Store: store, Slots: slots, Surveys: d.board, Seq: &ident.Sequence{},
		Now:     func() time.Time { return noon.Add(time.Duration(d.now.Load()) * time.Millisecond) },
		Changed: func(ident.Workspace, string) { d.changed.Add(1) }}
	return d
}

// send takes a body in the workspace "w".
func (d *desk) send(body string) (responses.Taken, error) { return d.sendTo("w", body) }

func (d *desk) sendTo(ws ident.Workspace, body string) (responses.Taken, error) {
	sub, err := responses.ParseSubmission([]byte(body))
	if err != nil {
		return responses.Taken{}, err
	}
	return d.Take(context.Background(), ws, sub, ident.New("rsp"), responses.Via{Channel: "api"})
}

func body(rest string) string { return fmt.Sprintf(`{"survey":%q%s}`, surveyID, rest) }

func wantKind(t *testing.T, err error, k fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != k {
		t.Fatalf("got %v, want kind %v", err, k)
	}
}

func TestTheSameIDIsTakenOnce(t *testing.T) {
	d := newDesk(t)
	first, err := d.send(body(`,"id":"o-1","answers":{"sat":4,"why":"late"},"properties":{"state":"SP"}`))
	if err != nil || !first.Created || first.Response.Status != responses.Counted {
		t.Fatalf("%+v %v", first, err)
	}
	d.now.Store(5000)
	t.Run("the same JSON values in another order and spacing get the first receipt (attack 5)", func(t *testing.T) {
		again, err := d.send(`{ "properties":{"state":"SP"}, "answers":{"why":"\u006cate","sat":4.0}, "id":"o-1", "survey":"` + surveyID + `"}`)
		if err != nil || again.Created || again.Response.Receipt() != first.Response.Receipt() {
			t.Fatalf("%+v %v", again, err)
		}
	})
	t.Run("another body is a conflict (attack 6)", func(t *testing.T) {
		_, err := d.send(body(`,"id":"o-1","answers":{"sat":5}`))
		wantKind(t, err, fault.Conflict)
	})
	t.Run("a repeat after the survey closed gets the first receipt, a new answer does not get in (attack 9)", func(t *testing.T) {
		d.board.set(surveys.Closed, 1)
		defer d.board.set(surveys.Published, 1)
		again, err := d.send(body(`,"id":"o-1","answers":{"sat":4,"why":"late"},"properties":{"state":"SP"}`))
		if err != nil || again.Response.ID != first.Response.ID {
			t.Fatalf("%+v %v", again, err)
		}
		_, err = d.send(body(`,"id":"o-2","answers":{"sat":4}`))
		wantKind(t, err, fault.Gone)
		_, err = d.send(body(`,"answers":{"sat":4}`))
		wantKind(t, err, fault.Gone)
	})
	t.Run("a deleted one is gone and a repeat resurrects nothing", func(t *testing.T) {
		if err := d.Delete(context.Background(), "w", first.Response.ID); err != nil {
			t.Fatal(err)
		}
		_, err := d.send(body(`,"id":"o-1","answers":{"sat":4,"why":"late"},"properties":{"state":"SP"}`))
		wantKind(t, err, fault.Gone)
		_, err = d.Get(context.Background(), "w", first.Response.ID)
		wantKind(t, err, fault.NotFound)
		wantKind(t, d.Delete(context.Background(), "w", first.Response.ID), fault.NotFound)
	})
	t.Run("of 16 racers one is created and all get one receipt (attack 7)", func(t *testing.T) {
		var created atomic.Int32
		var ids sync.Map
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				r, err := d.send(body(`,"id":"race","answers":{"sat":4}`))
				if err != nil {
					t.Error(err)
				}
				if r.Created {
					created.Add(1)
				}
				ids.Store(r.Response.Receipt(), true)
			})
		}
		wg.Wait()
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		if created.Load() != 1 || n != 1 {
			t.Fatalf("%d created, %d receipts", created.Load(), n)
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	d := newDesk(t)
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint("p", i)] = "v"
	}
	manyJSON, _ := json.Marshal(many)
	for name, c := range map[string]struct {
		body    string
		kind    fault.Kind
		pointer string
	}{
		"a required question skipped (attack 10)": {body(`,"answers":{"feel":1}`), fault.Invalid, "#/answers/sat"},
		"no answers":                                   {body(``), fault.Invalid, "#/answers"},
		"a list of answers":                            {body(`,"answers":[4]`), fault.Invalid, "#/answers"},
		"an unknown question":                          {body(`,"answers":{"sat":4,"sta":1}`), fault.Invalid, "#/answers/sta"},
		"nps 11 (attack 11)":                           {body(`,"answers":{"sat":4,"rec":11}`), fault.Invalid, "#/answers/rec"},
		"nps -1 (attack 11)":                           {body(`,"answers":{"sat":4,"rec":-1}`), fault.Invalid, "#/answers/rec"},
		"nps 7.5 (attack 11)":                          {body(`,"answers":{"sat":4,"rec":7.5}`), fault.Invalid, "#/answers/rec"},
		`nps "9" (attack 11)`:                          {body(`,"answers":{"sat":4,"rec":"9"}`), fault.Invalid, "#/answers/rec"},
		"nps true (attack 11)":                         {body(`,"answers":{"sat":4,"rec":true}`), fault.Invalid, "#/answers/rec"},
		"nps null (attack 11)":                         {body(`,"answers":{"sat":4,"rec":null}`), fault.Invalid, "#/answers/rec"},
		"nps [] (attack 11)":                           {body(`,"answers":{"sat":4,"rec":[]}`), fault.Invalid, "#/answers/rec"},
		"NaN (attack 11)":                              {body(`,"answers":{"sat":NaN}`), fault.Malformed, ""},
		"a key twice (attack 12)":                      {body(`,"answers":{"sat":4,"sat":5}`), fault.Malformed, "#/answers/sat"},
		"a number beyond 2^53 (attack 13)":             {body(`,"answers":{"sat":9007199254740993}`), fault.Invalid, "#/answers/sat"},
		"a NUL (attack 19)":                            {body(`,"answers":{"sat":4,"why":"a\u0000b"}`), fault.Invalid, "#/answers/why"},
		"invalid UTF-8 (attack 19)":                    {body(",\"answers\":{\"sat\":4,\"why\":\"\xff\"}"), fault.Invalid, ""},
		"another workspace's survey (attack 34)":       {`{"survey":"` + ident.Derive("srv", "other") + `","answers":{"sat":4}}`, fault.NotFound, ""},
		"a survey that is no id":                       {`{"survey":"x","answers":{"sat":4}}`, fault.NotFound, ""},
		"workspace smuggled in (attack 35)":            {body(`,"answers":{"sat":4},"workspace":"v"`), fault.Malformed, "#/workspace"},
		"version smuggled in (attack 35)":              {body(`,"answers":{"sat":4},"version":7`), fault.Malformed, "#/version"},
		"status smuggled in (attack 35)":               {body(`,"answers":{"sat":4},"status":"counted"`), fault.Malformed, "#/status"},
		"an empty id":                                  {body(`,"id":"","answers":{"sat":4}`), fault.Invalid, "#/id"},
		"an id of 129 characters":                      {body(`,"id":"` + strings.Repeat("ä", 129) + `","answers":{"sat":4}`), fault.Invalid, "#/id"},
		"an id with a line feed":                       {body(`,"id":"a\nb","answers":{"sat":4}`), fault.Invalid, "#/id"},
		"51 properties":                                {body(`,"answers":{"sat":4},"properties":` + string(manyJSON)), fault.Invalid, "#/properties"},
		"a property of 201 characters":                 {body(`,"answers":{"sat":4},"properties":{"a/b":"` + strings.Repeat("x", 201) + `"}`), fault.Invalid, "#/properties/a~1b"},
		"a property that is a number":                  {body(`,"answers":{"sat":4},"properties":{"a":1}`), fault.Malformed, "#/properties/a"},
		"a property with a dollar (attack 32)":         {body(`,"answers":{"sat":4},"properties":{"$ne":"x"}`), fault.Malformed, "#/properties/$ne"},
		"an instant before 1970":                       {body(`,"answers":{"sat":4},"occurred_at":"1969-12-31T23:59:59.999Z"`), fault.Invalid, "#/occurred_at"},
		"an instant more than 5 minutes in the future": {body(`,"answers":{"sat":4},"occurred_at":"2026-11-20T12:05:00.001Z"`), fault.Invalid, "#/occurred_at"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.send(c.body)
			wantKind(t, err, c.kind)
			if c.pointer == "" {
				return
			}
			for _, f := range err.(*fault.Error).Fields {
				if f.Pointer == c.pointer {
					return
				}
			}
			t.Fatalf("%v does not point to %s", err, c.pointer)
		})
	}
	if n, err := d.Store.Count(context.Background(), "w", surveyID); err != nil || n != 0 || d.changed.Load() != 0 {
		t.Fatalf("%d refused ones were stored, %d changes told, %v", n, d.changed.Load(), err)
	}
	for name, b := range map[string]string{
		"an id of 128 characters":            body(`,"id":"` + strings.Repeat("ä", 128) + `","answers":{"sat":4}`),
		"1970 itself":                        body(`,"answers":{"sat":4},"occurred_at":"1970-01-01T00:00:00Z"`),
		"exactly 5 minutes ahead, elsewhere": body(`,"answers":{"sat":4},"occurred_at":"2026-11-20T14:05:00+02:00"`),
	} {
		if _, err := d.send(b); err != nil {
			t.Errorf("%s was refused: %v", name, err)
		}
	}
	d.board.set(surveys.Draft, 0)
	_, err := d.send(body(`,"answers":{"sat":4}`))
	wantKind(t, err, fault.Conflict)
	_, err = d.sendTo("", body(`,"answers":{"sat":4}`))
	if err == nil {
		t.Fatal("an empty workspace was taken (attack 36)")
	}
}

func TestEveryChangeOfWhatCountsLeavesAMark(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	got, err := d.send(body(`,"answers":{"sat":4},"occurred_at":"2026-11-19T00:00:00Z"`))
	if err != nil {
		t.Fatal(err)
	}
	at := got.Response.OccurredAt.Milli()
	marks := func() []responses.Mark {
		t.Helper()
		ms, err := d.Store.Marks(ctx, "w", surveyID, 10)
		if err != nil {
			t.Fatal(err)
		}
		return ms
	}
	check := func(what string) {
		t.Helper()
		ms := marks()
		if len(ms) != 1 || len(ms[0].At) != 1 || ms[0].At[0] != at {
			t.Fatalf("%s left the marks %v, want one of %d", what, ms, at)
		}
		if err := d.Store.Clear(ctx, "w", surveyID, ms); err != nil || len(marks()) != 0 {
			t.Fatal("the mark stayed", err)
		}
	}
	check("taking")
	id := got.Response.ID
	for _, to := range []responses.Status{responses.Suspect, responses.Counted, responses.Suspect} {
		if r, err := d.SetStatus(ctx, "w", id, to); err != nil || r.Status != to {
			t.Fatalf("%+v %v", r, err)
		}
	}
	check("three changes of status")
	if _, err := d.SetStatus(ctx, "w", id, responses.Suspect); err != nil || len(marks()) != 0 {
		t.Fatal("a change to what it is already left a mark", err)
	}
	_, err = d.SetStatus(ctx, "w", id, responses.Partial)
	wantKind(t, err, fault.Invalid)
	_, err = d.SetStatus(ctx, "v", id, responses.Counted)
	wantKind(t, err, fault.NotFound)
	before := d.changed.Load()
	if err := d.Delete(ctx, "w", id); err != nil || d.changed.Load() != before+1 {
		t.Fatal("deleting was not told", err)
	}
	ms := marks()
	if len(ms) != 1 || len(ms[0].At) == 0 || ms[0].At[0] != at {
		t.Fatalf("deleting left the marks %v", ms)
	}
	r, err := d.Store.Get(ctx, "w", id)
	if err != nil || r.Answers != nil || r.Digest != "" || r.OccurredAt != when.Milli(at) {
		t.Fatalf("the tombstone is %+v, %v", r, err)
	}
}

func BenchmarkTakeOnSQLite(b *testing.B) {
	d := newDesk(b)
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := d.send(body(`,"answers":{"sat":4,"feel":-1,"why":"Two days late"},"properties":{"state":"SP"}`)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "responses/s")
}

// BenchmarkCheck is what taking an answer costs before it is stored.
func BenchmarkCheck(b *testing.B) {
	d := newDesk(b)
	sub, err := responses.ParseSubmission([]byte(body(`,"answers":{"sat":4,"feel":-1,"why":"Two days late"},"properties":{"state":"SP"}`)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if errs, err := d.CheckMany(context.Background(), "w", []*responses.Submission{sub}); err != nil || errs[0] != nil {
			b.Fatal(errs, err)
		}
	}
}
