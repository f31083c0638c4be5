package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"waymark/responses/page"
)

// handingIn holds what a finished survey costs that somebody hands in on its
// page against what the same answers cost over the API: both are checked, made
// durable and rolled up by the same server, which is a process of its own. They
// go in turns over 64 connections, so many each; the pages that the hand-ins
// come from are fetched before, and are as old as people need at least.
func handingIn() Measurement {
	return Measurement{Name: "handin", What: "a finished survey handed in on its page", Run: measureHandIn}
}

func measureHandIn(ctx context.Context, e *Env) (_ []Figure, err error) {
	s, a, path, err := serveLink(ctx, e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	rounds, n := Times(e, 5, 1), Times(e, 20_000, 200)
	var limit, served rate
	var took Latencies
	for i := range rounds {
		e.Progress("round %d of %d, opening pages", i+1, rounds)
		tickets, err := s.tickets(ctx, path, n)
		if err != nil {
			return nil, err
		}
		opened := time.Now()
		e.Progress("round %d of %d, over the API", i+1, rounds)
		r, err := s.sends(ctx, n, nil, 201, "/v1/responses", "Authorization: Bearer "+s.Key+"\r\nContent-Type: application/json\r\n",
			func(b []byte, k int) []byte { return a.answerOf(b, "round"+strconv.Itoa(i), k, states[0]) })
		if err != nil {
			return nil, err
		}
		limit.add(r)
		if err := s.settle(ctx); err != nil { // what is left to roll up is not the page's to pay
			return nil, err
		}
		if err := until(ctx, opened.Add(page.Minimal)); err != nil {
			return nil, err
		}
		e.Progress("round %d of %d, on the page; over the API %s", i+1, rounds, amount(limit.perSecond(), "a second"))
		if r, err = s.sends(ctx, n, &took, 200, path, "Content-Type: application/x-www-form-urlencoded\r\n",
			func(b []byte, k int) []byte { return handIn(b, tickets[k], k) }); err != nil {
			return nil, err
		}
		served.add(r)
		if err := s.settle(ctx); err != nil {
			return nil, err
		}
	}
	counted, err := s.counted(ctx, a)
	if err == nil && counted != served.n+limit.n {
		err = fmt.Errorf("%d answers were taken, the scores count %d", served.n+limit.n, counted)
	}
	if err != nil {
		return nil, err
	}
	each := func(r rate) float64 { return 1e6 / r.perSecond() }
	return []Figure{{What: "handing in on the page, " + strconv.Itoa(connections) + " connections", Value: each(served), Unit: "µs each",
		Limit: &Limit{What: "the same answers over the API", Value: each(limit), Unit: "µs each"}, Goal: AtMost(1.3),
		Note: fmt.Sprintf("%d of each, p50 %s, p99 %s", served.n, amount(took.Millis(0.5), "ms"), amount(took.Millis(0.99), "ms"))}}, nil
}

// handIn writes the k-th sample answers as a browser does.
func handIn(b []byte, ticket string, k int) []byte {
	b = append(append(b, page.FieldTicket+"="...), ticket...)
	b = strconv.AppendInt(append(b, "&sat="...), int64(1+k*7%5), 10)
	b = strconv.AppendInt(append(b, "&feel="...), int64(k*11%5-2), 10)
	return append(append(b, "&why="...), url.QueryEscape(reasons[k%len(reasons)])...)
}

// tickets opens so many pages of a link.
func (s *Server) tickets(ctx context.Context, path string, n int) ([]string, error) {
	host := strings.TrimPrefix(s.Base, "http://")
	lines := make([]*line, connections)
	for i := range lines {
		var err error
		if lines[i], err = dial(ctx, host, "GET", path, ""); err != nil {
			return nil, err
		}
		defer lines[i].close()
	}
	out := make([]string, n)
	return out, share(ctx, n, func(i, k int) error {
		status, body, _, err := lines[i].send(nil)
		if err != nil {
			return err
		}
		ticket, found := page.Ticket(body)
		if status != 200 || !found {
			return fmt.Errorf("a page has the status %d and no ticket", status)
		}
		out[k] = ticket
		return nil
	})
}

// sends sends so many bodies to a path, and tells how fast.
func (s *Server) sends(ctx context.Context, n int, took *Latencies, want int, path, headers string, write func(b []byte, k int) []byte) (rate, error) {
	lines := make([]*line, connections)
	bodies := make([][]byte, connections)
	each := make([]Latencies, connections)
	for i := range lines {
		var err error
		if lines[i], err = dial(ctx, strings.TrimPrefix(s.Base, "http://"), "POST", path, headers); err != nil {
			return rate{}, err
		}
		defer lines[i].close()
	}
	began := time.Now()
	err := share(ctx, n, func(i, k int) error {
		bodies[i] = write(bodies[i][:0], k)
		status, answer, t, err := lines[i].send(bodies[i])
		if err == nil && status != want {
			err = fmt.Errorf("an answer to %s was refused with %d: %.300s", path, status, answer)
		}
		each[i].Add(t)
		return err
	})
	r := rate{int64(n), time.Since(began)}
	if took != nil {
		for i := range each {
			took.Join(&each[i])
		}
	}
	return r, err
}

// share does n things over the connections: fn is told which of them it has,
// and which thing it is.
func share(ctx context.Context, n int, fn func(i, k int) error) error {
	var next atomic.Int64
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{}, connections)
	for i := range connections {
		go func() {
			defer func() { done <- struct{}{} }()
			for ctx.Err() == nil {
				k := int(next.Add(1)) - 1
				if k >= n {
					return
				}
				if err := fn(i, k); err != nil {
					cancel(err)
				}
			}
		}()
	}
	for range connections {
		<-done
	}
	return context.Cause(ctx)
}

func readAll(res *http.Response) ([]byte, error) {
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(res.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", res.Request.URL.Path, err)
	}
	return b, nil
}
