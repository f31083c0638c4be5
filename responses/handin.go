package responses

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/responses/quota"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/logic"
	"waymark/surveys/strict"
	"waymark/surveys/when"
)

// HandIn is what somebody answered on a page or in a widget, so far.
type HandIn struct {
	ID      string // rsp_…: every hand-in of one visit has the same
	Survey  string
	Version int64          // the one that was shown
	Answers jsontext.Value // an object: all answers so far
	// Step rises with each hand-in of a visit. Until the visit is complete, one
	// that does not rise changes nothing.
	Step     int64
	Complete bool
	// Vote counts the answers as they are: a click, and a sign that a person made it.
	Vote bool
	// Suspect says that it does not look like a person's.
	Suspect    bool
	Language   string
	Respondent string
	Properties map[string]string
	Via        Via
	// Outside gives expressions what is known beside the answers; nil for what
	// follows from Properties, Respondent and Language.
	Outside logic.Env
	// Caps are limits beside the survey's quotas, such as a link's. Where one is
	// full nothing counts any more.
	Caps []quota.Cap
	// Window is how long after the visit was completed its answers may be replaced.
	Window time.Duration
	// Looked says that the caller just found the survey open, and that Seen is
	// stored of the visit, nil for nothing. Neither is asked again then; where
	// something else is stored, nothing changes.
	Looked bool
	Seen   *Response
}

// Handed is what became of a hand-in.
type Handed struct {
	// Response is the response as it is now. Where nothing was answered yet, and so
	// nothing is stored, it has only its id, survey and version.
	Response Response
	Created  bool            // this hand-in made it
	Wrong    []surveys.Wrong // why nothing was stored
}

// Visit gives what a visit handed in so far: NotFound for nothing yet, Gone
// "erased" for what was deleted since.
func (s *Service) Visit(ctx context.Context, ws ident.Workspace, id string) (Response, error) {
	if !ident.Valid("rsp", id) {
		return Response{}, fault.NotFoundError()
	}
	r, err := s.Store.Get(ctx, ws, id)
	if err == nil && r.Status == Erased {
		return Response{}, erasedError()
	}
	return r, err
}

// erasedError is what becomes of a hand-in to a response that was deleted.
func erasedError() error {
	return fault.New(fault.Gone, "erased", "This response was deleted; it is not taken again.")
}

// HandIn takes what somebody answered so far. All hand-ins of a visit make one
// response, whoever else is at it at the same time: it is partial until one is
// complete or a vote, and later ones replace its answers. The answers to
// questions that are not asked are left away, and what nobody is asked, since
// it comes with a link, does not keep people from an end. Gone is "survey-closed", "full"
// for a cap, "used" behind the window, and "erased". Stale tells that Seen is not
// what is stored.
func (s *Service) HandIn(ctx context.Context, ws ident.Workspace, h HandIn) (Handed, error) {
	if !ident.Valid("rsp", h.ID) {
		return Handed{}, fault.NotFoundError()
	}
	var opened head
	if !h.Looked {
		opened = s.open(ctx, ws, h.Survey)
	}
	if opened.err != nil && !fault.Is(opened.err, fault.Gone) {
		return Handed{}, opened.err
	}
	if err := strict.Check(h.Answers); err != nil {
		return Handed{}, err
	}
	c, err := s.Surveys.Compiled(ctx, ws, h.Survey, h.Version)
	if err != nil {
		return Handed{}, err
	}
	if h.Outside == nil {
		h.Outside = Outside(h.Properties, h.Respondent, h.Language)
	}
	if h.Answers, err = c.Prune(h.Answers, h.Outside); err != nil {
		return Handed{}, fault.Wrap(err, fault.Invalid, "invalid", "The answers are no object from question to answer.")
	}
	how := soFar
	if h.Complete {
		how = byPeople
	}
	a, err := weigh(c, h.Answers, h.Outside, how)
	if err != nil {
		return Handed{}, err
	}
	canonical := h.Answers.Clone()
	if err := canonical.Canonicalize(); err != nil {
		return Handed{}, err
	}
	v := &weighedHandIn{HandIn: h, weighed: a, compiled: c, digest: ident.Fingerprint(canonical), closed: opened.err}
	return s.take(ctx, ws, v)
}

// weighedHandIn is a hand-in of a visit, and what its answers are worth.
type weighedHandIn struct {
	HandIn
	weighed
	compiled *surveys.Compiled
	digest   string
	closed   error // where the survey is closed
}

