package mapping

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Surveys reads the surveys that hang on a map; surveys.Service does.
type Surveys interface {
	// OfMap lists those whose newest definition or current version names the map.
	OfMap(ctx context.Context, ws ident.Workspace, mapID string) ([]surveys.Outline, error)
	// Published gives every published version of a survey, oldest first; NotFound
	// for an unknown survey. It sees every version that a stored response pins.
	Published(ctx context.Context, ws ident.Workspace, survey string) ([]surveys.Version, error)
}

// Service is what may be done with maps.
type Service struct {
	Store   Store
	Surveys Surveys
	Now     func() time.Time
	Seq     *ident.Sequence
	// KnownResponse gives NotFound for a response that the workspace does not
	// have; nil lets every id pass.
	KnownResponse func(ctx context.Context, ws ident.Workspace, id string) error
}

// Create stores a new map. Where derived is set and the id exists, it is this
// request's own earlier work and is given back.
func (s *Service) Create(ctx context.Context, a ident.Actor, id string, derived bool, body []byte) (Record, error) {
	d, err := ParseDocument(body)
	if err != nil {
		return Record{}, err
	}
	if err := s.known(ctx, a.Workspace, d); err != nil {
		return Record{}, err
	}
	doc, err := settle(ctx, body, d)
	if err != nil {
		return Record{}, err
	}
	now := s.Now()
	r := Record{ID: id, Version: 1, Seq: s.Seq.Next(now), Document: doc, CreatedAt: when.Of(now), UpdatedAt: when.Of(now), UpdatedBy: a.Name}
	err = s.Store.Create(ctx, a.Workspace, r)
	if derived && fault.Is(err, fault.Conflict) {
		return s.Get(ctx, a.Workspace, id)
	}
	return r, err
}

// Get reads a map.
func (s *Service) Get(ctx context.Context, ws ident.Workspace, id string) (Record, error) {
	if !ident.Valid("map", id) {
		return Record{}, fault.NotFoundError()
	}
	return s.Store.Get(ctx, ws, id)
}

func stale() error {
	return fault.New(fault.Stale, "stale", "If-Match names another version; read the map again and repeat the change.")
}

// Put replaces the map where it still has the version. Stages that surveys
// hang on may only go where another stage's lineage takes them over.
func (s *Service) Put(ctx context.Context, a ident.Actor, id string, version int64, body []byte) (Record, error) {
	return s.put(ctx, a, id, version, body)
}

// put is Put; what the documents from before have passes: their pictures stay
// as they are, and what they name may be gone since.
func (s *Service) put(ctx context.Context, a ident.Actor, id string, version int64, body []byte, before ...[]byte) (Record, error) {
	old, err := s.Get(ctx, a.Workspace, id)
	if err != nil {
		return old, err
	}
	if old.Version != version {
		return old, stale()
	}
	d, err := ParseDocument(body)
	if err != nil {
		return old, err
	}
	before = append(before, old.Document)
	if err := s.known(ctx, a.Workspace, d, before...); err != nil {
		return old, err
	}
	if err := s.keepsBindings(ctx, a.Workspace, id, d); err != nil {
		return old, err
	}
	doc, err := settle(ctx, body, d, before...)
	if err != nil {
		return old, err
	}
	if bytes.Equal(doc, old.Document) {
		return old, nil // nothing changed: nothing happens
	}
	// The old version is kept before it is replaced: a crash between the two
	// leaves a copy of what is still current.
	if err := s.Store.Archive(ctx, a.Workspace, old); err != nil {
		return old, err
	}
	next := old
	next.Version, next.Document, next.UpdatedAt, next.UpdatedBy = version+1, doc, when.Of(s.Now()), a.Name
	return next, s.Store.Replace(ctx, a.Workspace, next, version)
}

func (s *Service) keepsBindings(ctx context.Context, ws ident.Workspace, id string, d *Document) error {
	list, err := s.Surveys.OfMap(ctx, ws, id)
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, st := range d.Stages {
		kept[st.ID] = true
		for _, li := range st.Lineage {
			if li.takesOver() {
				kept[li.Stage] = true
			}
		}
	}
	var lost []string
	for _, r := range list {
		var stages []string
		if r.Map == id {
			stages = append(stages, r.Stage)
		}
		// Answers count at the binding of their own version, so an old one's
		// stage has figures too.
		versions, err := s.Surveys.Published(ctx, ws, r.ID)
		if fault.Is(err, fault.NotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return err
		}
		for _, v := range versions {
			if v.Binding.Map == id {
				stages = append(stages, v.Binding.Stage)
			}
		}
		for _, st := range stages {
			if name := r.ID + " at stage " + st; !kept[st] && !slices.Contains(lost, name) {
				lost = append(lost, name)
			}
		}
	}
	if len(lost) > 0 {
		return fault.New(fault.Conflict, "stage-in-use", "Surveys hang on stages that would go: %s. Keep the stage, or name it in another stage's lineage.", strings.Join(lost, ", "))
	}
	return nil
}

// Delete removes a map that no survey hangs on, in whichever version it is.
func (s *Service) Delete(ctx context.Context, ws ident.Workspace, id string) error {
	for {
		r, err := s.Get(ctx, ws, id)
		if err != nil {
			return err
		}
		list, err := s.Surveys.OfMap(ctx, ws, id)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			var ids []string
			for _, r := range list {
				ids = append(ids, r.ID)
			}
			return fault.New(fault.Conflict, "map-in-use", "Surveys hang on the map: %s. Delete them first.", strings.Join(ids, ", "))
		}
		if err := s.Store.Delete(ctx, ws, id, r.Version); !fault.Is(err, fault.Stale) {
			return err // edited meanwhile where stale: nobody asked for a version
		}
	}
}

// Version reads one version, the current or an archived one.
func (s *Service) Version(ctx context.Context, ws ident.Workspace, id string, version int64) (Record, error) {
	r, err := s.Get(ctx, ws, id)
	if err != nil || r.Version == version {
		return r, err
	}
	return s.Store.Archived(ctx, ws, id, version)
}

// Restore makes the document of an earlier version the newest one.
func (s *Service) Restore(ctx context.Context, a ident.Actor, id string, version, based int64) (Record, error) {
	r, err := s.Version(ctx, a.Workspace, id, version)
	if err != nil {
		return r, err
	}
	return s.put(ctx, a, id, based, r.Document, r.Document)
}

// CheckBinding implements surveys.Stages.
func (s *Service) CheckBinding(ctx context.Context, ws ident.Workspace, b surveys.Binding) error {
	r, err := s.Get(ctx, ws, b.Map)
	if err != nil {
		return err
	}
	d, err := stored(r.Document)
	if err != nil {
		return err
	}
	for _, st := range d.Stages {
		if st.ID != b.Stage {
			continue
		}
		if b.Touchpoint == "" || slices.ContainsFunc(st.Touchpoints, func(t Touchpoint) bool { return t.ID == b.Touchpoint }) {
			return nil
		}
		return fault.At(fault.Invalid, "#/touchpoint", "The stage %q has no touchpoint %q.", b.Stage, b.Touchpoint)
	}
	return fault.At(fault.Invalid, "#/stage", "The map has no stage %q.", b.Stage)
}
