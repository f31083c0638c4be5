package storetest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/when"
)

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

// plain is a link with nothing that may be left out.
func plain(id, hash string, seq int64) link.Link {
	return link.Link{ID: id, Survey: "srv_a", Hash: hash, Secret: []byte{0, 1, 0xff}, CreatedAt: when.Milli(4), CreatedBy: "k", Seq: seq}
}

func preview(id, hash string, expires int64) link.Link {
	l, at := plain(id, hash, 1), when.Milli(expires)
	l.Preview, l.ExpiresAt = true, &at
	return l
}

// all reads a list to its end in pages of n.
func all(t *testing.T, s link.Store, ws ident.Workspace, n int, between func()) string {
	t.Helper()
	var got []string
	for p := (ident.Page{Limit: n}); ; {
		list, next, err := s.List(context.Background(), ws, "srv_a", p)
		must(t, err)
		if len(list) > n {
			t.Fatalf("a page of %d", len(list))
		}
		for _, l := range list {
			got = append(got, l.ID)
		}
		if next.Zero() {
			return strings.Join(got, " ")
		}
		between()
		p.Cursor = next
	}
}

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) link.Store) {
	ctx := context.Background()
	most, expires := 1_000_000, when.Milli(1<<45)
	full := plain("lnk_full", "h-full", 1<<60)
	full.Label, full.SingleUse, full.MaxResponses, full.ExpiresAt = "Kasse ü 漢字 \u202e🙂", true, &most, &expires
	full.Properties = map[string]string{"state": "SP", "$set": "{}", "a.b/c~": "", "ключ": strings.Repeat("ж", 200)}
	full.Language, full.OneClick, full.Kiosk = "pt-BR", true, true

	t.Run("what was stored comes back whole, and no key is taken twice", func(t *testing.T) {
		s := open(t)
		for _, l := range []link.Link{full, plain("lnk_plain", "h-plain", 1), preview("lnk_pre", "h-pre", 9)} {
			must(t, s.Create(ctx, "w", l))
			ws, got, err := s.ByHash(ctx, l.Hash)
			must(t, err)
			if ws != "w" || !reflect.DeepEqual(got, l) {
				t.Fatalf("%s %+v, want %+v", ws, got, l)
			}
		}
		list, _, err := s.List(ctx, "w", "srv_a", ident.Page{Limit: 9})
		must(t, err)
		if len(list) != 2 || !reflect.DeepEqual(list[0], full) {
			t.Fatalf("%+v", list)
		}
		_, _, err = s.ByHash(ctx, "none")
		want(t, err, fault.NotFound)
		want(t, s.Create(ctx, "w", plain("lnk_b", "h-full", 1)), fault.Conflict)    // a taken secret
		want(t, s.Create(ctx, "v", plain("lnk_full", "h-full", 1)), fault.Conflict) // in any workspace
		want(t, s.Create(ctx, "w", plain("lnk_full", "h-b", 1)), fault.Conflict)    // a taken id
		other := plain("lnk_full", "h-c", 1)
		other.Survey = "srv_b"
		must(t, s.Create(ctx, "w", other)) // of another survey
		must(t, s.Create(ctx, "v", plain("lnk_full", "h-d", 1)))
		if _, l, err := s.ByHash(ctx, "h-full"); err != nil || !bytes.Equal(l.Secret, full.Secret) || l.Label != full.Label {
			t.Fatalf("a refused one changed what was there: %+v %v", l, err)
		}
	})
	t.Run("no method crosses a workspace or takes an empty one (attacks 34, 36)", func(t *testing.T) {
		s := open(t)
		must(t, s.Create(ctx, "w", plain("lnk_a", "h", 1)))
		for _, ws := range []ident.Workspace{"v", ""} {
			kind := fault.NotFound
			if ws == "" {
				kind = fault.Internal
				want(t, s.Create(ctx, ws, plain("lnk_b", "h2", 1)), kind)
			}
			if list, _, err := s.List(ctx, ws, "srv_a", ident.Page{Limit: 9}); (err != nil) != (ws == "") || len(list) > 0 {
				t.Fatal("List crossed", err)
			}
			want(t, s.Revoke(ctx, ws, "srv_a", "lnk_a", when.Milli(1)), kind)
		}
		if ws, l, err := s.ByHash(ctx, "h"); err != nil || ws != "w" || l.RevokedAt != nil {
			t.Fatalf("%s %+v %v", ws, l, err)
		}
		if _, _, err := s.ByHash(ctx, "h2"); err == nil {
			t.Fatal("a link of no workspace was stored")
		}
	})
	t.Run("a link is revoked at once, and once", func(t *testing.T) {
		s := open(t)
		must(t, s.Create(ctx, "w", plain("lnk_a", "h", 1)))
		want(t, s.Revoke(ctx, "w", "srv_a", "lnk_b", when.Milli(8)), fault.NotFound)
		want(t, s.Revoke(ctx, "w", "srv_b", "lnk_a", when.Milli(8)), fault.NotFound)
		must(t, s.Revoke(ctx, "w", "srv_a", "lnk_a", when.Milli(8)))
		must(t, s.Revoke(ctx, "w", "srv_a", "lnk_a", when.Milli(9)))
		_, l, err := s.ByHash(ctx, "h")
		must(t, err)
		if l.RevokedAt == nil || l.RevokedAt.Milli() != 8 {
			t.Fatalf("%+v", l)
		}
		if got := all(t, s, "w", 9, nil); got != "" {
			t.Fatalf("the list still shows %s", got)
		}
	})
	t.Run("a list is newest first, its cursor stable while links are made and revoked, and it shows neither previews nor what was revoked", func(t *testing.T) {
		s := open(t)
		for i := range 7 {
			must(t, s.Create(ctx, "w", plain(fmt.Sprintf("lnk_%d", i), fmt.Sprint("h", i), int64(10+i/2))))
			must(t, s.Create(ctx, "w", preview(fmt.Sprintf("lnk_pre%d", i), fmt.Sprint("p", i), 5)))
		}
		must(t, s.Revoke(ctx, "w", "srv_a", "lnk_3", when.Milli(8)))
		other := plain("lnk_other", "ho", 11)
		other.Survey = "srv_b"
		must(t, s.Create(ctx, "w", other))
		n := 0
		got := all(t, s, "w", 2, func() {
			n++
			must(t, s.Create(ctx, "w", plain(fmt.Sprintf("lnk_new%d", n), fmt.Sprint("n", n), int64(100+n))))
			must(t, s.Revoke(ctx, "w", "srv_a", "lnk_6", when.Milli(8))) // was shown already
		})
		if w := "lnk_6 lnk_5 lnk_4 lnk_2 lnk_1 lnk_0"; got != w {
			t.Fatalf("got %s, want %s", got, w)
		}
	})
	t.Run("of 16 links of one secret one is stored", func(t *testing.T) {
		s := open(t)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				switch err := s.Create(ctx, "w", plain("lnk_a", "h", 1)); {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Conflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d were stored", won.Load())
		}
	})
	t.Run("sweeping removes previews that expired, of every workspace, and nothing else", func(t *testing.T) {
		s := open(t)
		at := when.Milli(5)
		expired := plain("lnk_old", "old", 1)
		expired.ExpiresAt = &at
		must(t, s.Create(ctx, "w", expired))
		must(t, s.Create(ctx, "w", plain("lnk_a", "h", 1)))
		must(t, s.Create(ctx, "w", preview("lnk_p0", "p0", 4)))
		must(t, s.Create(ctx, "w", preview("lnk_p1", "p1", 5)))
		must(t, s.Create(ctx, "v", preview("lnk_p2", "p2", 5)))
		must(t, s.Create(ctx, "w", preview("lnk_p3", "p3", 6)))
		for _, step := range []int{2, 1, 0} {
			n, err := s.Sweep(ctx, at, 2)
			must(t, err)
			if n != step {
				t.Fatalf("%d were removed, want %d", n, step)
			}
		}
		for hash, stays := range map[string]bool{"old": true, "h": true, "p0": false, "p1": false, "p2": false, "p3": true} {
			if _, _, err := s.ByHash(ctx, hash); (err == nil) != stays {
				t.Errorf("%s: %v", hash, err)
			}
		}
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.Create(ended, "w", plain("lnk_a", "h", 1)); err == nil {
			t.Fatal("no error")
		}
		_, _, err := s.ByHash(ctx, "h")
		want(t, err, fault.NotFound)
	})
}
