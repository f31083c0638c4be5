package surveys

import (
	"context"
	"slices"

	"waymark/surveys/ident"
)

// QuestionIDs lists the ids of the questions of every published version, the
// newest version's first: the columns that a table of all answers needs.
func (s *Service) QuestionIDs(ctx context.Context, ws ident.Workspace, id string) ([]string, error) {
	r, err := s.Store.Get(ctx, ws, id)
	if err != nil || r.Current == nil {
		return nil, err
	}
	old, err := s.Store.ArchivedAll(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	versions := []Version{*r.Current}
	for _, v := range slices.Backward(old) {
		if v.Number != r.Current.Number {
			versions = append(versions, v)
		}
	}
	var ids []string
	seen := map[string]bool{}
	for _, v := range versions {
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
