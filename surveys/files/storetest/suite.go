package storetest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/files"
	"waymark/surveys/ident"
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

func file(id string, body []byte) files.File {
	return files.File{ID: id, Name: "Hof-ü漢.png", Type: files.PNG, Bytes: len(body), Width: 40, Height: 30, Use: files.Upload, CreatedAt: when.Milli(4), CreatedBy: "k"}
}

// noise is a body with every value of a byte in it.
func noise(n int) []byte {
	r, b := rand.New(rand.NewPCG(1, uint64(n))), make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32() >> 11)
	}
	return b
}

// Run puts a fresh store from open through the contract.
func Run(t *testing.T, open func(t *testing.T) files.Store) {
	ctx := context.Background()

	t.Run("what was stored comes back whole, the largest too, and never changes", func(t *testing.T) {
		s := open(t)
		for i, n := range []int{1, 300, files.MaxBytes} {
			body := noise(n)
			f := file(fmt.Sprint("fil_", i), body)
			if i == 1 {
				f.Type, f.Width, f.Height, f.Use, f.CreatedBy = files.PDF, 0, 0, files.Answer, ""
			}
			must(t, s.Create(ctx, "w", f, body))
			got, b, err := s.Open(ctx, "w", f.ID)
			must(t, err)
			if !reflect.DeepEqual(got, f) || !bytes.Equal(b, body) {
				t.Fatalf("%+v, want %+v; %d bytes", got, f, len(b))
			}
			want(t, s.Create(ctx, "w", file(f.ID, []byte("x")), []byte("x")), fault.Conflict)
			if got, b, err := s.Open(ctx, "w", f.ID); err != nil || !reflect.DeepEqual(got, f) || !bytes.Equal(b, body) {
				t.Fatalf("a refused one changed what was there: %+v %v", got, err)
			}
		}
		must(t, s.Create(ctx, "v", file("fil_0", []byte("theirs")), []byte("theirs"))) // of another workspace
		if _, b, err := s.Open(ctx, "w", "fil_0"); err != nil || len(b) != 1 {
			t.Fatalf("%q %v", b, err)
		}
		_, _, err := s.Open(ctx, "w", "fil_none")
		want(t, err, fault.NotFound)
	})
	t.Run("those of several that there are are found, without their bytes", func(t *testing.T) {
		s := open(t)
		var ids []string
		for i := range files.MaxFind {
			id := fmt.Sprintf("fil_%03d", i)
			if i%2 == 0 {
				must(t, s.Create(ctx, "w", file(id, []byte{1, 2}), []byte{1, 2}))
			}
			ids = append(ids, id)
		}
		got, err := s.Find(ctx, "w", ids)
		must(t, err)
		slices.SortFunc(got, func(a, b files.File) int { return strings.Compare(a.ID, b.ID) })
		if len(got) != files.MaxFind/2 || !reflect.DeepEqual(got[1], file("fil_002", []byte{1, 2})) {
			t.Fatalf("%d: %+v", len(got), got)
		}
		for _, none := range [][]string{nil, {"fil_001"}, {"fil_%"}, {""}} {
			if got, err := s.Find(ctx, "w", none); err != nil || len(got) != 0 {
				t.Fatalf("%v: %+v %v", none, got, err)
			}
		}
		if got, err := s.Find(ctx, "w", []string{"fil_000", "fil_000"}); err != nil || len(got) != 1 {
			t.Fatalf("one twice: %+v %v", got, err)
		}
	})
	t.Run("no method crosses a workspace or takes an empty one (attacks 34, 36)", func(t *testing.T) {
		s := open(t)
		must(t, s.Create(ctx, "w", file("fil_a", []byte("x")), []byte("x")))
		for _, ws := range []ident.Workspace{"v", ""} {
			kind := fault.NotFound
			if ws == "" {
				kind = fault.Internal
				want(t, s.Create(ctx, ws, file("fil_b", []byte("x")), []byte("x")), kind)
			}
			if got, err := s.Find(ctx, ws, []string{"fil_a"}); (err != nil) != (ws == "") || len(got) > 0 {
				t.Fatal("Find crossed", err)
			}
			_, b, err := s.Open(ctx, ws, "fil_a")
			want(t, err, kind)
			if b != nil {
				t.Fatalf("%q", b)
			}
			want(t, s.Delete(ctx, ws, "fil_a"), kind)
		}
		if _, _, err := s.Open(ctx, "w", "fil_a"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a deleted file is gone with its bytes", func(t *testing.T) {
		s := open(t)
		for _, id := range []string{"fil_a", "fil_b"} {
			must(t, s.Create(ctx, "w", file(id, []byte(id)), []byte(id)))
		}
		want(t, s.Delete(ctx, "w", "fil_none"), fault.NotFound)
		must(t, s.Delete(ctx, "w", "fil_a"))
		want(t, s.Delete(ctx, "w", "fil_a"), fault.NotFound)
		_, _, err := s.Open(ctx, "w", "fil_a")
		want(t, err, fault.NotFound)
		if got, err := s.Find(ctx, "w", []string{"fil_a", "fil_b"}); err != nil || len(got) != 1 || got[0].ID != "fil_b" {
			t.Fatalf("%+v %v", got, err)
		}
	})
	t.Run("of 8 files of one id one is stored, with its own bytes", func(t *testing.T) {
		s := open(t)
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				body := bytes.Repeat([]byte{byte(i + 1)}, 1000+i)
				switch err := s.Create(ctx, "w", file("fil_a", body), body); {
				case err == nil:
					won.Add(int64(i + 1))
				case !fault.Is(err, fault.Conflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		f, b, err := s.Open(ctx, "w", "fil_a")
		must(t, err)
		if n := won.Load(); n != int64(b[0]) || len(b) != 999+int(n) || f.Bytes != len(b) {
			t.Fatalf("%d won, and %d bytes of %d are there", n, len(b), b[0])
		}
	})
	t.Run("an ended context is an error and stores nothing", func(t *testing.T) {
		s := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.Create(ended, "w", file("fil_a", []byte("x")), []byte("x")); err == nil {
			t.Fatal("no error")
		}
		_, _, err := s.Open(ctx, "w", "fil_a")
		want(t, err, fault.NotFound)
	})
}
