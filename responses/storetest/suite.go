package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/responses"
	"waymark/responses/quota"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

func rec(id string, at int64) responses.Response {
	return responses.Response{ID: id, Rev: 1, Seq: at + 1000, Survey: "srv_a", Version: 1, Status: responses.Counted, SenderID: "s-" + id, Digest: "d",
		Answers: json.RawMessage(`{"sat":4,"why":"Zwei Tage zu spät 漢字 🙂"}`), Properties: map[string]string{"state": "SP", "Ä": "ö"}, Respondent: "cust-1", Language: "de",
		OccurredAt: when.Milli(at), ReceivedAt: when.Milli(at + 1), Via: responses.Via{Channel: "api", URL: "https://x.example/"},
		Map: "map_1", Stage: "delivery", Touchpoint: "courier", Marks: []int64{at}, MarkedAt: when.Milli(at + 1)}
}

// visited is rec with everything that a visit in steps leaves.
func visited(id string, at int64) responses.Response {
	r := rec(id, at)
	r.Calculated, r.Step, r.CompletedAt = json.RawMessage(`{"total":1.5}`), 7, when.Milli(at+2)
	r.Pending = json.RawMessage(`{"sat":3,"why":"漢字 </script>"}`)
	r.Caps = []quota.Cap{{Key: "srv_a/sp", Limit: 10}, {Key: "lnk_a", Limit: 3}}
	r.Reviewed = true
	return r
}

