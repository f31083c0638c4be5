package bench

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestALineSendsOneRequestAfterTheOtherOnOneConnection(t *testing.T) {
	var from string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from == "" {
			from = r.RemoteAddr
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || r.RemoteAddr != from || r.Header.Get("Authorization") != "Bearer k" || r.Method != "POST" || r.URL.Path != "/p" {
			t.Errorf("%s %s from %s %v", r.Method, r.URL, r.RemoteAddr, err)
		}
		if string(b) == "refuse" {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
		if string(b) == "stream" {
			w.(http.Flusher).Flush()
		}
		if _, err := w.Write(append([]byte("got "), b...)); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	l, err := (&Server{Base: srv.URL, Key: "k"}).dial(t.Context(), "POST", "/p")
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	for _, c := range []struct {
		body, answer string
		status       int
	}{{"one", "got one", 200}, {"refuse", "got refuse", 422}, {"", "got ", 200}} {
		status, b, took, err := l.send([]byte(c.body))
		if err != nil || status != c.status || string(b) != c.answer || took <= 0 {
			t.Errorf("%d %q %s %v, want %d %q", status, b, took, err, c.status, c.answer)
		}
	}
	if status, b, _, err := l.send([]byte("stream")); err == nil {
		t.Errorf("an answer without a length was read as %d %q", status, b)
	}
}

func TestTogetherCountsWhatWasDoneAndStopsAtAFailure(t *testing.T) {
	r, err := together(t.Context(), 4, 50*time.Millisecond, func(ctx context.Context, i int) error { time.Sleep(time.Millisecond); return nil })
	if err != nil || r.n < 4 || r.n > 4*60 || r.time < 50*time.Millisecond {
		t.Errorf("%+v %v", r, err)
	}
	broken := errors.New("broken")
	var calls atomic.Int64
	began := time.Now()
	if _, err := together(t.Context(), 4, time.Minute, func(ctx context.Context, i int) error {
		if calls.Add(1) == 10 {
			return broken
		}
		return nil
	}); !errors.Is(err, broken) || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}
