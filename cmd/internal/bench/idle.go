package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

// idle starts the server several times, on a fresh store and on that store
// again, takes the slowest start, and lets the last one stand without
// requests before it reads its memory.
func idle() Measurement {
	return Measurement{Name: "idle", What: "what a server needs that has nothing to do", Run: measureIdle}
}

func measureIdle(ctx context.Context, e *Env) ([]Figure, error) {
	starts := Times(e, 10, 2)
	var took Latencies
	for i := range starts {
		e.Progress("start %d of %d", i+1, starts)
		s, err := Serve(ctx, e, filepath.Join(e.Dir, strconv.Itoa(i/2)))
		if err != nil {
			return nil, err
		}
		took.Add(s.Ready)
		if i == starts-1 {
			return standing(ctx, e, s, took)
		}
		if err := s.Stop(); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func standing(ctx context.Context, e *Env, s *Server, took Latencies) ([]Figure, error) {
	defer func() { _ = s.Stop() }()
	wait := Times(e, 30*time.Second, 500*time.Millisecond)
	e.Progress("idle for %s", wait)
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting: %w", ctx.Err())
	case <-time.After(wait):
	}
	ready := Figure{What: "`serve` ready after its start", Value: took.Millis(1) / 1000, Unit: "s", Goal: AtMost(1),
		Note: fmt.Sprintf("slowest of %d starts, from exec to 200 of /readyz; median %s", took.Len(), amount(took.Millis(0.5)/1000, "s"))}
	memory := Figure{What: "memory of an idle `serve`", Unit: "MB", Goal: AtMost(60)}
	var err error
	if memory.Value, err = Resident(strconv.Itoa(s.PID)); err != nil {
		memory.Missing = err.Error()
	}
	memory.Note = fmt.Sprintf("resident, after %s without a request", wait)
	return []Figure{ready, memory}, nil
}
