package quota

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Slots hands slots out and finds those that a crash left behind.
type Slots struct {
	Store Store
	Now   func() time.Time
	// Holds tells whether the holder is there and needs its slot of the key.
	Holds func(ctx context.Context, ws ident.Workspace, key, holder string) (bool, error)
}

// grace is how long a slot may be unsure before it is doubted: many times as
// long as storing what holds it may take.
const grace = 10 * time.Minute

// doubted bounds the slots that one look at a full key goes through.
const doubted = 20

// Take gives the holder a slot of every cap, or of none that it did not have
// before: full is then the first cap that has no slot left. took are the slots
// that the holder has now, of those caps that were looked at, to be given back
// where they are not needed after all: nobody else can give back what this call
// took last.
func (s *Slots) Take(ctx context.Context, ws ident.Workspace, caps []Cap, holder string) (took Held, full *Cap, err error) {
	took, fresh := Held{}, Held{}
	stamp := rand.Int64()
	for i, c := range caps {
		held, isNew, err := s.take(ctx, ws, c, holder, stamp)
		if err != nil {
			return nil, nil, err // what was taken is unsure, and found later
		}
		if isNew {
			fresh[c.Key] = stamp
		}
		if !held {
			maps.DeleteFunc(took, func(key string, _ int64) bool { _, is := fresh[key]; return is })
			return took, &caps[i], s.Store.Free(ctx, ws, holder, fresh)
		}
		took[c.Key] = stamp
	}
	return took, nil, nil
}

func (s *Slots) take(ctx context.Context, ws ident.Workspace, c Cap, holder string, stamp int64) (held, fresh bool, err error) {
	now := when.Of(s.Now())
	held, fresh, err = s.Store.Take(ctx, ws, c, holder, now, stamp)
	if err != nil || held || c.Limit <= 0 {
		return held, fresh, err
	}
	freed, err := s.look(ctx, ws, c.Key, now)
	if err != nil || !freed {
		return false, false, err
	}
	return s.Store.Take(ctx, ws, c, holder, now, stamp)
}

// look frees the slots of a full key whose holders do not need them, and calls
// the others sure.
func (s *Slots) look(ctx context.Context, ws ident.Workspace, key string, now when.Time) (freed bool, err error) {
	slots, err := s.Store.Doubtful(ctx, ws, key, now.Add(-grace), doubted)
	if err != nil {
		return false, err
	}
	for _, sl := range slots {
		needed, err := s.Holds(ctx, ws, key, sl.Holder)
		if err != nil {
			return false, fmt.Errorf("looking for the holder of a slot: %w", err)
		}
		if needed {
			err = s.Store.Sure(ctx, ws, sl.Holder, []string{key})
		} else {
			err = s.Store.Free(ctx, ws, sl.Holder, Held{key: sl.Stamp})
			freed = true
		}
		if err != nil {
			return false, err
		}
	}
	return freed, nil
}

// Left reports whether a slot of the cap is left. It is a hint for pages: only
// Take decides.
func (s *Slots) Left(ctx context.Context, ws ident.Workspace, c Cap) (bool, error) {
	n, err := s.Store.Count(ctx, ws, c.Key, c.Limit)
	return n < c.Limit, err
}

// Keys lists the keys of caps.
func Keys(caps []Cap) []string {
	keys := make([]string, len(caps))
	for i, c := range caps {
		keys[i] = c.Key
	}
	return keys
}
