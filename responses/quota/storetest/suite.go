package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/responses/quota"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var now = when.Milli(1000)

func take(t *testing.T, s quota.Store, key string, limit int, holder string) (held, fresh bool) {
	t.Helper()
	held, fresh, err := s.Take(context.Background(), "w", quota.Cap{Key: key, Limit: limit}, holder, now, rand.Int64())
	must(t, err)
	return held, fresh
}

// free gives the holder's slots back, nil keys for all.
func free(t *testing.T, s quota.Store, ws ident.Workspace, holder string, keys ...string) {
	t.Helper()
	held, err := s.Held(context.Background(), ws, holder, keys)
	must(t, err)
	must(t, s.Free(context.Background(), ws, holder, held))
}

func count(t *testing.T, s quota.Store, key string, want int) {
	t.Helper()
	if n, err := s.Count(context.Background(), "w", key, 1000); err != nil || n != want {
		t.Fatalf("%d slots of %s are held, want %d: %v", n, key, want, err)
	}
}

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) quota.Store) {
	ctx := context.Background()

	t.Run("there are as many slots as the limit says, and a holder has one", func(t *testing.T) {
		s := open(t)
		for range 3 { // again and again: the first time only is fresh
			for i := range 5 {
				held, fresh := take(t, s, "srv_a/sp", 3, fmt.Sprint("rsp_", i))
				if held != (i < 3) || fresh && !held {
					t.Fatalf("rsp_%d: held %v, fresh %v", i, held, fresh)
				}
			}
		}
		if held, fresh := take(t, s, "srv_a/sp", 3, "rsp_1"); !held || fresh {
			t.Fatalf("a repeat: held %v, fresh %v", held, fresh)
		}
		count(t, s, "srv_a/sp", 3)
		if n, err := s.Count(ctx, "w", "srv_a/sp", 2); err != nil || n != 2 {
			t.Fatalf("counting stops at %d: %v", n, err)
		}
		if n, err := s.Count(ctx, "w", "srv_a/sp", 0); err != nil || n != 0 {
			t.Fatalf("counting to nothing gives %d: %v", n, err)
		}
		if held, _ := take(t, s, "srv_a/none", 0, "rsp_0"); held {
			t.Fatal("a limit of 0 gave a slot")
		}
	})
	t.Run("keys stand apart, and so do workspaces", func(t *testing.T) {
		s := open(t)
		for _, key := range []string{"a", "a/0000000", "b"} {
			if held, fresh := take(t, s, key, 1, "rsp_0"); !held || !fresh {
				t.Fatalf("%s: %v %v", key, held, fresh)
			}
			if held, _ := take(t, s, key, 1, "rsp_1"); held {
				t.Fatalf("%s gave two", key)
			}
		}
		if held, fresh, err := s.Take(ctx, "v", quota.Cap{Key: "a", Limit: 1}, "rsp_1", now, 1); err != nil || !held || !fresh {
			t.Fatalf("another workspace: %v %v %v", held, fresh, err)
		}
		free(t, s, "v", "rsp_0")
		free(t, s, "v", "rsp_0", "a")
		must(t, s.Sure(ctx, "v", "rsp_0", []string{"a"}))
		must(t, s.Doubt(ctx, "v", "rsp_0", when.Milli(1)))
		count(t, s, "a", 1)
		if hs, err := s.Doubtful(ctx, "w", "a", now, 9); err != nil || len(hs) != 0 {
			t.Fatalf("another workspace doubted %v: %v", hs, err)
		}
		if hs, err := s.Doubtful(ctx, "w", "a", now.Add(1e6), 9); err != nil || len(hs) != 1 {
			t.Fatalf("another workspace made sure: %v %v", hs, err)
		}
	})
	t.Run("an empty workspace is refused (attack 36)", func(t *testing.T) {
		s := open(t)
		_, _, taking := s.Take(ctx, "", quota.Cap{Key: "a", Limit: 1}, "rsp_0", now, 1)
		_, reading := s.Held(ctx, "", "rsp_0", nil)
		_, counting := s.Count(ctx, "", "a", 9)
		_, looking := s.Doubtful(ctx, "", "a", now, 9)
		for what, err := range map[string]error{"Take": taking, "Count": counting, "Doubtful": looking, "Sure": s.Sure(ctx, "", "rsp_0", []string{"a"}),
			"Doubt": s.Doubt(ctx, "", "rsp_0", now), "Free": s.Free(ctx, "", "rsp_0", quota.Held{"a": 1}), "Held": reading} {
			if err == nil {
				t.Errorf("%s took it", what)
			}
		}
	})
	t.Run("a slot that was given back goes to the next, and others stay", func(t *testing.T) {
		s := open(t)
		for i := range 4 {
			take(t, s, "a", 4, fmt.Sprint("rsp_", i))
			take(t, s, "b", 4, fmt.Sprint("rsp_", i))
		}
		free(t, s, "w", "rsp_1", "a")
		free(t, s, "w", "rsp_2")
		free(t, s, "w", "rsp_2")                // again
		must(t, s.Free(ctx, "w", "rsp_3", nil)) // nothing
		free(t, s, "w", "rsp_3", "x")           // not held
		count(t, s, "a", 2)
		count(t, s, "b", 3)
		for i, want := range []bool{true, true, false} {
			if held, _ := take(t, s, "a", 4, fmt.Sprint("rsp_new", i)); held != want {
				t.Fatalf("the new one %d holds: %v", i, held)
			}
		}
		if held, fresh := take(t, s, "b", 4, "rsp_1"); !held || fresh {
			t.Fatal("its slot of the other key went too")
		}
	})
	t.Run("what was taken again meanwhile is not given back", func(t *testing.T) {
		s := open(t)
		at := func(since, stamp int64) {
			t.Helper()
			_, _, err := s.Take(ctx, "w", quota.Cap{Key: "a", Limit: 2}, "rsp_0", when.Milli(since), stamp)
			must(t, err)
		}
		at(10, 1)
		at(20, 2)
		must(t, s.Free(ctx, "w", "rsp_0", quota.Held{"a": 1, "b": 2}))
		count(t, s, "a", 1)
		if held, err := s.Held(ctx, "w", "rsp_0", []string{"a", "b"}); err != nil || len(held) != 1 || held["a"] != 2 {
			t.Fatalf("held are %v: %v", held, err)
		}
		if held, err := s.Held(ctx, "w", "rsp_0", []string{}); err != nil || len(held) != 0 {
			t.Fatalf("of no key are held %v: %v", held, err)
		}
		slots, err := s.Doubtful(ctx, "w", "a", when.Milli(21), 9) // it is as young as its last taking
		if old, _ := s.Doubtful(ctx, "w", "a", when.Milli(20), 9); err != nil || len(old) != 0 || !slices.Equal(slots, []quota.Slot{{Holder: "rsp_0", Stamp: 2}}) {
			t.Fatalf("doubtful are %v, and before %v: %v", slots, old, err)
		}
		must(t, s.Sure(ctx, "w", "rsp_0", []string{"a"}))
		at(30, 3)
		if slots, err := s.Doubtful(ctx, "w", "a", when.Milli(99), 9); err != nil || len(slots) != 0 {
			t.Fatalf("one that is sure is doubtful when it is taken again: %v %v", slots, err)
		}
		must(t, s.Free(ctx, "w", "rsp_0", quota.Held{"a": 3}))
		count(t, s, "a", 0)
	})
	t.Run("a limit may be raised and lowered", func(t *testing.T) {
		s := open(t)
		for i := range 4 {
			take(t, s, "a", 4, fmt.Sprint("rsp_", i))
		}
		if held, fresh := take(t, s, "a", 2, "rsp_3"); !held || fresh {
			t.Fatal("a lower limit took a slot away")
		}
		free(t, s, "w", "rsp_3") // its number lies beyond the lower limit
		if held, _ := take(t, s, "a", 2, "rsp_4"); held {
			t.Fatal("a lower limit gave a slot")
		}
		for i, want := range []bool{true, true, false} {
			if held, _ := take(t, s, "a", 5, fmt.Sprint("rsp_new", i)); held != want {
				t.Fatalf("with a higher limit the new one %d holds: %v", i, held)
			}
		}
	})
	t.Run("of 100 racers exactly 10 get a slot", func(t *testing.T) {
		s := open(t)
		var got atomic.Int32
		race(100, func(i int) {
			held, fresh, err := s.Take(ctx, "w", quota.Cap{Key: "a", Limit: 10}, fmt.Sprint("rsp_", i), now, int64(i))
			if err != nil {
				t.Error(err)
			}
			if held && fresh {
				got.Add(1)
			}
		})
		if got.Load() != 10 {
			t.Fatalf("%d got a slot", got.Load())
		}
		count(t, s, "a", 10)
	})
	t.Run("of 30 racers of one holder one gets a slot, and all hold it", func(t *testing.T) {
		s := open(t)
		must(t, firstErr(s.Take(ctx, "w", quota.Cap{Key: "free", Limit: 5}, "rsp_before", now, 1)))
		free(t, s, "w", "rsp_before") // a free one lies there to be fought for
		for key, limit := range map[string]int{"free": 5, "last": 1} {
			var fresh, held atomic.Int32
			race(30, func(int) {
				h, f, err := s.Take(ctx, "w", quota.Cap{Key: key, Limit: limit}, "rsp_0", now, 1)
				if err != nil {
					t.Error(err)
				}
				if h {
					held.Add(1)
				}
				if f {
					fresh.Add(1)
				}
			})
			if fresh.Load() != 1 || held.Load() != 30 {
				t.Fatalf("%s: %d got one, %d hold one", key, fresh.Load(), held.Load())
			}
			count(t, s, key, 1)
		}
	})
	t.Run("while racers take and give back, never more hold than may", func(t *testing.T) {
		s := open(t)
		var holding, most atomic.Int32
		race(12, func(i int) {
			holder := fmt.Sprint("rsp_", i)
			for range 5 {
				held, _, err := s.Take(ctx, "w", quota.Cap{Key: "a", Limit: 3}, holder, now, int64(i))
				if err != nil {
					t.Error(err)
				}
				if !held {
					continue
				}
				n := holding.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				holding.Add(-1)
				if err := s.Free(ctx, "w", holder, quota.Held{"a": int64(i)}); err != nil {
					t.Error(err)
				}
			}
		})
		if most.Load() > 3 || most.Load() == 0 {
			t.Fatalf("%d held at once", most.Load())
		}
		count(t, s, "a", 0)
	})
	t.Run("a slot is doubtful until it is sure, and again when it is doubted", func(t *testing.T) {
		s := open(t)
		for i := range 4 {
			must(t, firstErr(s.Take(ctx, "w", quota.Cap{Key: "a", Limit: 4}, fmt.Sprint("rsp_", i), when.Milli(int64(10-i)), int64(i))))
			must(t, firstErr(s.Take(ctx, "w", quota.Cap{Key: "b", Limit: 4}, fmt.Sprint("rsp_", i), when.Milli(1), int64(i))))
		}
		doubtful := func(before int64, limit int, want ...string) {
			t.Helper()
			slots, err := s.Doubtful(ctx, "w", "a", when.Milli(before), limit)
			var hs []string
			for _, sl := range slots {
				hs = append(hs, sl.Holder)
			}
			if err != nil || !slices.Equal(hs, want) {
				t.Fatalf("doubtful are %v, want %v: %v", hs, want, err)
			}
		}
		doubtful(11, 9, "rsp_3", "rsp_2", "rsp_1", "rsp_0")
		doubtful(11, 2, "rsp_3", "rsp_2")
		doubtful(8, 9, "rsp_3")
		must(t, s.Sure(ctx, "w", "rsp_3", []string{"a"}))
		must(t, s.Sure(ctx, "w", "rsp_2", []string{"b"})) // of the other key
		must(t, s.Sure(ctx, "w", "rsp_1", nil))           // nothing
		free(t, s, "w", "rsp_0", "a")
		doubtful(11, 9, "rsp_2", "rsp_1")
		must(t, s.Doubt(ctx, "w", "rsp_3", when.Milli(5)))
		doubtful(11, 9, "rsp_3", "rsp_2", "rsp_1")
	})
}

func firstErr(_, _ bool, err error) error { return err }

// race runs fn n times at once.
func race(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}
