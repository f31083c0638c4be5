package surveys

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Stages tells whether a binding exists; package mapping does.
type Stages interface {
	// CheckBinding gives NotFound for an unknown map and Invalid, with a
	// pointer, for a stage or touchpoint that the map does not have.
	CheckBinding(ctx context.Context, ws ident.Workspace, b Binding) error
}

// Responses counts what hangs on a survey; package responses does.
type Responses interface {
	Count(ctx context.Context, ws ident.Workspace, survey string) (int64, error)
}

// Files tells whether stored files are there; package files does.
type Files interface {
	// Known gives NotFound where one of the ids is no file of the workspace.
	Known(ctx context.Context, ws ident.Workspace, ids []string) error
	// Pictures gives those of the ids that are no pictures of the workspace.
	Pictures(ctx context.Context, ws ident.Workspace, ids []string) (none []string, err error)
}

// Service is what may be done with surveys.
type Service struct {
	Store     Store
	Stages    Stages
	Responses Responses
	Language  func(ctx context.Context, ws ident.Workspace) (string, error) // the workspace's language
	// RedirectHosts gives the hosts that the end of a survey may lead to; nil for none.
	RedirectHosts func(ctx context.Context, ws ident.Workspace) ([]string, error)
	Files         Files // that questions show; nil lets every id pass
	Now           func() time.Time
	Seq           *ident.Sequence

	compiled  cache[*Compiled]
	published cache[[]Version]
}

func (s *Service) now() when.Time { return when.Of(s.Now()) }

func compact(body []byte) ([]byte, error) {
	v := jsontext.Value(append([]byte(nil), body...))
	err := v.Compact()
	return v, err
}

// Create stores a draft. Where derived is set and the id exists, it is this
// request's own earlier work and is given back.
func (s *Service) Create(ctx context.Context, a ident.Actor, id string, derived bool, body []byte) (Record, error) {
	d, err := s.check(ctx, a.Workspace, body)
	if err != nil {
		return Record{}, err
	}
	doc, err := compact(body)
	if err != nil {
		return Record{}, err
	}
	now := s.Now()
	r := Record{ID: id, Rev: 1, Seq: s.Seq.Next(now), Status: Draft, Version: 1, Binding: d.binding(), Draft: doc,
		CreatedAt: when.Of(now), UpdatedAt: when.Of(now), UpdatedBy: a.Name}
	err = s.Store.Create(ctx, a.Workspace, r)
	if derived && fault.Is(err, fault.Conflict) {
		return s.Store.Get(ctx, a.Workspace, id)
	}
	return r, err
}

func (s *Service) check(ctx context.Context, ws ident.Workspace, body []byte) (*Definition, error) {
	d, err := ParseDefinition(body)
	if err != nil {
		return nil, err
	}
	return d, s.Stages.CheckBinding(ctx, ws, d.binding())
}

// Put replaces what GET shows, where it still has the version, by a draft of
// the next one. The same definition again changes nothing.
func (s *Service) Put(ctx context.Context, a ident.Actor, id string, version int64, body []byte) (Record, error) {
	d, doc, err := s.read(ctx, a.Workspace, id, body)
	if err != nil {
		return Record{}, err
	}
	for {
		r, err := s.Store.Get(ctx, a.Workspace, id)
		if err != nil {
			return r, err
		}
		if r.Number() != version {
			return r, stale()
		}
		if bytes.Equal(doc, r.Newest()) {
			return r, nil
		}
		if r.Current != nil && d.Map != r.Current.Binding.Map {
			// Its answers count where their versions are bound, and no map looks
			// for surveys that once were its own.
			return r, fault.At(fault.Invalid, "#/map", "Versions of this survey are published on %s, whose figures it keeps; make a new survey for another map.", r.Current.Binding.Map)
		}
		next := r
		next.Rev, next.Version, next.Draft, next.Binding = r.Rev+1, r.Version+1, doc, d.binding()
		next.UpdatedAt, next.UpdatedBy = s.now(), a.Name
		err = s.Store.Replace(ctx, a.Workspace, next, r.Rev)
		if fault.Is(err, fault.Stale) {
			continue // published or closed meanwhile, which leaves the version as it was, or edited
		}
		return next, err
	}
}

// read checks the body of a change to a survey that must exist.
func (s *Service) read(ctx context.Context, ws ident.Workspace, id string, body []byte) (*Definition, []byte, error) {
	if _, err := s.Store.Head(ctx, ws, id); err != nil { // unknown comes before faulty
		return nil, nil, err
	}
	d, err := s.check(ctx, ws, body)
	if err != nil {
		return nil, nil, err
	}
	doc, err := compact(body)
	return d, doc, err
}

func stale() error {
	return fault.New(fault.Stale, "stale", "If-Match names another version; read the survey again and repeat the change.")
}