// take brings a visit's response to what its hand-in says, by compare-and-set,
// again where another hand-in was faster.
func (s *Service) take(ctx context.Context, ws ident.Workspace, v *weighedHandIn) (Handed, error) {
	took := quota.Held{} // slots that this call took or is about to give back
	for {
		old, stored, err := s.handed(ctx, ws, v)
		if err != nil {
			return Handed{}, err
		}
		next, err := v.becomes(old, stored, s.Now())
		if err != nil || next == nil {
			s.settle(ctx, ws, old, took)
			return v.unchanged(old, stored), err
		}
		if v.unfit != "" || len(v.wrong) > 0 {
			s.settle(ctx, ws, old, took)
			return v.refused()
		}
		if err := s.knownFiles(ctx, ws, v.files); err != nil {
			return Handed{}, err
		}
		if next.Status == Counted {
			seats, err := s.seat(ctx, ws, v, next)
			maps.Copy(took, seats)
			if err != nil {
				s.settle(ctx, ws, old, took)
				return Handed{}, err
			}
		}
		back, err := s.leave(ctx, ws, old, *next)
		if err != nil {
			return Handed{}, err
		}
		moved := next.moves(old)
		next.Marks, next.MarkedAt = old.Marks, old.MarkedAt
		if moved {
			next.mark(when.Of(s.Now()), next.OccurredAt.Milli())
		}
		created, err := s.put(ctx, ws, next, old, stored)
		if fault.Is(err, fault.Stale) {
			if v.Looked && len(took) == 0 {
				return Handed{}, err
			}
			v.Looked = false // slots were taken: what is stored now says whose they are
			continue
		}
		if err != nil {
			return Handed{}, err
		}
		maps.Copy(took, back)
		s.settle(ctx, ws, *next, took)
		if stored {
			s.replaced(ctx, ws, old, *next)
		}
		if moved {
			s.Changed(ws, next.Survey)
		}
		return Handed{Response: *next, Created: created}, nil
	}
}

// handed gives what is stored of the visit.
func (s *Service) handed(ctx context.Context, ws ident.Workspace, v *weighedHandIn) (old Response, stored bool, err error) {
	switch {
	case v.Looked && v.Seen != nil:
		return *v.Seen, true, nil
	case v.Looked:
		return Response{}, false, nil
	}
	old, err = s.Store.Get(ctx, ws, v.ID)
	if fault.Is(err, fault.NotFound) {
		return Response{}, false, nil
	}
	return old, err == nil, err
}

// unchanged gives the response where a hand-in changes nothing.
func (v *weighedHandIn) unchanged(old Response, stored bool) Handed {
	if stored && old.Status != Erased && old.Survey == v.Survey {
		return Handed{Response: old}
	}
	return Handed{Response: Response{ID: v.ID, Survey: v.Survey, Version: v.Version, Status: Partial}}
}

func (v *weighedHandIn) refused() (Handed, error) {
	if v.unfit != "" {
		return Handed{}, fault.At(fault.Invalid, "#/answers", "%s", v.unfit)
	}
	return Handed{Wrong: v.wrong}, nil
}

// put stores next over old; Stale where another was faster.
func (s *Service) put(ctx context.Context, ws ident.Workspace, next *Response, old Response, stored bool) (created bool, err error) {
	if stored {
		return false, s.Store.Replace(ctx, ws, *next, old.Rev)
	}
	next.Seq = s.Seq.Next(s.Now())
	out, err := s.Store.InsertMany(ctx, ws, []Response{*next})
	switch {
	case err != nil:
		return false, err
	case out[0].Err != nil:
		return false, out[0].Err
	case out[0].Existing != nil:
		return false, fault.New(fault.Stale, "stale", "Another hand-in was faster.")
	}
	return true, nil
}

// seat takes the slots of a response that is to count. One that finds a quota
// full is screened; where another cap is full it does not come in at all.
func (s *Service) seat(ctx context.Context, ws ident.Workspace, v *weighedHandIn, next *Response) (took quota.Held, err error) {
	if len(next.Caps) == 0 {
		return nil, nil
	}
	took, full, err := s.slots().Take(ctx, ws, next.Caps, next.ID)
	switch {
	case err != nil || full == nil:
		return took, err
	case slices.ContainsFunc(v.Caps, func(c quota.Cap) bool { return c.Key == full.Key }):
		return took, fault.New(fault.Gone, "full", "As many responses as may come this way have come.")
	}
	next.screen()
	return took, nil
}

// counts reports whether a response of the status is among the facts of scores.
func counts(s Status) bool { return s == Counted || s == Suspect }

// moves reports whether scores may differ when r stands in the place of old.
func (r *Response) moves(old Response) bool {
	if !counts(old.Status) && !counts(r.Status) {
		return false
	}
	return r.Status != old.Status || r.Digest != old.Digest || r.Version != old.Version || !maps.Equal(r.Properties, old.Properties)
}