func want(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Fatalf("got %v, want kind %v", err, kind)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func insert(t *testing.T, s responses.Store, ws ident.Workspace, rs ...responses.Response) []responses.Outcome {
	t.Helper()
	out, err := s.InsertMany(context.Background(), ws, rs)
	must(t, err)
	return out
}

func ids(rs []responses.Response) string {
	var b []string
	for _, r := range rs {
		b = append(b, r.ID)
	}
	return strings.Join(b, " ")
}

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) responses.Store) {
	ctx := context.Background()

	t.Run("what was stored comes back whole, and a taken id gives what is there (attack 5)", func(t *testing.T) {
		s := open(t)
		a, b := visited("rsp_a", 10), rec("rsp_b", 20)
		out := insert(t, s, "w", a)
		if out[0].Existing != nil || out[0].Err != nil {
			t.Fatalf("%+v", out)
		}
		again := a
		again.Answers = json.RawMessage(`{}`)
		out = insert(t, s, "w", again, b, b)
		if out[0].Existing == nil || !reflect.DeepEqual(*out[0].Existing, a) || out[1].Existing != nil || out[2].Existing == nil {
			t.Fatalf("%+v", out)
		}
		got, err := s.Get(ctx, "w", "rsp_a")
		must(t, err)
		if !reflect.DeepEqual(got, a) {
			t.Fatalf("got  %+v\nwant %+v", got, a)
		}
	})
	t.Run("what a visit left goes with the replacement that says so", func(t *testing.T) {
		s := open(t)
		insert(t, s, "w", rec("rsp_a", 10))
		for rev, r := range []responses.Response{visited("rsp_a", 10), rec("rsp_a", 10)} {
			r.Rev = int64(rev + 2)
			must(t, s.Replace(ctx, "w", r, int64(rev+1)))
			got, err := s.Get(ctx, "w", "rsp_a")
			must(t, err)
			if !reflect.DeepEqual(got, r) {
				t.Fatalf("got  %+v\nwant %+v", got, r)
			}
		}
	})
	t.Run("of 16 racers with one id one is stored (attack 7)", func(t *testing.T) {
		s := open(t)
		var stored atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				out, err := s.InsertMany(ctx, "w", []responses.Response{rec("rsp_a", 1)})
				if err != nil {
					t.Error(err)
				} else if out[0].Existing == nil {
					stored.Add(1)
				}
			})
		}
		wg.Wait()
		if stored.Load() != 1 {
			t.Fatalf("%d stored", stored.Load())
		}
	})
	t.Run("no method crosses a workspace or takes an empty one (attacks 34, 36)", func(t *testing.T) {
		s := open(t)
		a := rec("rsp_a", 10)
		insert(t, s, "w", a)
		for _, ws := range []ident.Workspace{"v", ""} {
			kind := fault.NotFound
			if ws == "" {
				kind = fault.Internal
			}
			_, err := s.Get(ctx, ws, "rsp_a")
			want(t, err, kind)
			next := a
			next.Rev = 2
			want(t, s.Replace(ctx, ws, next, 1), kind)
			rs, _, err := s.List(ctx, ws, responses.Filter{}, ident.Page{Limit: 9})
			if (err != nil) != (ws == "") || len(rs) > 0 {
				t.Fatal("List crossed", err)
			}
			n := 0
			err = s.Each(ctx, ws, responses.Filter{Survey: "srv_a"}, func(responses.Response) error { n++; return nil })
			if (err != nil) != (ws == "") || n > 0 {
				t.Fatal("Each crossed", err)
			}
			err = s.Facts(ctx, ws, "srv_a", responses.Key{}, responses.Key{At: 99}, 0, func(*responses.Fact) error { n++; return nil })
			if (err != nil) != (ws == "") || n > 0 {
				t.Fatal("Facts crossed", err)
			}
			if c, err := s.CountFacts(ctx, ws, "srv_a", responses.Key{}, responses.Key{At: 99}, 9); (err != nil) != (ws == "") || c > 0 {
				t.Fatal("CountFacts crossed", err)
			}
			if c, err := s.Count(ctx, ws, "srv_a"); (err != nil) != (ws == "") || c > 0 {
				t.Fatal("Count crossed", err)
			}
			if ms, err := s.Marks(ctx, ws, "srv_a", 9); (err != nil) != (ws == "") || len(ms) > 0 {
				t.Fatal("Marks crossed", err)
			}
			if err := s.Clear(ctx, ws, "srv_a", []responses.Mark{{ID: "rsp_a", Rev: 1}}); (err != nil) != (ws == "") {
				t.Fatal("Clear", err)
			}
		}
		if _, err := s.InsertMany(ctx, "", []responses.Response{a}); err == nil {
			t.Fatal("InsertMany took an empty workspace")
		}
		if ms, err := s.Marks(ctx, "w", "srv_a", 9); err != nil || len(ms) != 1 {
			t.Fatalf("another workspace cleared the mark: %v %v", ms, err)
		}
		insert(t, s, "v", a)
	})
	t.Run("of 16 racing changes one wins", func(t *testing.T) {
		s := open(t)
		insert(t, s, "w", rec("rsp_a", 10))
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				r := rec("rsp_a", 10)
				r.Rev, r.Status = 2, responses.Suspect
				switch err := s.Replace(ctx, "w", r, 1); {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Stale):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d won", won.Load())
		}
	})
	t.Run("a list is newest first and its cursor stable while responses come in", func(t *testing.T) {
		s := open(t)
		for i := range 7 {
			r := rec(fmt.Sprintf("rsp_%d", i), int64(100-i)) // occurred in the other direction
			r.Seq = int64(10 + i/2)
			insert(t, s, "w", r)
		}
		var got []string
		var cur ident.Cursor
		for page := 0; ; page++ {
			rs, next, err := s.List(ctx, "w", responses.Filter{Survey: "srv_a"}, ident.Page{Limit: 2, Cursor: cur})
			must(t, err)
			got = append(got, ids(rs))
			r := rec(fmt.Sprintf("rsp_new%d", page), 1)
			r.Seq = int64(1000 + page)
			insert(t, s, "w", r)
			if next.Zero() {
				break
			}
			cur = next
		}
		if w := "rsp_6 rsp_5 rsp_4 rsp_3 rsp_2 rsp_1 rsp_0"; strings.Join(got, " ") != w {
			t.Fatalf("got %v, want %s", got, w)
		}
	})
	t.Run("filters narrow, and text is literal (attacks 32, 33)", func(t *testing.T) {
		s := open(t)
		a, b, c, d := rec("rsp_a", 10), rec("rsp_b", 20), rec("rsp_c", 30), rec("rsp_d", 40)
		a.Properties, a.Respondent = map[string]string{"state": "RJ"}, "cust-2"
		b.Answers, b.Status = json.RawMessage(`{"why":"(a+)+$ %_ .*","many":["x",{"other":"Teal"}]}`), responses.Suspect
		c.Stage, c.Map = "order", "map_2"
		d.Survey = "srv_b"
		insert(t, s, "w", a, b, c, d)
		from, to := when.Milli(20), when.Milli(40)
		for _, e := range []struct {
			f    responses.Filter
			want string
		}{
			{responses.Filter{}, "rsp_d rsp_c rsp_b rsp_a"},
			{responses.Filter{Survey: "srv_b"}, "rsp_d"},
			{responses.Filter{Map: "map_1"}, "rsp_d rsp_b rsp_a"},
			{responses.Filter{Stage: "order"}, "rsp_c"},
			{responses.Filter{Status: responses.Suspect}, "rsp_b"},
			{responses.Filter{Respondent: "cust-2"}, "rsp_a"},
			{responses.Filter{Respondent: "$ne"}, ""},
			{responses.Filter{From: &from, To: &to}, "rsp_c rsp_b"},
			{responses.Filter{Segments: []responses.Segment{{Name: "state", Value: "RJ"}}}, "rsp_a"},
			{responses.Filter{Segments: []responses.Segment{{Name: "state", Value: "SP"}, {Name: "Ä", Value: "ö"}}}, "rsp_d rsp_c rsp_b"},
			{responses.Filter{Text: "(a+)+$"}, "rsp_b"},
			{responses.Filter{Text: "%_"}, "rsp_b"},
			{responses.Filter{Text: "teal"}, "rsp_b"},
			{responses.Filter{Text: "SPÄT"}, "rsp_d rsp_c rsp_a"},
			{responses.Filter{Text: "why"}, ""},
		} {
			rs, _, err := s.List(ctx, "w", e.f, ident.Page{Limit: 9})
			must(t, err)
			if ids(rs) != e.want {
				t.Errorf("%+v: got %s, want %s", e.f, ids(rs), e.want)
			}
		}
	})
	t.Run("facts come in the order of time and id, from inclusive, to exclusive", func(t *testing.T) {
		s := open(t)
		p, e := rec("rsp_p", 15), rec("rsp_e", 15)
		p.Status, e.Status = responses.Partial, responses.Screened
		insert(t, s, "w", rec("rsp_c", 20), rec("rsp_b", 20), rec("rsp_a", 20), rec("rsp_z", 10), rec("rsp_y", 30), p, e)
		facts := func(from, to responses.Key, limit int) string {
			t.Helper()
			var got []string
			must(t, s.Facts(ctx, "w", "srv_a", from, to, limit, func(f *responses.Fact) error {
				if f.Version != 1 || f.Status != responses.Counted || f.Properties["state"] != "SP" || !strings.Contains(string(f.Answers), `"sat":4`) {
					t.Errorf("%+v", f)
				}
				got = append(got, fmt.Sprint(f.ID, "@", f.OccurredAt.Milli()))
				return nil
			}))
			return strings.Join(got, " ")
		}
		for _, e := range []struct {
			from, to responses.Key
			limit    int
			want     string
		}{
			{responses.Key{}, responses.Key{At: 99}, 0, "rsp_z@10 rsp_a@20 rsp_b@20 rsp_c@20 rsp_y@30"},
			{responses.Key{At: 10}, responses.Key{At: 30}, 0, "rsp_z@10 rsp_a@20 rsp_b@20 rsp_c@20"},
			{responses.Key{At: 20, ID: "rsp_b"}, responses.Key{At: 20, ID: "rsp_c"}, 0, "rsp_b@20"},
			{responses.Key{At: 20, ID: "rsp_b"}, responses.Key{At: 21}, 0, "rsp_b@20 rsp_c@20"},
			{responses.Key{At: 11}, responses.Key{At: 99}, 2, "rsp_a@20 rsp_b@20"},
			{responses.Key{At: 11}, responses.Key{At: 20}, 0, ""},
		} {
			if got := facts(e.from, e.to, e.limit); got != e.want {
				t.Errorf("[%v, %v) limit %d: got %s, want %s", e.from, e.to, e.limit, got, e.want)
			}
			limit := e.limit
			if limit == 0 {
				limit = 100
			}
			n, err := s.CountFacts(ctx, "w", "srv_a", e.from, e.to, limit)
			must(t, err)
			if w := len(strings.Fields(e.want)); n != w {
				t.Errorf("[%v, %v): counted %d, want %d", e.from, e.to, n, w)
			}
		}
		var each []string
		must(t, s.Each(ctx, "w", responses.Filter{Survey: "srv_a"}, func(r responses.Response) error { each = append(each, r.ID); return nil }))
		if w := "rsp_z rsp_e rsp_p rsp_a rsp_b rsp_c rsp_y"; strings.Join(each, " ") != w {
			t.Errorf("Each gave %v, want %s", each, w)
		}
		if n, err := s.Count(ctx, "w", "srv_a"); err != nil || n != 7 {
			t.Errorf("Count %d %v", n, err)
		}
	})
	t.Run("facts are whole however long answers and properties are", func(t *testing.T) {
		s := open(t)
		want := map[string]responses.Response{}
		for i, n := range []int{0, 100, 240, 250, 255, 256, 257, 300, 10000, 200000} {
			for j, m := range []int{-1, 0, 100, 240, 250, 257, 10000} {
				r := rec(fmt.Sprintf("rsp_%02d%02d", i, j), int64(10+i))
				r.Answers = json.RawMessage(fmt.Sprintf(`{"sat":%d,"why":%q}`, i%5, strings.Repeat("x", n)))
				if r.Properties = map[string]string{"state": "SP", "note": strings.Repeat("y", max(m, 0))}; m < 0 {
					r.Properties = nil
				}
				want[r.ID] = r
				insert(t, s, "w", r)
			}
		}
		compare := func(when string) {
			t.Helper()
			n := 0
			must(t, s.Facts(ctx, "w", "srv_a", responses.Key{}, responses.Key{At: 99}, 0, func(f *responses.Fact) error {
				n++
				if w := want[f.ID]; string(f.Answers) != string(w.Answers) || !maps.Equal(f.Properties, w.Properties) {
					t.Errorf("%s, %s: %d bytes of answers and %d properties, want %d and %d", when, f.ID, len(f.Answers), len(f.Properties), len(w.Answers), len(w.Properties))
				}
				return nil
			}))
			if n != len(want) {
				t.Errorf("%s, %d facts, want %d", when, n, len(want))
			}
		}
		compare("stored")
		swap := func(a, b string) { // what was short becomes long, and the other way
			x, y := want[a], want[b]
			x.Rev, y.Rev = 2, 2
			x.Answers, y.Answers, x.Properties, y.Properties = y.Answers, x.Answers, y.Properties, x.Properties
			want[a], want[b] = x, y
			must(t, s.Replace(ctx, "w", x, 1))
			must(t, s.Replace(ctx, "w", y, 1))
		}
		swap("rsp_0000", "rsp_0906")
		swap("rsp_0102", "rsp_0803")
		compare("replaced")
	})
	t.Run("who is handed facts or responses may ask the store meanwhile, many at once", func(t *testing.T) {
		s := open(t)
		insert(t, s, "w", rec("rsp_a", 10), rec("rsp_b", 20))
		c, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		ask := func() error { _, err := s.Get(c, "w", "rsp_a"); return err }
		var inside atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				// Those who are handed a row wait for others, so that all that the
				// engine hands out at once are out when the first one asks.
				meet := func() error {
					inside.Add(1)
					for wait := 0; inside.Load() < 16 && wait < 20; wait++ {
						time.Sleep(10 * time.Millisecond)
					}
					return ask()
				}
				err := s.Facts(c, "w", "srv_a", responses.Key{}, responses.Key{At: 99}, 0, func(*responses.Fact) error { return meet() })
				if i%2 == 1 && err == nil {
					err = s.Each(c, "w", responses.Filter{Survey: "srv_a"}, func(responses.Response) error { return meet() })
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
	t.Run("readers who take their time hold nobody up, and see what others see", func(t *testing.T) {
		s := open(t)
		var many []responses.Response
		for i := range 700 {
			many = append(many, rec(fmt.Sprintf("rsp_%03d", i), int64(10+i/3)))
		}
		insert(t, s, "w", many...)
		c, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		slow, begun := make(chan struct{}), make(chan struct{}, 16)
		var ended sync.WaitGroup
		for range 16 {
			ended.Go(func() {
				n, last := 0, ""
				err := s.Each(c, "w", responses.Filter{Survey: "srv_a"}, func(r responses.Response) error {
					if n++; n == 1 {
						begun <- struct{}{}
						<-slow
					}
					if at := fmt.Sprintf("%04d%s", r.OccurredAt.Milli(), r.ID); at <= last {
						t.Errorf("%s comes after %s", at, last)
					} else {
						last = at
					}
					return nil
				})
				if err != nil || n != len(many) {
					t.Errorf("%d of %d were read: %v", n, len(many), err)
				}
			})
		}
		for range 16 {
			select {
			case <-begun:
			case <-c.Done():
				t.Error("a reader waited for those who take their time")
			}
		}
		facts := s.Facts(c, "w", "srv_a", responses.Key{}, responses.Key{At: 99}, 3, func(*responses.Fact) error { return nil })
		_, _, list := s.List(c, "w", responses.Filter{}, ident.Page{Limit: 3})
		close(slow)
		ended.Wait()
		must(t, facts)
		must(t, list)
	})
	t.Run("a mark is cleared only at the revision it was read at", func(t *testing.T) {
		s := open(t)
		insert(t, s, "w", rec("rsp_a", 10), rec("rsp_b", 20))
		refs, oldest, err := s.Due(ctx, 10)
		must(t, err)
		if len(refs) != 1 || refs[0] != (ident.Ref{Workspace: "w", ID: "srv_a"}) || oldest != when.Milli(11) {
			t.Fatalf("%v %v", refs, oldest)
		}
		ms, err := s.Marks(ctx, "w", "srv_a", 10)
		must(t, err)
		if len(ms) != 2 || ms[0].ID != "rsp_a" || !reflect.DeepEqual(ms[0].At, []int64{10}) || ms[0].Since != when.Milli(11) || ms[1].Since != when.Milli(21) {
			t.Fatalf("%+v", ms)
		}
		moved := rec("rsp_a", 10)
		moved.Rev, moved.OccurredAt, moved.Marks = 2, when.Milli(50), []int64{10, 50}
		must(t, s.Replace(ctx, "w", moved, 1))
		must(t, s.Clear(ctx, "w", "srv_a", ms))
		left, err := s.Marks(ctx, "w", "srv_a", 10)
		must(t, err)
		if len(left) != 1 || left[0].ID != "rsp_a" || left[0].Rev != 2 || !reflect.DeepEqual(left[0].At, []int64{10, 50}) {
			t.Fatalf("%+v", left)
		}
		must(t, s.Clear(ctx, "w", "srv_a", left))
		if refs, _, err := s.Due(ctx, 10); err != nil || len(refs) != 0 {
			t.Fatalf("%v %v", refs, err)
		}
		got, err := s.Get(ctx, "w", "rsp_a")
		must(t, err)
		if got.Marks != nil || got.Rev != 2 {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("a survey with many marks hides no other", func(t *testing.T) {
		s := open(t)
		var many []responses.Response
		for i := range 40 {
			many = append(many, rec(fmt.Sprintf("rsp_%d", i), int64(100+i)))
		}
		last := rec("rsp_last", 7)
		last.Survey = "srv_b"
		insert(t, s, "w", append(many, last)...)
		refs, oldest, err := s.Due(ctx, 2)
		must(t, err)
		if len(refs) != 2 || refs[1].ID != "srv_b" || oldest != when.Milli(8) {
			t.Fatalf("%v %v", refs, oldest)
		}
	})
	t.Run("what is due names every survey once", func(t *testing.T) {
		s := open(t)
		for i := range 4 {
			r := rec(fmt.Sprintf("rsp_%d", i), int64(10+i))
			r.Survey = fmt.Sprintf("srv_%d", i%2)
			insert(t, s, ident.Workspace(fmt.Sprintf("w%d", i/2)), r)
		}
		refs, oldest, err := s.Due(ctx, 10)
		must(t, err)
		if len(refs) != 4 || oldest != when.Milli(11) {
			t.Fatalf("%v %v", refs, oldest)
		}
		if refs, _, err := s.Due(ctx, 3); err != nil || len(refs) != 3 {
			t.Fatalf("%v %v", refs, err)
		}
	})
	t.Run("a tombstone keeps its mark, hides from every list, and holds nothing of the person", func(t *testing.T) {
		s := open(t)
		a := visited("rsp_a", 10)
		insert(t, s, "w", a)
		must(t, s.Replace(ctx, "w", a.Tombstone(when.Milli(99)), 1))
		got, err := s.Get(ctx, "w", "rsp_a")
		must(t, err)
		if got.Status != responses.Erased || len(got.Answers) > 0 || got.SenderID != "" || got.Respondent != "" || got.Properties != nil || got.Via != (responses.Via{}) || got.Pending != nil || got.Caps != nil {
			t.Fatalf("%+v", got)
		}
		if rs, _, err := s.List(ctx, "w", responses.Filter{}, ident.Page{Limit: 9}); err != nil || len(rs) > 0 {
			t.Fatalf("%v %v", rs, err)
		}
		if n, err := s.Count(ctx, "w", "srv_a"); err != nil || n != 0 {
			t.Fatalf("%d %v", n, err)
		}
		if n, err := s.CountFacts(ctx, "w", "srv_a", responses.Key{}, responses.Key{At: 99}, 9); err != nil || n != 0 {
			t.Fatalf("%d %v", n, err)
		}
		ms, err := s.Marks(ctx, "w", "srv_a", 9)
		must(t, err)
		if len(ms) != 1 || ms[0].Rev != 2 {
			t.Fatalf("%+v", ms)
		}
		must(t, s.Clear(ctx, "w", "srv_a", ms))
		got, err = s.Get(ctx, "w", "rsp_a")
		must(t, err)
		if want := (responses.Response{ID: "rsp_a", Rev: 2, Survey: "srv_a", Status: responses.Erased}); !reflect.DeepEqual(got, want) {
			t.Fatalf("after its cells were recomputed the tombstone still holds %+v", got)
		}
		out := insert(t, s, "w", a)
		if out[0].Existing == nil || out[0].Existing.Status != responses.Erased {
			t.Fatalf("a repeat resurrected it: %+v", out)
		}
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := s.InsertMany(ended, "w", []responses.Response{rec("rsp_a", 1)}); err == nil {
			t.Fatal("no error")
		}
		_, err := s.Get(ctx, "w", "rsp_a")
		want(t, err, fault.NotFound)
	})
}