// Newest gives the newest definition, draft or published.
func (r Record) Newest() []byte {
	if r.Draft != nil {
		return r.Draft
	}
	if r.Current != nil {
		return r.Current.Document
	}
	return nil
}

// Number is the version that GET shows and If-Match names: that of the draft if
// there is one, else of what is published. The two differ where a draft was
// edited back to what was published, and then published: its numbers are spent.
func (r Record) Number() int64 {
	if r.Draft == nil && r.Current != nil {
		return r.Current.Number
	}
	return r.Version
}

// Shown gives the status of what GET shows: an edit of a published survey is
// a draft, while the published version goes on taking answers.
func (r Record) Shown() Status {
	if r.Draft != nil && r.Status != Closed {
		return Draft
	}
	return r.Status
}

// Close ends taking answers. An answer whose request begins after Close
// returned is refused by every process.
func (s *Service) Close(ctx context.Context, a ident.Actor, id string) (Record, error) {
	for {
		r, err := s.Store.Get(ctx, a.Workspace, id)
		if err != nil {
			return r, err
		}
		switch r.Status {
		case Closed:
			return r, nil
		case Draft:
			return r, fault.New(fault.Conflict, "survey-draft", "The survey was never published, so there is nothing to close.")
		}
		next := r
		next.Rev, next.Status, next.UpdatedAt, next.UpdatedBy = r.Rev+1, Closed, s.now(), a.Name
		err = s.Store.Replace(ctx, a.Workspace, next, r.Rev)
		if fault.Is(err, fault.Stale) {
			continue
		}
		return next, err
	}
}

// Delete removes a survey without responses. A published one is closed first,
// so that none begins to arrive while they are counted; where one did arrive in
// between, the survey stays, closed. What it published is kept: an answer whose
// request began before the close may be stored last of all, and marks of deleted
// answers may not be rolled up yet; both pin a version.
func (s *Service) Delete(ctx context.Context, a ident.Actor, id string) error {
	for {
		r, err := s.Store.Get(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		n, err := s.Responses.Count(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "has-responses", "The survey has %d responses; delete them first, or close the survey.", n)
		}
		if r.Status == Published {
			if _, err := s.Close(ctx, a, id); err != nil {
				return err
			}
			continue // count again: from now on nothing is added
		}
		if r.Current != nil {
			if err := s.Store.Archive(ctx, a.Workspace, *r.Current); err != nil {
				return err
			}
		}
		if err := s.Store.Delete(ctx, a.Workspace, id, r.Rev); !fault.Is(err, fault.Stale) {
			return err
		}
	}
}

// Version reads a published version.
func (s *Service) Version(ctx context.Context, ws ident.Workspace, id string, number int64) (Version, error) {
	c, err := s.Compiled(ctx, ws, id, number)
	if err != nil {
		return Version{}, err
	}
	return c.Version, nil
}

// Head reads a survey's state of now.
func (s *Service) Head(ctx context.Context, ws ident.Workspace, id string) (Head, error) {
	return s.Store.Head(ctx, ws, id)
}

// Compiled gives a published version ready to check answers with. Versions
// never change, so they are kept.
func (s *Service) Compiled(ctx context.Context, ws ident.Workspace, id string, number int64) (*Compiled, error) {
	key := versionKey{ws, id, number}
	if c, kept := s.compiled.get(key); kept {
		return c, nil
	}
	v, err := s.load(ctx, ws, id, number)
	if err != nil {
		return nil, err
	}
	c, err := Compile(v)
	if err != nil {
		return nil, err
	}
	s.compiled.put(key, c)
	return c, nil
}

func (s *Service) load(ctx context.Context, ws ident.Workspace, id string, number int64) (Version, error) {
	// Looked for in the survey, then in the archive, then in the survey
	// again: it may have moved between the two looks.
	for range 2 {
		r, err := s.Store.Get(ctx, ws, id)
		if err == nil && r.Current != nil && r.Current.Number == number {
			return *r.Current, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Version{}, err
		}
		v, err := s.Store.Archived(ctx, ws, id, number)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return v, err
		}
	}
	return Version{}, fault.NotFoundError()
}

type versionKey struct {
	ws     ident.Workspace
	survey string
	number int64
}

// cache keeps what follows from versions, which never change, and forgets all of
// it when there is much.
type cache[T any] struct {
	mu sync.RWMutex
	m  map[versionKey]T
}

const maxCached = 2000

func (c *cache[T]) get(k versionKey) (v T, kept bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, kept = c.m[k]
	return v, kept
}

func (c *cache[T]) put(k versionKey, v T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxCached {
		c.m = map[versionKey]T{}
	}
	k.survey = strings.Clone(k.survey) // Fiber reuses the memory of path parameters
	c.m[k] = v
}
