package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"waymark/cmd/internal/app"
	"waymark/responses"
	"waymark/surveys/ident"
)

// connections is how many customers answer at once.
const connections = 64

// taking holds the rate at which a server takes durable answers over HTTP
// against the rate at which as many goroutines hand a response that is
// already checked to the store: the same table, writer, group commit and sync,
// in a file of the same kind. The server is a process of its own and does
// all that it does in earnest: it checks keys and answers and rolls up
// meanwhile. The two are measured in turns, so that a machine that has other
// things to do hits both. The load comes from this process over 64
// connections that stay open, one request at a time on each; it takes its
// part of the same processors, and that part is told.
func taking() Measurement {
	return Measurement{Name: "taking", What: "answers taken over HTTP, each on the disk before it is acknowledged", Run: measureTaking}
}

func measureTaking(ctx context.Context, e *Env) (_ []Figure, err error) {
	s, err := Serve(ctx, e, filepath.Join(e.Dir, "served"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	a, err := s.ask(ctx)
	if err != nil {
		return nil, err
	}
	direct, err := openPrepared(ctx, e, filepath.Join(e.Dir, "direct"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, direct.app.Close(context.WithoutCancel(ctx))) }()
	rounds, length := Times(e, 5, 1), Times(e, 6*time.Second, 500*time.Millisecond)
	var limit, served rate
	var load load
	for i := range rounds {
		e.Progress("round %d of %d, the store alone", i+1, rounds)
		r, err := direct.run(ctx, length)
		if err != nil {
			return nil, err
		}
		limit.add(r)
		e.Progress("round %d of %d, over HTTP; the store alone took %s", i+1, rounds, amount(limit.perSecond(), "a second"))
		if r, err = load.run(ctx, s, a, fmt.Sprintf("round%d", i), length); err != nil {
			return nil, err
		}
		served.add(r)
		if err := s.settle(ctx); err != nil { // what is left to roll up is not the store's to pay
			return nil, err
		}
	}
	counted, err := s.counted(ctx, a)
	if err == nil && counted != served.n {
		err = fmt.Errorf("%d answers were acknowledged, the scores count %d", served.n, counted)
	}
	if err != nil {
		return nil, err
	}
	figure := Figure{What: "durable answers over HTTP, " + strconv.Itoa(connections) + " connections", Value: served.perSecond(), Unit: "a second",
		Limit: &Limit{What: strconv.Itoa(connections) + " goroutines hand the same, checked already, to the store", Value: limit.perSecond(), Unit: "a second"}, Goal: AtLeast(0.5)}
	figure.Note = fmt.Sprintf("%d answers, p50 %s, p99 %s; of the processor time the load took %.0f %%, the server %.0f %%", served.n,
		amount(load.took.Millis(0.5), "ms"), amount(load.took.Millis(0.99), "ms"), 100*load.share(), 100-100*load.share())
	return []Figure{figure}, nil
}

// rate is so many in so much time.
type rate struct {
	n    int64
	time time.Duration
}

func (r *rate) add(o rate) {
	r.n, r.time = r.n+o.n, r.time+o.time
}

func (r rate) perSecond() float64 { return float64(r.n) / r.time.Seconds() }

// together runs fn in so many goroutines until the time is over or one
// failed, and counts what they did.
func together(ctx context.Context, n int, length time.Duration, fn func(ctx context.Context, i int) error) (rate, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	over := began.Add(length)
	for i := range n {
		wg.Go(func() {
			for time.Now().Before(over) && ctx.Err() == nil {
				if err := fn(ctx, i); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return rate{done.Load(), time.Since(began)}, context.Cause(ctx)
}

// prepared is a store and a response to hand it over and over.
type prepared struct {
	app    *app.App
	ws     ident.Workspace
	sample responses.Response
	n      atomic.Int64
}

// openPrepared makes the store in this process and gets the response the way
// that a real one goes.
func openPrepared(ctx context.Context, e *Env, dir string) (*prepared, error) {
	a, err := openHere(ctx, e, dir)
	if err != nil {
		return nil, err
	}
	p := &prepared{app: a}
	if err := p.prepare(ctx); err != nil {
		return nil, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	return p, nil
}

func (p *prepared) prepare(ctx context.Context) error {
	ws, s, err := askHere(ctx, p.app, 1)
	if err != nil {
		return err
	}
	p.ws = ws
	sub, err := responses.ParseSubmission(s.answer(nil, "round0", 123_456))
	if err != nil {
		return fmt.Errorf("making an answer: %w", err)
	}
	taken, err := p.app.Responses.Take(ctx, ws, sub, ident.New("rsp"), responses.Via{Channel: "api"})
	p.sample = taken.Response
	if err != nil {
		return fmt.Errorf("taking an answer: %w", err)
	}
	return nil
}

func (p *prepared) run(ctx context.Context, length time.Duration) (rate, error) {
	return together(ctx, connections, length, func(ctx context.Context, _ int) error {
		r := p.sample
		n := p.n.Add(1)
		r.ID, r.Seq = ident.New("rsp"), p.sample.Seq+n
		out, err := p.app.Responses.Store.InsertMany(ctx, p.ws, []responses.Response{r})
		if err == nil && (out[0].Err != nil || out[0].Existing != nil) {
			err = fmt.Errorf("a response was not stored: %v", out[0])
		}
		return err
	})
}

// load is what the customers of all rounds saw.
type load struct {
	took         Latencies
	ours, theirs time.Duration // processor time
}

// share is the part of the processor time that the load took.
func (l *load) share() float64 {
	return float64(l.ours) / float64(l.ours+l.theirs)
}

func (l *load) run(ctx context.Context, s *Server, a asked, sender string, length time.Duration) (rate, error) {
	lines := make([]*line, connections)
	for i := range lines {
		var err error
		if lines[i], err = s.dial(ctx, "POST", "/v1/responses"); err != nil {
			return rate{}, err
		}
		defer lines[i].close()
	}
	ours, theirs, err := processors(s)
	if err != nil {
		return rate{}, err
	}
	var n atomic.Int64
	took := make([]Latencies, connections)
	bodies := make([][]byte, connections)
	r, err := together(ctx, connections, length, func(_ context.Context, i int) error {
		bodies[i] = a.answer(bodies[i][:0], sender, int(n.Add(1)))
		status, answer, t, err := lines[i].send(bodies[i])
		if err == nil && status != 201 {
			err = fmt.Errorf("an answer was refused with %d: %s", status, answer)
		}
		took[i].Add(t)
		return err
	})
	if err != nil {
		return rate{}, err
	}
	for i := range took {
		l.took.Join(&took[i])
	}
	oursAfter, theirsAfter, err := processors(s)
	l.ours, l.theirs = l.ours+oursAfter-ours, l.theirs+theirsAfter-theirs
	return r, err
}

// processors gives the processor time of this process and of the server.
func processors(s *Server) (ours, theirs time.Duration, err error) {
	if ours, err = CPU(strconv.Itoa(os.Getpid())); err == nil {
		theirs, err = CPU(strconv.Itoa(s.PID))
	}
	return ours, theirs, err
}
