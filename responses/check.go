package responses

import (
	"context"

	"waymark/surveys/ident"
)

// CheckMany says what TakeMany would refuse of each submission, and stores
// nothing. The second error is the engine's. It does not look for what is known already.
func (s *Service) CheckMany(ctx context.Context, ws ident.Workspace, subs []*Submission) ([]error, error) {
	out := make([]error, len(subs))
	heads := map[string]head{}
	for i, sub := range subs {
		_, out[i] = s.prepare(ctx, ws, sub, heads)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return out, nil
}
