package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/responses"
	"waymark/surveys/ident"
)

// facts holds what scores are made of to the contract.
func facts(t *testing.T, open func(t *testing.T) responses.Store) {
	ctx := context.Background()

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
}
