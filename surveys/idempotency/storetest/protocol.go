package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/idempotency"
	"waymark/surveys/ident"
)

func replay(t *testing.T, ctx context.Context, s idempotency.Store) {
	svc := idempotency.Service{Store: s}
	first, err := svc.Begin(ctx, "wsp_a", "POST /v1/maps", "k", "body", at(0))
	must(t, err)
	if first.Answer != nil {
		t.Fatal("a first call has an answer")
	}
	sent, err := svc.Finish(ctx, first, idempotency.Answer{Status: 201, Location: "/x", Body: []byte("{}")})
	must(t, err)
	again, err := svc.Begin(ctx, "wsp_a", "POST /v1/maps", "k", "body", at(day-1))
	must(t, err)
	if again.Answer == nil || again.Answer.Status != 201 || again.Answer.Location != "/x" || string(again.Answer.Body) != string(sent.Body) {
		t.Errorf("the repeat gets %+v", again.Answer)
	}
	if _, err := svc.Begin(ctx, "wsp_a", "POST /v1/maps", "k", "other body", at(1)); !fault.Is(err, fault.Invalid) {
		t.Errorf("another body gets %v", err)
	}
}

func together(t *testing.T, ctx context.Context, s idempotency.Store) {
	svc := idempotency.Service{Store: s}
	var mu sync.Mutex
	ids, answers := map[string]int{}, map[string]int{}
	race(8, func(i int) {
		r, err := svc.Begin(ctx, "wsp_a", "s", "k", "body", at(int64(i)))
		if err != nil {
			t.Error(err)
			return
		}
		a := r.Answer
		if a == nil {
			b, err := svc.Finish(ctx, r, idempotency.Answer{Status: 201, Body: fmt.Appendf(nil, "made by %d", i)})
			if err != nil {
				t.Error(err)
				return
			}
			a = &b
		}
		mu.Lock()
		defer mu.Unlock()
		ids[r.DerivedID("map")]++
		answers[string(a.Body)]++
	})
	if len(ids) != 1 || len(answers) != 1 {
		t.Errorf("8 calls made %v and answered %v", ids, answers)
	}
}

func crash(t *testing.T, ctx context.Context, s idempotency.Store) {
	svc := idempotency.Service{Store: s}
	before, err := svc.Begin(ctx, "wsp_a", "s", "k", "body", at(0))
	must(t, err)
	after, err := svc.Begin(ctx, "wsp_a", "s", "k", "body", at(60))
	must(t, err)
	if after.Answer != nil || after.DerivedID("map") != before.DerivedID("map") {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func anew(t *testing.T, ctx context.Context, s idempotency.Store) {
	svc := idempotency.Service{Store: s}
	old, err := svc.Begin(ctx, "wsp_a", "s", "k", "body", at(0))
	must(t, err)
	fresh, err := svc.Begin(ctx, "wsp_a", "s", "k", "other body", at(day))
	must(t, err)
	if fresh.Answer != nil || fresh.DerivedID("map") == old.DerivedID("map") {
		t.Errorf("old %+v, new %+v", old, fresh)
	}
	// A call that ran for a day keeps its answer, and leaves the new use alone.
	late, err := svc.Finish(ctx, old, idempotency.Answer{Status: 201, Body: []byte("late")})
	must(t, err)
	if string(late.Body) != "late" {
		t.Errorf("the late call answers %q", late.Body)
	}
	again, err := svc.Begin(ctx, "wsp_a", "s", "k", "other body", at(day+1))
	must(t, err)
	if again.Answer != nil {
		t.Errorf("the late answer went to the new use: %+v", again.Answer)
	}
}

func anewTogether(t *testing.T, ctx context.Context, s idempotency.Store) {
	svc := idempotency.Service{Store: s}
	_, err := svc.Begin(ctx, "wsp_a", "s", "k", "body", at(0))
	must(t, err)
	var mu sync.Mutex
	ids := map[string]int{}
	race(6, func(i int) {
		r, err := svc.Begin(ctx, "wsp_a", "s", "k", "body", at(day+int64(i)))
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		ids[r.DerivedID("map")]++
	})
	if len(ids) != 1 {
		t.Errorf("the racers derived %v", ids)
	}
}

func scopes(t *testing.T, ctx context.Context, s idempotency.Store) {
	svc := idempotency.Service{Store: s}
	seen := map[string]bool{}
	for _, c := range []struct {
		ws         ident.Workspace
		scope, key string
	}{{"wsp_a", "s", "k"}, {"wsp_b", "s", "k"}, {"wsp_a", "t", "k"}, {"wsp_a", "s", "K"}, {"wsp_a", "sk", "k"}, {"wsp_a", "s", "kk"}} {
		r, err := svc.Begin(ctx, c.ws, c.scope, c.key, fmt.Sprint("body of ", c), at(0))
		must(t, err)
		if id := r.DerivedID("map"); seen[id] {
			t.Errorf("%v shares its id with another", c)
		} else {
			seen[id] = true
		}
	}
}
