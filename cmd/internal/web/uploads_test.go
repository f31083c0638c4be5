package web

import (
	"context"
	"testing"
	"time"
)

// Attack 15 at many places at once: what strangers upload has a bound in memory,
// and one network does not take all of it.
func TestAttack15LargeBodiesWaitForRoom(t *testing.T) {
	var u uploads
	ctx := t.Context()
	soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	var leave []func()
	enter := func(network string, n int64) {
		t.Helper()
		out, err := u.enter(ctx, network, n)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, out)
	}
	for range 4 {
		enter("a", maxUploadsEach/4)
	}
	if _, err := u.enter(soon, "a", 1); err == nil {
		t.Fatal("one network has more than its share")
	}
	for _, network := range []string{"b", "c", "d"} { // who waits in vain took no room from these
		enter(network, maxUploadsEach)
	}
	late, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := u.enter(late, "e", 1); err == nil {
		t.Fatal("there is room without end")
	}
	waits := make(chan error)
	go func() {
		out, err := u.enter(ctx, "e", 1)
		if err == nil {
			out()
		}
		waits <- err
	}()
	leave[0]()
	if err := <-waits; err != nil {
		t.Fatal(err)
	}
	for _, out := range leave[1:] {
		out()
	}
	if len(u.of) != 0 {
		t.Errorf("%d networks are still known", len(u.of))
	}
	if !u.all.TryAcquire(maxUploads) {
		t.Error("room was lost")
	}
}
