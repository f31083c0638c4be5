package responses

import (
	"context"
	"maps"
	"slices"

	"waymark/responses/quota"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Only a counted response holds slots, one for each of its Caps; a suspect one
// keeps its Caps, so that it can be counted again.

func (s *Service) slots() *quota.Slots {
	return &quota.Slots{Store: s.Slots, Now: s.Now, Holds: s.holds}
}

// Left reports whether another response may come under the cap. It is a hint:
// only HandIn decides.
func (s *Service) Left(ctx context.Context, ws ident.Workspace, c quota.Cap) (bool, error) {
	return s.slots().Left(ctx, ws, c)
}

// holds tells whether a slot is needed: see quota.Slots.
func (s *Service) holds(ctx context.Context, ws ident.Workspace, key, holder string) (bool, error) {
	r, err := s.Store.Get(ctx, ws, holder)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return r.needs(key), err
}

// needs reports whether the response must hold a slot of the key.
func (r Response) needs(key string) bool {
	return r.Status == Counted && slices.ContainsFunc(r.Caps, func(c quota.Cap) bool { return c.Key == key })
}

// caps are what the quotas of a survey allow. A quota goes on over versions.
func caps(survey string, quotas []surveys.Quota) []quota.Cap {
	var out []quota.Cap
	for _, q := range quotas {
		out = append(out, quota.Cap{Key: survey + "/" + q.ID, Limit: q.Limit})
	}
	return out
}

// admit takes the slots of a new response, or makes it a screened one. Where
// its sender's id has a response already that is given instead: a repeat takes
// nothing.
func (s *Service) admit(ctx context.Context, ws ident.Workspace, r *Response) (old Response, known bool, took quota.Held, err error) {
	if r.SenderID != "" {
		old, err := s.Store.Get(ctx, ws, r.ID)
		if !fault.Is(err, fault.NotFound) {
			return old, err == nil, nil, err
		}
	}
	took, full, err := s.slots().Take(ctx, ws, r.Caps, r.ID)
	if full != nil {
		r.screen()
	}
	return Response{}, false, took, err
}

// screen makes a response one that came over a quota and never counted.
func (r *Response) screen() {
	r.Status, r.Caps, r.Marks, r.MarkedAt = Screened, nil, nil, when.Time{}
}

// settle is for slots of a response that is stored: those that it needs are
// sure, those of held that it does not need go back. What fails here is found
// later, when the key is full.
func (s *Service) settle(ctx context.Context, ws ident.Workspace, r Response, held quota.Held) {
	if r.Status == Counted && len(r.Caps) > 0 {
		_ = s.Slots.Sure(ctx, ws, r.ID, quota.Keys(r.Caps))
	}
	back := maps.Clone(held)
	maps.DeleteFunc(back, func(key string, _ int64) bool { return r.needs(key) })
	if len(back) > 0 {
		_ = s.Slots.Free(ctx, ws, r.ID, back)
	}
}

// leave prepares to give back the slots that next needs no more. They are
// unsure from now on, so that a crash does not keep them.
func (s *Service) leave(ctx context.Context, ws ident.Workspace, old, next Response) (quota.Held, error) {
	var keys []string
	for _, c := range old.Caps {
		if old.Status == Counted && !next.needs(c.Key) {
			keys = append(keys, c.Key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	if err := s.Slots.Doubt(ctx, ws, old.ID, when.Of(s.Now())); err != nil {
		return nil, err
	}
	return s.Slots.Held(ctx, ws, old.ID, keys)
}

// retake takes the slots that are left for a response that is to count again,
// and adds them to took.
func (s *Service) retake(ctx context.Context, ws ident.Workspace, r Response, took quota.Held) error {
	for i := range r.Caps { // one by one: a full one keeps no other from being taken
		more, _, err := s.slots().Take(ctx, ws, r.Caps[i:i+1], r.ID)
		if err != nil {
			return err
		}
		maps.Copy(took, more)
	}
	return nil
}
