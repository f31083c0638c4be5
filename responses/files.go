package responses

import (
	"context"
	"slices"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// Files keeps the files that questions are answered with; package files does.
type Files interface {
	// Known gives NotFound where one of the ids is no file of the workspace.
	Known(ctx context.Context, ws ident.Workspace, ids []string) error
	// Forget removes those of the files that came with answers.
	Forget(ctx context.Context, ws ident.Workspace, ids []string) error
}

// knownFiles answers a file that there is not like one in a path.
func (s *Service) knownFiles(ctx context.Context, ws ident.Workspace, ids []string) error {
	if len(ids) == 0 || s.Files == nil {
		return nil
	}
	return s.Files.Known(ctx, ws, ids)
}

// forget removes files that came with answers which are gone.
func (s *Service) forget(ctx context.Context, ws ident.Workspace, ids []string) error {
	if len(ids) == 0 || s.Files == nil {
		return nil
	}
	return s.Files.Forget(ctx, ws, ids)
}

// filesOf lists the files that a response names.
func (s *Service) filesOf(ctx context.Context, ws ident.Workspace, r Response) (ids []string, err error) {
	if s.Files == nil || r.Answers == nil && r.Pending == nil {
		return nil, nil
	}
	c, err := s.Surveys.Compiled(ctx, ws, r.Survey, r.Version)
	if fault.Is(err, fault.NotFound) || err == nil && !c.AsksFiles() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, doc := range [][]byte{r.Answers, r.Pending} {
		v, err := fastjson.ParseBytes(doc)
		if err != nil {
			continue // there are none
		}
		if o, err := v.Object(); err == nil {
			ids = append(ids, c.Files(o)...)
		}
	}
	return ids, nil
}

// replaced removes the files that a response named and does not any more. What
// is stored is stored: a failure leaves them there.
func (s *Service) replaced(ctx context.Context, ws ident.Workspace, old, next Response) {
	before, err := s.filesOf(ctx, ws, old)
	if err != nil || len(before) == 0 {
		return
	}
	now, err := s.filesOf(ctx, ws, next)
	if err != nil {
		return
	}
	_ = s.forget(ctx, ws, slices.DeleteFunc(before, func(id string) bool { return slices.Contains(now, id) }))
}
