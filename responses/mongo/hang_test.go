package mongo

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"waymark/responses"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/when"
)

// relay passes connections on to a server, but swallows the question for more
// of a scan: the server lives, and this answer never comes.
type relay struct {
	net.Listener
	swallowed atomic.Bool
}

func (r *relay) pass(from, to net.Conn) {
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if bytes.Contains(buf[:n], []byte("getMore")) {
			r.swallowed.Store(true)
			n = 0
		}
		if _, werr := to.Write(buf[:n]); werr != nil || err != nil {
			return
		}
	}
}

func newRelay(t *testing.T, server string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", server)
			if err != nil {
				_ = in.Close()
				continue
			}
			go r.pass(in, out)
			go r.pass(out, in)
		}
	}()
	return r
}

func TestAScanWhoseAnswerNeverComesIsGivenUp(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the deadline of one operation")
	}
	enginetest.Servers(t, func(t *testing.T, uri string) {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "mongodb" || u.Query().Get("replicaSet") != "" {
			t.Skip("a relay needs one server by its address")
		}
		r := newRelay(t, u.Host)
		u.Host = r.Addr().String()
		m := enginetest.Mongo(t, u.String(), Steps)
		s := New(m)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var rs []responses.Response
		for i := range 150 { // more than a first batch holds
			rs = append(rs, responses.Response{ID: fmt.Sprintf("rsp_%03d", i), Rev: 1, Survey: "srv_a", Version: 1, Status: responses.Counted, OccurredAt: when.Milli(int64(i))})
		}
		if _, err := s.InsertMany(ctx, "w", rs); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = s.Facts(ctx, "w", "srv_a", responses.Key{}, responses.Key{At: 1000}, 0, func(*responses.Fact) error { return nil })
		if !r.swallowed.Load() || !fault.Is(err, fault.Unavailable) || time.Since(began) > 45*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}
