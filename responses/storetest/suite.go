package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

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

	facts(t, open)
	marks(t, open)
}
