package quota_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"waymark/responses/quota"
	"waymark/responses/quota/sqlite"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
)

type office struct {
	quota.Slots
	now  time.Time
	here []string // the holders that need their slots
}

func newOffice(t *testing.T) *office {
	o := &office{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	o.Slots = quota.Slots{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Now: func() time.Time { return o.now },
		Holds: func(_ context.Context, _ ident.Workspace, key, holder string) (bool, error) {
			return key == "a" && slices.Contains(o.here, holder), nil
		}}
	return o
}

func (o *office) take(t *testing.T, holder string, caps ...quota.Cap) (full string) {
	t.Helper()
	_, c, err := o.Take(context.Background(), "w", caps, holder)
	if err != nil {
		t.Fatal(err)
	}
	if c != nil {
		return c.Key
	}
	return ""
}

func (o *office) count(t *testing.T, key string, want int) {
	t.Helper()
	if n, err := o.Store.Count(context.Background(), "w", key, 100); err != nil || n != want {
		t.Fatalf("%d slots of %s are held, want %d: %v", n, key, want, err)
	}
}

func TestASlotIsTakenOfEveryCapOrOfNone(t *testing.T) {
	o := newOffice(t)
	a, b := quota.Cap{Key: "a", Limit: 2}, quota.Cap{Key: "b", Limit: 1}
	if full := o.take(t, "rsp_0", a, b); full != "" {
		t.Fatal(full)
	}
	if full := o.take(t, "rsp_1", a, b); full != "b" {
		t.Fatalf("%q is full", full)
	}
	o.count(t, "a", 1) // the one that was taken on the way was given back
	if full := o.take(t, "rsp_0", a, quota.Cap{Key: "c", Limit: 0}); full != "c" {
		t.Fatalf("%q is full", full)
	}
	o.count(t, "a", 1) // the one that it held before stays, and can be given back
	took, full, err := o.Take(context.Background(), "w", []quota.Cap{a, {Key: "d", Limit: 1}, {Key: "c", Limit: 0}}, "rsp_0")
	if err != nil || full == nil || full.Key != "c" || len(took) != 1 {
		t.Fatalf("%v, %+v, %v", took, full, err)
	}
	o.count(t, "d", 0)
	if err := o.Store.Free(context.Background(), "w", "rsp_0", took); err != nil {
		t.Fatal(err)
	}
	o.count(t, "a", 0)
	o.take(t, "rsp_0", a)
	for key, want := range map[string]bool{"a": true, "b": false, "c": false} {
		if left, err := o.Left(context.Background(), "w", quota.Cap{Key: key, Limit: map[string]int{"a": 2, "b": 1}[key]}); err != nil || left != want {
			t.Errorf("%s has a slot left: %v, %v", key, left, err)
		}
	}
}

func TestSlotsThatACrashLeftAreFoundWhenTheKeyIsFull(t *testing.T) {
	o := newOffice(t)
	a := quota.Cap{Key: "a", Limit: 3}
	for _, h := range []string{"rsp_stored", "rsp_crashed", "rsp_sure"} {
		o.take(t, h, a)
	}
	if err := o.Store.Sure(context.Background(), "w", "rsp_sure", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	o.here = []string{"rsp_stored"} // rsp_sure is never asked for
	o.now = o.now.Add(10 * time.Minute)
	if full := o.take(t, "rsp_new", a); full != "a" {
		t.Fatal("a slot was taken from who may be about to store its response")
	}
	o.now = o.now.Add(time.Millisecond)
	if full := o.take(t, "rsp_new", a); full != "" {
		t.Fatal("the slot of the one that crashed was not found")
	}
	if full := o.take(t, "rsp_late", a); full != "a" {
		t.Fatal("a slot that is held was given away")
	}
	o.count(t, "a", 3)
	o.here = nil
	o.now = o.now.Add(time.Hour)
	if full := o.take(t, "rsp_late", a); full != "" {
		t.Fatal("rsp_new was unsure for an hour and is not here")
	}
	if full := o.take(t, "rsp_last", a); full != "a" {
		t.Fatal("what was found to be there once is asked for no more")
	}
}
