package surveys

import (
	"context"
	"slices"
	"strings"

	"waymark/surveys/ident"
)

// Languages gives the tags that a survey is in: those of the titles of what is
// published and of its draft, or the workspace's language where a title is a
// plain text. There is at least one.
func (s *Service) Languages(ctx context.Context, ws ident.Workspace, id string) ([]string, error) {
	r, err := s.Store.Get(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	var tags []string
	add := func(tag string) {
		if !slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, tag) }) {
			tags = append(tags, tag)
		}
	}
	var docs [][]byte
	if r.Current != nil {
		docs = append(docs, r.Current.Document)
	}
	if r.Draft != nil {
		docs = append(docs, r.Draft)
	}
	for _, doc := range docs {
		d, err := ParseDefinition(doc)
		if err != nil {
			return nil, err
		}
		if len(d.Title.Languages) == 0 {
			lang, err := s.Language(ctx, ws)
			if err != nil {
				return nil, err
			}
			add(lang)
		}
		for _, tag := range d.Title.Tags() {
			add(tag)
		}
	}
	return tags, nil
}
