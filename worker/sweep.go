package worker

import (
	"context"
	"log/slog"
	"time"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Marks tells what is not rolled up; a responses.Store does.
type Marks interface {
	Due(ctx context.Context, limit int) (refs []ident.Ref, oldest when.Time, err error)
}

// Leases let one process at a time sweep; workspace.Service does.
type Leases interface {
	AcquireLease(ctx context.Context, name, holder string, now, until when.Time) (bool, error)
	ReleaseLease(ctx context.Context, name, holder string) error
}

// Sweep enqueues what the queue forgot: at the start, then every few seconds.
type Sweep struct {
	Marks  Marks
	Leases Leases
	Queue  Queue
	Now    func() time.Time
	Log    *slog.Logger
	Holder string // names this process, random
	// Complain takes what the queue refuses, time after time while it is away.
	Complain func(string)
}

const (
	sweepName  = "sweep"
	sweepEvery = 2 * time.Second
	sweepLease = 10 * time.Second
	sweepLimit = 1000
	sweepTime  = 8 * time.Second
)

// Run sweeps until ctx ends.
func (s *Sweep) Run(ctx context.Context) {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		if err := s.once(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("sweeping what is not rolled up", "error", err)
		}
		select {
		case <-ctx.Done():
			s.release(context.WithoutCancel(ctx))
			return
		case <-t.C:
		}
	}
}

// release gives the lease back, so that the next process need not wait for
// its end.
func (s *Sweep) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.Leases.ReleaseLease(ctx, sweepName, s.Holder); err != nil {
		s.Log.Warn("giving the lease of the sweep back", "error", err)
	}
}

func (s *Sweep) once(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	now := when.Of(s.Now())
	ours, err := s.Leases.AcquireLease(ctx, sweepName, s.Holder, now, now.Add(sweepLease))
	if err != nil || !ours {
		return err
	}
	refs, _, err := s.Marks.Due(ctx, sweepLimit)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := enqueue(ctx, s.Queue, ref); err != nil {
			s.Complain(err.Error())
			return nil // what is due stays so
		}
	}
	return nil
}
