package storetest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/idempotency"
	"waymark/surveys/when"
)

func at(s int64) when.Time { return when.Milli(1_700_000_000_000 + s*1000) }

const day = 24 * 60 * 60

// Run runs the suite; open gives an empty store each time.
func Run(t *testing.T, open func(t *testing.T) idempotency.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, context.Context, idempotency.Store)
	}{
		{"a record is kept, once for each workspace", create},
		{"an answer is kept to the byte, once", finish},
		{"a record is renewed only on the instant it was read at", renew},
		{"the sweep removes what is old, in bounds", sweep},
		{"attack 36: an empty workspace fails closed", emptyWorkspace},
		{"a cancelled context ends every method", cancelled},
		{"the same key and body get the same answer and another body is refused", replay},
		{"calls at once with one key end with one answer and one id", together},
		{"after a crash the repeat derives the same id", crash},
		{"after 24 hours a key starts anew with another id", anew},
		{"of many that start anew at once one wins", anewTogether},
		{"a key is of its workspace and scope only", scopes},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			c.test(t, ctx, open(t))
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, what string, got bool, err error, want bool) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("%s: got %t, %v; want %t", what, got, err, want)
	}
}

func create(t *testing.T, ctx context.Context, s idempotency.Store) {
	for _, id := range []string{"a", "$where", "a.b", "ü/ñ"} {
		r := idempotency.Record{ID: id, Workspace: "wsp_a", Fingerprint: "f", CreatedAt: at(1)}
		ok, err := s.Create(ctx, r)
		want(t, "the first", ok, err, true)
		again := r
		again.Fingerprint, again.CreatedAt = "g", at(2)
		ok, err = s.Create(ctx, again)
		want(t, "the second", ok, err, false)
		if _, err := s.Get(ctx, "wsp_b", id); !fault.Is(err, fault.NotFound) {
			t.Errorf("attack 34: another workspace reads %v", err)
		}
		again.Workspace = "wsp_b"
		ok, err = s.Create(ctx, again)
		want(t, "another workspace's", ok, err, true)
		got, err := s.Get(ctx, "wsp_a", id)
		must(t, err)
		if got != r {
			t.Errorf("got %+v, want %+v", got, r)
		}
	}
	if _, err := s.Get(ctx, "wsp_a", "unknown"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown one answers %v", err)
	}
}

func finish(t *testing.T, ctx context.Context, s idempotency.Store) {
	r := idempotency.Record{ID: "a", Workspace: "wsp_a", Fingerprint: "f", CreatedAt: at(1)}
	r.Answer = &idempotency.Answer{Status: 201, Location: "/v1/maps/ä", ETag: `"1"`, Body: []byte("{\"\x00\xff\"}")}
	ok, err := s.Finish(ctx, r)
	want(t, "finishing what was not begun", ok, err, false)
	_, err = s.Create(ctx, r)
	must(t, err)
	got, err := s.Get(ctx, "wsp_a", "a")
	must(t, err)
	if got.Answer != nil {
		t.Fatal("a record is created finished")
	}
	other := r
	other.CreatedAt = at(2)
	ok, err = s.Finish(ctx, other)
	want(t, "finishing another use of the key", ok, err, false)
	other = r
	other.Workspace = "wsp_b"
	ok, err = s.Finish(ctx, other)
	want(t, "finishing another workspace's", ok, err, false)
	ok, err = s.Finish(ctx, r)
	want(t, "finishing", ok, err, true)
	second := r
	second.Answer = &idempotency.Answer{Status: 200}
	ok, err = s.Finish(ctx, second)
	want(t, "finishing again", ok, err, false)
	got, err = s.Get(ctx, "wsp_a", "a")
	must(t, err)
	if a := got.Answer; a == nil || a.Status != 201 || a.Location != r.Answer.Location || a.ETag != r.Answer.ETag || !bytes.Equal(a.Body, r.Answer.Body) {
		t.Errorf("got %+v", got.Answer)
	}
}

func renew(t *testing.T, ctx context.Context, s idempotency.Store) {
	r := idempotency.Record{ID: "a", Workspace: "wsp_a", Fingerprint: "f", CreatedAt: at(1), Answer: &idempotency.Answer{Status: 201, Body: []byte("x")}}
	_, err := s.Create(ctx, r)
	must(t, err)
	_, err = s.Finish(ctx, r)
	must(t, err)
	next := idempotency.Record{ID: "a", Workspace: "wsp_a", Fingerprint: "g", CreatedAt: at(5)}
	ok, err := s.Renew(ctx, next, at(2))
	want(t, "renewing another instant's", ok, err, false)
	foreign := next
	foreign.Workspace = "wsp_b"
	ok, err = s.Renew(ctx, foreign, at(1))
	want(t, "renewing another workspace's", ok, err, false)
	ok, err = s.Renew(ctx, next, at(1))
	want(t, "renewing", ok, err, true)
	ok, err = s.Renew(ctx, next, at(1))
	want(t, "renewing again", ok, err, false)
	got, err := s.Get(ctx, "wsp_a", "a")
	must(t, err)
	if got != next {
		t.Errorf("got %+v, want %+v", got, next)
	}
}

func sweep(t *testing.T, ctx context.Context, s idempotency.Store) {
	for i := range 7 {
		_, err := s.Create(ctx, idempotency.Record{ID: fmt.Sprint(i), Workspace: "wsp_a", Fingerprint: "f", CreatedAt: at(int64(i))})
		must(t, err)
	}
	for _, wanted := range []int{3, 2, 0} {
		n, err := s.Sweep(ctx, at(4), 3)
		must(t, err)
		if n != wanted {
			t.Errorf("swept %d, want %d", n, wanted)
		}
	}
	for i := range 7 {
		_, err := s.Get(ctx, "wsp_a", fmt.Sprint(i))
		if gone := fault.Is(err, fault.NotFound); gone != (i <= 4) {
			t.Errorf("record %d: %v", i, err)
		}
	}
	svc := idempotency.Service{Store: s}
	if n, err := svc.Sweep(ctx, at(5+day)); err != nil || n != 1 {
		t.Errorf("the service swept %d, %v", n, err)
	}
}

func calls(ctx context.Context, s idempotency.Store, r idempotency.Record) map[string]func() error {
	r.Answer = &idempotency.Answer{Status: 200}
	return map[string]func() error{
		"Create": func() error { _, err := s.Create(ctx, r); return err },
		"Get":    func() error { _, err := s.Get(ctx, r.Workspace, r.ID); return err },
		"Renew":  func() error { _, err := s.Renew(ctx, r, at(1)); return err },
		"Finish": func() error { _, err := s.Finish(ctx, r); return err },
	}
}

func emptyWorkspace(t *testing.T, ctx context.Context, s idempotency.Store) {
	for name, call := range calls(ctx, s, idempotency.Record{ID: "a"}) {
		if err := call(); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s took an empty workspace: %v", name, err)
		}
	}
	svc := idempotency.Service{Store: s}
	if _, err := svc.Begin(ctx, "", "s", "k", "f", at(1)); err == nil {
		t.Error("Begin took an empty workspace")
	}
}

func cancelled(t *testing.T, ctx context.Context, s idempotency.Store) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	all := calls(ended, s, idempotency.Record{ID: "a", Workspace: "wsp_a"})
	all["Sweep"] = func() error { _, err := s.Sweep(ended, at(1), 1); return err }
	for name, call := range all {
		if err := call(); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s answers %v", name, err)
		}
	}
}

// race runs fn n times at once.
func race(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; fn(i) })
	}
	close(start)
	wg.Wait()
}
