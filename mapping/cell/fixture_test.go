package cell_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"waymark/mapping/cell"
	cellsqlite "waymark/mapping/cell/sqlite"
	"waymark/responses"
	responsesqlite "waymark/responses/sqlite"
	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

const (
	ws     = ident.Workspace("w")
	survey = "srv_a"
	epoch  = int64(20000) * 86400000 // a midnight of 2024
	day    = int64(86400000)
)

// fixture is a survey on a SQLite file of its own.
type fixture struct {
	t      testing.TB
	ctx    context.Context
	engine *engine.SQLite
	store  responses.Store
	cells  cell.Store
	roller *cell.Roller
	seq    int64
}

// versions publishes two versions of the survey: the second one measures one
// question more and declares one segment more.
type versions struct{}

func (versions) Version(_ context.Context, w ident.Workspace, s string, n int64) (surveys.Version, error) {
	v := surveys.Version{Survey: s, Number: n, Segments: []string{"state"}, Series: []surveys.Series{{Question: "sat"}}}
	switch {
	case w != ws || n < 1 || n > 2:
		return v, fault.NotFoundError()
	case n == 2:
		v.Segments = []string{"state", "city"}
		v.Series = append(v.Series, surveys.Series{Question: "feel"})
	}
	return v, nil
}

func newFixture(t testing.TB) *fixture {
	steps := append(append([]engine.SQLiteStep(nil), cellsqlite.Steps...), responsesqlite.Steps...)
	e := enginetest.SQLite(t, steps)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	f := &fixture{t: t, ctx: ctx, engine: e, store: responsesqlite.New(e), cells: cellsqlite.New(e)}
	f.roller = &cell.Roller{Cells: f.cells, Responses: f.store, Versions: versions{}}
	return f
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// response makes a response of an instant; what it answers follows from r.
func (f *fixture) response(r *rand.Rand, at int64) responses.Response {
	f.seq++
	id := ident.Derive("rsp", fmt.Sprint(f.seq), fmt.Sprint(r.Uint64()))
	o := responses.Response{ID: id, Rev: 1, Seq: f.seq, Survey: survey, Version: 1 + r.Int64N(2), Status: responses.Counted, Digest: id,
		Answers:    json.RawMessage(fmt.Sprintf(`{"sat":%d,"feel":%d,"why":"a \"quoted\" reason","none":"3"}`, 1+r.IntN(5), r.IntN(5)-2)),
		OccurredAt: when.Milli(at), ReceivedAt: when.Milli(at), MarkedAt: when.Milli(at), Marks: []int64{at}}
	switch r.IntN(12) {
	case 0:
		o.Status = responses.Suspect
	case 1:
		o.Status = responses.Partial
	case 2:
		o.Answers = json.RawMessage(`{"sat":4.0}`)
	case 3:
		o.Answers = json.RawMessage(`{}`)
	}
	o.Properties = map[string]string{"other": "x"}
	if r.IntN(4) > 0 {
		o.Properties["state"] = []string{"SP", "RJ", ""}[r.IntN(3)]
	}
	if r.IntN(4) > 0 {
		o.Properties["city"] = fmt.Sprintf("city %d", r.IntN(40))
	}
	return o
}

func (f *fixture) insert(rs []responses.Response) {
	f.t.Helper()
	for len(rs) > 0 {
		n := min(len(rs), 5000)
		out, err := f.store.InsertMany(f.ctx, ws, rs[:n])
		must(f.t, err)
		for _, o := range out {
			if o.Err != nil || o.Existing != nil {
				f.t.Fatalf("inserting: %+v", o)
			}
		}
		rs = rs[n:]
	}
}

func (f *fixture) rollUp() {
	f.t.Helper()
	_, err := f.roller.RollUp(f.ctx, ws, survey)
	must(f.t, err)
}

// checkVerified fails the test where Verify finds anything.
func (f *fixture) checkVerified() {
	f.t.Helper()
	rep, err := f.roller.Verify(f.ctx, ws, survey)
	must(f.t, err)
	if len(rep.Differences) > 0 || len(rep.NotCompared) > 0 {
		f.t.Fatalf("verify: %d differences, e.g. %.3q; not compared %v", len(rep.Differences), rep.Differences, rep.NotCompared)
	}
}

// counter counts the rows that Facts hands out.
type counter struct {
	responses.Store
	mu   sync.Mutex
	rows int
}

func (c *counter) Facts(ctx context.Context, w ident.Workspace, s string, from, to responses.Key, limit int, fn func(*responses.Fact) error) error {
	return c.Store.Facts(ctx, w, s, from, to, limit, func(f *responses.Fact) error {
		c.mu.Lock()
		c.rows++
		c.mu.Unlock()
		return fn(f)
	})
}
