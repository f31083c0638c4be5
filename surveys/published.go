package surveys

import (
	"context"
	"slices"

	"waymark/surveys/ident"
)

// OfMap lists the surveys that hang on a map: see Store.
func (s *Service) OfMap(ctx context.Context, ws ident.Workspace, mapID string) ([]Outline, error) {
	return s.Store.OfMap(ctx, ws, mapID)
}

// Published gives every published version of a survey, oldest first, without
// their documents; none before the first, NotFound for an unknown survey. Every
// version that a response pins which was stored before the call is among them.
// The list is shared and not to be changed.
func (s *Service) Published(ctx context.Context, ws ident.Workspace, id string) ([]Version, error) {
	h, err := s.Store.Head(ctx, ws, id)
	if err != nil || h.Current == 0 {
		return nil, err
	}
	// The newest number stands for all of them: those before it are archived and
	// never change.
	key := versionKey{ws, id, h.Current}
	if vs, kept := s.published.get(key); kept {
		return vs, nil
	}
	all, err := s.versions(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(v Version) bool { return v.Number > h.Current }) // published since
	for i := range all {
		all[i].Document = nil
	}
	s.published.put(key, all)
	return all, nil
}

// versions reads every published version of a survey whole, oldest first.
func (s *Service) versions(ctx context.Context, ws ident.Workspace, id string) ([]Version, error) {
	// The survey first: what is published in between moves what was current to
	// the archive, and is left out.
	r, err := s.Store.Get(ctx, ws, id)
	if err != nil || r.Current == nil {
		return nil, err
	}
	old, err := s.Store.ArchivedAll(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	// A copy of the current one lies in the archive while it is replaced.
	old = slices.DeleteFunc(old, func(v Version) bool { return v.Number >= r.Current.Number })
	return append(old, *r.Current), nil
}

// QuestionIDs lists the ids of the questions of every published version, the
// newest version's first: the columns that a table of all answers needs.
func (s *Service) QuestionIDs(ctx context.Context, ws ident.Workspace, id string) ([]string, error) {
	all, err := s.versions(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	var ids []string
	seen := map[string]bool{}
	for _, v := range slices.Backward(all) {
		c, err := Compile(v)
		if err != nil {
			return nil, err
		}
		for _, q := range c.QuestionIDs() {
			if !seen[q] {
				seen[q] = true
				ids = append(ids, q)
			}
		}
	}
	return ids, nil
}
