package storetest

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// marks holds what is left to roll up, and what is left of the deleted, to the
// contract.
func marks(t *testing.T, open func(t *testing.T) responses.Store) {
	ctx := context.Background()

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
