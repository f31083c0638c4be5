package mapping

import (
	"context"
	"maps"

	"waymark/surveys/ident"
)

// references are the ids of ours that a document names.
type references struct{ maps, responses map[string]bool }

func (d *Document) references() references {
	r := references{map[string]bool{}, map[string]bool{}}
	add := func(to map[string]bool, id *string) {
		if id != nil {
			to[*id] = true
		}
	}
	add(r.maps, d.ScoresFrom)
	for _, p := range d.Paths {
		add(r.maps, p.Map)
	}
	for _, e := range d.Evidence {
		add(r.responses, e.Response)
	}
	return r
}

// known refuses a document that names a map or a response that the workspace
// does not have, like an unknown id in a path. What the stored documents before
// it named already may be gone by now: an edit of something else still holds.
func (s *Service) known(ctx context.Context, ws ident.Workspace, d *Document, before ...[]byte) error {
	had := references{map[string]bool{}, map[string]bool{}}
	for _, b := range before {
		old, err := stored(b)
		if err != nil {
			return err
		}
		was := old.references()
		maps.Copy(had.maps, was.maps)
		maps.Copy(had.responses, was.responses)
	}
	refs := d.references()
	for id := range refs.maps {
		if had.maps[id] {
			continue
		}
		if _, err := s.Get(ctx, ws, id); err != nil {
			return err
		}
	}
	for id := range refs.responses {
		if had.responses[id] || s.KnownResponse == nil {
			continue
		}
		if err := s.KnownResponse(ctx, ws, id); err != nil {
			return err
		}
	}
	return nil
}
