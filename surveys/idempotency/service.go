package idempotency

import (
	"context"
	"errors"
	"fmt"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Service is the protocol over a Store.
type Service struct{ Store Store }

// tries bounds the races that Begin takes part in: each lost one means that
// another call created or renewed the record in between.
const tries = 5

// Begin says how a call with an Idempotency-Key goes on. scope names who calls
// what: the API key's id and the route, with the path. fingerprint is that of
// the body.
//
// A Record with an Answer is replayed. One without: the caller proceeds, takes
// its ids from DerivedID, where one exists already takes it for its own, and
// ends with Finish. A fault Invalid means that the key is malformed or came
// with another body before.
//
// A failure need not be finished; the next call with the same body then tries
// again with the same ids.
func (s *Service) Begin(ctx context.Context, ws ident.Workspace, scope, key, fingerprint string, now when.Time) (Record, error) {
	if err := ws.Check(); err != nil {
		return Record{}, err
	}
	if err := CheckKey(key); err != nil {
		return Record{}, err
	}
	mine := Record{ID: ident.Derive("idm", string(ws), scope, key), Workspace: ws, Fingerprint: fingerprint, CreatedAt: now}
	for range tries {
		ok, err := s.Store.Create(ctx, mine)
		if err != nil {
			return Record{}, fmt.Errorf("storing an idempotency record: %w", err)
		}
		if ok {
			return mine, nil
		}
		have, err := s.Store.Get(ctx, ws, mine.ID)
		if fault.Is(err, fault.NotFound) {
			continue // swept in between
		}
		if err != nil {
			return Record{}, fmt.Errorf("reading an idempotency record: %w", err)
		}
		if have.expired(now) {
			ok, err := s.Store.Renew(ctx, mine, have.CreatedAt)
			if err != nil {
				return Record{}, fmt.Errorf("renewing an idempotency record: %w", err)
			}
			if ok {
				return mine, nil
			}
			continue // another call renewed it, or it was swept
		}
		if have.Fingerprint != fingerprint {
			return Record{}, fault.New(fault.Invalid, "idempotency-key-reused",
				"This Idempotency-Key came with another body within the last 24 hours; use a new one.")
		}
		return have, nil
	}
	return Record{}, fault.Wrap(errors.New("lost every race for an idempotency record"), fault.Unavailable, "busy",
		"Too many calls use this Idempotency-Key at once; try again.")
}

// Finish stores the answer of a call that proceeded with r, and gives the
// answer to send: where a call at the same time was quicker, its answer.
func (s *Service) Finish(ctx context.Context, r Record, a Answer) (Answer, error) {
	r.Answer = &a
	ok, err := s.Store.Finish(ctx, r)
	if err != nil {
		return Answer{}, fmt.Errorf("storing an idempotent answer: %w", err)
	}
	if ok {
		return a, nil
	}
	have, err := s.Store.Get(ctx, r.Workspace, r.ID)
	switch {
	case fault.Is(err, fault.NotFound):
		return a, nil // the call took longer than the record lived
	case err != nil:
		return Answer{}, fmt.Errorf("reading an idempotent answer: %w", err)
	case have.CreatedAt != r.CreatedAt || have.Answer == nil:
		return a, nil // the key is already used anew
	}
	return *have.Answer, nil
}

// sweepBatch bounds what one write of Sweep removes, so that answers never
// wait long behind it.
const sweepBatch = 500

// Sweep removes the records that no longer stand for their keys and gives
// their number. Repeating it is harmless, and so is doing without it for a
// while: Begin ignores them.
func (s *Service) Sweep(ctx context.Context, now when.Time) (int, error) {
	until, total := now.Add(-Lifetime), 0
	for {
		n, err := s.Store.Sweep(ctx, until, sweepBatch)
		total += n
		if err != nil {
			return total, fmt.Errorf("sweeping idempotency records: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
