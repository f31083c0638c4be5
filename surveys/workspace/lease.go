package workspace

import (
	"context"
	"fmt"

	"waymark/surveys/fault"
	"waymark/surveys/when"
)

// AcquireLease takes the named lease until the given time, or renews it where
// the holder has it, and reports whether it has it now. A lease lets processes
// take turns; it saves work and is not what keeps data right: after a pause
// longer than its time two holders can overlap, so what is done under it must
// be harmless when done twice.
//
// A lease is free from its Until on. One that reaches more than twice as far
// as what is asked for is free too: the clock jumped back since it was
// written, and waiting for it could take days. All holders of one lease ask for
// the same span.
func (s *Service) AcquireLease(ctx context.Context, name, holder string, now, until when.Time) (bool, error) {
	var old *Lease
	have, err := s.Store.Lease(ctx, name)
	switch {
	case err == nil:
		old = &have
		free := !now.Before(have.Until) || have.Until.Sub(now) > 2*until.Sub(now)
		if have.Holder != holder && !free {
			return false, nil
		}
	case !fault.Is(err, fault.NotFound):
		return false, fmt.Errorf("reading the lease %q: %w", name, err)
	}
	ok, err := s.Store.SwapLease(ctx, old, Lease{Name: name, Holder: holder, Until: until})
	if err != nil {
		return false, fmt.Errorf("taking the lease %q: %w", name, err)
	}
	return ok, nil
}

// ReleaseLease frees the lease where the holder has it, so that the next
// process need not wait; otherwise nothing happens.
func (s *Service) ReleaseLease(ctx context.Context, name, holder string) error {
	have, err := s.Store.Lease(ctx, name)
	if fault.Is(err, fault.NotFound) || err == nil && have.Holder != holder {
		return nil
	}
	if err == nil {
		_, err = s.Store.SwapLease(ctx, &have, Lease{Name: name, Holder: holder, Until: when.Milli(0)})
	}
	if err != nil {
		return fmt.Errorf("releasing the lease %q: %w", name, err)
	}
	return nil
}
