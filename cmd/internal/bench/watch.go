package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	visibleRate = 1000 // answers a second
	followers   = 4    // senders who follow each of their answers
	warm        = 20   // answers that a follower's segment needs before it is shown; also reads before they count
	lookAgain   = 5 * time.Millisecond
	seenTime    = time.Minute // how long the last answer may take to be seen
)

// watch sends answers at a steady rate and watches the scores meanwhile.
type watch struct {
	s      *Server
	a      asked
	length time.Duration
	told   func(sent int)

	sent  atomic.Int64
	mu    sync.Mutex
	acks  []ack
	looks []look
	own   []time.Duration // of the followed answers
	took  time.Duration   // from the first planned answer to the last acknowledgment
	cpu   time.Duration   // processor time that the server took meanwhile
}

// ack is an acknowledgment, with the number of answers sent when it came.
type ack struct {
	at   time.Time
	sent int64
}

func (w *watch) run(ctx context.Context) error {
	lines := make([]*line, followers)
	for i := range lines {
		var err error
		if lines[i], err = w.s.dial(ctx, "POST", "/v1/responses"); err != nil {
			return err
		}
		defer lines[i].close()
		for n := range warm {
			if _, err := w.send(lines[i], w.a.answerOf(nil, "warm-"+strconv.Itoa(i), n, ownState(i))); err != nil {
				return err
			}
		}
	}
	if err := w.s.settle(ctx); err != nil {
		return err
	}
	w.acks = w.acks[:0]
	_, before, err := processors(w.s)
	if err != nil {
		return err
	}
	defer func() {
		if _, after, err := processors(w.s); err == nil {
			w.cpu = after - before
		}
	}()
	g, ctx := errgroup.WithContext(ctx)
	loaded := make(chan struct{})
	g.Go(func() error { defer close(loaded); return w.load(ctx) })
	g.Go(func() error { return w.look(ctx, loaded) })
	for i, l := range lines {
		g.Go(func() error { return w.follow(ctx, l, i, loaded) })
	}
	return g.Wait()
}

// send sends one answer and notes its acknowledgment.
func (w *watch) send(l *line, body []byte) (time.Time, error) {
	w.sent.Add(1)
	status, answer, _, err := l.send(body)
	at := time.Now()
	if err == nil && status != 201 {
		err = fmt.Errorf("an answer was refused with %d: %s", status, answer)
	}
	if err != nil {
		return at, err
	}
	w.mu.Lock()
	w.acks = append(w.acks, ack{at, w.sent.Load()})
	w.mu.Unlock()
	return at, nil
}

// load sends the answers. Each has its instant, and is sent then, or at once
// where a connection was free too late.
func (w *watch) load(ctx context.Context) error {
	total := int64(w.length.Seconds() * visibleRate)
	var next atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for range connections {
		g.Go(func() error {
			l, err := w.s.dial(ctx, "POST", "/v1/responses")
			if err != nil {
				return err
			}
			defer l.close()
			var body []byte
			for {
				n := next.Add(1) - 1
				if n >= total {
					return nil
				}
				if err := until(ctx, began.Add(time.Duration(n)*time.Second/visibleRate)); err != nil {
					return err
				}
				body = w.a.answer(body[:0], "load", int(n))
				if _, err := w.send(l, body); err != nil {
					return err
				}
				if n%100 == 0 {
					w.told(int(n))
				}
			}
		})
	}
	err := g.Wait()
	w.took = time.Since(began)
	return err
}

// look reads the score of all until it counts everything that was sent.
func (w *watch) look(ctx context.Context, loaded <-chan struct{}) error {
	s, err := w.s.scores(ctx, w.a, "")
	if err != nil {
		return err
	}
	defer s.l.close()
	var over time.Time
	for {
		l, err := s.read()
		if err != nil {
			return err
		}
		w.looks = append(w.looks, l)
		select {
		case <-loaded:
			w.mu.Lock()
			all := int64(len(w.acks)) == w.sent.Load()-followers*warm && l.n >= w.sent.Load()
			w.mu.Unlock()
			switch {
			case all:
				return nil
			case over.IsZero():
				over = time.Now().Add(seenTime)
			case time.Now().After(over):
				return fmt.Errorf("of %d answers the scores count %d, %s after the last", w.sent.Load(), l.n, seenTime)
			}
		default:
		}
		if err := until(ctx, time.Now().Add(lookAgain)); err != nil {
			return err
		}
	}
}

// follow sends single answers and waits for each.
func (w *watch) follow(ctx context.Context, l *line, i int, loaded <-chan struct{}) error {
	s, err := w.s.scores(ctx, w.a, "?segment=state:"+ownState(i))
	if err != nil {
		return err
	}
	defer s.l.close()
	now, err := s.read()
	if err != nil {
		return err
	}
	if now.n != warm {
		return fmt.Errorf("the segment %s counts %d answers, not %d", ownState(i), now.n, warm)
	}
	pause := rand.New(rand.NewPCG(uint64(i), 0))
	for n := 0; ; n++ {
		if err := until(ctx, time.Now().Add(time.Duration(pause.Int64N(int64(500*time.Millisecond))))); err != nil {
			return err
		}
		select {
		case <-loaded:
			return nil
		default:
		}
		acked, err := w.send(l, w.a.answerOf(nil, "own-"+strconv.Itoa(i), n, ownState(i)))
		if err != nil {
			return err
		}
		want := int64(warm + n + 1)
		for now.n < want {
			if now, err = s.read(); err != nil {
				return err
			}
			if now.at.Sub(acked) > seenTime {
				return fmt.Errorf("an answer is not in its score %s after it was acknowledged", seenTime)
			}
			if err := until(ctx, time.Now().Add(4*lookAgain)); err != nil {
				return err
			}
		}
		if now.n > want {
			return fmt.Errorf("the segment counts %d of %d answers", now.n, want)
		}
		w.mu.Lock()
		w.own = append(w.own, now.at.Sub(acked))
		w.mu.Unlock()
	}
}

// all gives the times of all answers.
func (w *watch) all() *Latencies { return seen(w.acks, w.looks) }

// alone gives the times of those that were followed.
func (w *watch) alone() *Latencies { return &Latencies{all: w.own} }

// seen finds for each acknowledgment the first look that includes it, as all
// later ones do.
func seen(acks []ack, looks []look) *Latencies {
	acks, looks = slices.Clone(acks), slices.Clone(looks)
	slices.SortFunc(acks, func(a, b ack) int { return int(a.sent - b.sent) })
	for i := len(looks) - 2; i >= 0; i-- {
		looks[i].n = min(looks[i].n, looks[i+1].n)
	}
	var out Latencies
	i := 0
	for _, a := range acks {
		for i < len(looks) && looks[i].n < a.sent {
			i++
		}
		if i == len(looks) {
			break // not seen: look does not return before all are
		}
		out.Add(max(looks[i].at.Sub(a.at), 0))
	}
	return &out
}

// until waits for an instant.
func until(ctx context.Context, at time.Time) error {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func ownState(i int) string { return "OWN" + strconv.Itoa(i) }
