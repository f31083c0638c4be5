package responses

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"waymark/responses/quota"
	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Surveys tells what taking answers asks of a survey; surveys.Service does.
type Surveys interface {
	// Head is the state of now: it sees every close that was acknowledged
	// before the call.
	Head(ctx context.Context, ws ident.Workspace, id string) (surveys.Head, error)
	Compiled(ctx context.Context, ws ident.Workspace, id string, number int64) (*surveys.Compiled, error)
	// QuestionIDs lists the questions of every published version, the newest first.
	QuestionIDs(ctx context.Context, ws ident.Workspace, id string) ([]string, error)
}

// Service is what may be done with responses.
type Service struct {
	Store   Store
	Slots   quota.Store
	Surveys Surveys
	Files   Files // of file questions; nil lets every id pass
	Now     func() time.Time
	Seq     *ident.Sequence
	// Changed is told after something that counts changed durably. It must not block.
	Changed func(ws ident.Workspace, survey string)
	// KnownMap gives NotFound for a map that the workspace does not have; nil lets every id pass.
	KnownMap func(ctx context.Context, ws ident.Workspace, id string) error
}

// ahead is how far in the future an answer may lie: clocks differ.
const ahead = 5 * time.Minute

// Taken is what became of one submission of TakeMany.
type Taken struct {
	Response Response
	Created  bool // false: a repeat, and Response is the first one
	Err      error
}

// Take takes one submission: see TakeMany.
func (s *Service) Take(ctx context.Context, ws ident.Workspace, sub *Submission, newID string, via Via) (Taken, error) {
	ts, err := s.TakeMany(ctx, ws, []*Submission{sub}, func(int) string { return newID }, via)
	if err != nil {
		return Taken{}, err
	}
	return ts[0], ts[0].Err
}

// TakeMany takes submissions that stand alone: each is checked against the
// survey's current version, stored, and durable when TakeMany returns. One that
// finds a quota full is stored as screened. newID
// gives the id for the i-th one where its sender gave none. A nil submission is skipped.
// The error is the engine's; a single one's fault lies in its Taken.
func (s *Service) TakeMany(ctx context.Context, ws ident.Workspace, subs []*Submission, newID func(i int) string, via Via) ([]Taken, error) {
	out := make([]Taken, len(subs))
	rs := make([]Response, 0, len(subs))
	at := make([]int, 0, len(subs))
	var took []quota.Held // by rs
	heads := map[string]head{}
	for i, sub := range subs {
		if sub == nil {
			continue
		}
		r, err := s.prepare(ctx, ws, sub, heads)
		if err != nil {
			if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
				return nil, err
			}
			old, known, gerr := s.repeated(ctx, ws, sub, err)
			if gerr != nil {
				return nil, gerr
			}
			if known {
				out[i].Response = old
			} else {
				out[i].Err = err
			}
			continue
		}
		if r.ID == "" {
			r.ID = newID(i)
		}
		r.Via = via
		var held quota.Held
		if len(r.Caps) > 0 {
			old, known, taken, err := s.admit(ctx, ws, &r)
			if err != nil {
				return nil, err
			}
			if known {
				out[i].Response, out[i].Err = old, repeats(old, r)
				continue
			}
			held = taken
		}
		rs, at = append(rs, r), append(at, i)
		took = append(took, held)
	}
	if len(rs) == 0 {
		return out, nil
	}
	outcomes, err := s.Store.InsertMany(ctx, ws, rs)
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	for j, o := range outcomes {
		i := at[j]
		switch old := o.Existing; {
		case o.Err != nil:
			out[i].Err = o.Err
		case old == nil:
			out[i] = Taken{Response: rs[j], Created: true}
			changed[rs[j].Survey] = changed[rs[j].Survey] || len(rs[j].Marks) > 0
			s.settle(ctx, ws, rs[j], nil)
		default:
			out[i].Response, out[i].Err = *old, repeats(*old, rs[j])
			s.settle(ctx, ws, *old, took[j])
		}
	}
	for survey, counts := range changed {
		if counts {
			s.Changed(ws, survey)
		}
	}
	return out, nil
}

// repeats tells why a response is not taken whose id has one already; nil where
// they say the same.
func repeats(old, r Response) error {
	switch {
	case old.Status == Erased:
		return fault.New(fault.Gone, "erased", "A response with this id was deleted; it is not taken again.")
	case old.Digest != r.Digest:
		return fault.New(fault.Conflict, "id-taken", "Another response with this id was taken already.")
	}
	return nil
}

// repeated finds the response that a refused submission repeats. What was
// taken once stays taken: the survey may have closed, changed or been asked
// again late since, and a client that missed the first receipt must get it.
func (s *Service) repeated(ctx context.Context, ws ident.Workspace, sub *Submission, refused error) (Response, bool, error) {
	if sub.ID == nil || fault.Is(refused, fault.NotFound) {
		return Response{}, false, nil
	}
	old, err := s.Store.Get(ctx, ws, IDOf(ws, sub.Survey, *sub.ID))
	if fault.Is(err, fault.NotFound) {
		return Response{}, false, nil
	}
	return old, err == nil && old.Status != Erased && old.Digest == sub.digest, err
}

type head struct {
	compiled *surveys.Compiled
	err      error
}

// prepare checks a submission and makes the response to store. heads keeps
// what one call asked already: a request sees one state of each survey.
func (s *Service) prepare(ctx context.Context, ws ident.Workspace, sub *Submission, heads map[string]head) (Response, error) {
	h, asked := heads[sub.Survey]
	if !asked {
		h = s.open(ctx, ws, sub.Survey)
		heads[sub.Survey] = h
	}
	if h.err != nil {
		return Response{}, h.err
	}
	c := h.compiled
	now := s.Now()
	received := when.Of(now)
	occurred := received
	var l fault.List
	sub.check(&l)
	if sub.OccurredAt != nil {
		occurred = *sub.OccurredAt
		if occurred.Milli() < 0 {
			l.Add("#/occurred_at", "Not before 1970.")
		} else if occurred.Sub(received) > ahead {
			l.Add("#/occurred_at", "More than 5 minutes in the future.")
		}
	}
	a, err := weigh(c, sub.Answers, Outside(sub.Properties, sub.Respondent, sub.Language), inFull)
	if err != nil {
		return Response{}, err
	}
	l.Append(a.faults())
	if err := l.Err(fault.Invalid); err != nil {
		return Response{}, err
	}
	if err := s.knownFiles(ctx, ws, a.files); err != nil {
		return Response{}, err
	}
	r := Response{Rev: 1, Seq: s.Seq.Next(now), Survey: sub.Survey, Version: c.Number, Status: Counted, Digest: sub.digest, Answers: json.RawMessage(a.whole), Calculated: a.calculated,
		Properties: sub.Properties, Respondent: sub.Respondent, Language: sub.Language, OccurredAt: occurred, ReceivedAt: received,
		Map: c.Binding.Map, Stage: c.Binding.Stage, Touchpoint: c.Binding.Touchpoint, Caps: caps(sub.Survey, a.quotas), Marks: []int64{occurred.Milli()}, MarkedAt: received}
	if sub.ID != nil {
		r.SenderID = *sub.ID
		r.ID = IDOf(ws, sub.Survey, *sub.ID)
	}
	return r, nil
}

// IDOf gives the id of the response that a sender named: unique per survey by
// being the primary key.
func IDOf(ws ident.Workspace, survey, senderID string) string {
	return ident.Derive("rsp", string(ws), survey, senderID)
}

func (s *Service) open(ctx context.Context, ws ident.Workspace, survey string) head {
	if !ident.Valid("srv", survey) {
		return head{err: fault.NotFoundError()}
	}
	h, err := s.Surveys.Head(ctx, ws, survey)
	switch {
	case err != nil:
		return head{err: err}
	case h.Status == surveys.Closed:
		return head{err: fault.New(fault.Gone, "survey-closed", "The survey is closed and takes no more answers.")}
	case h.Current == 0:
		return head{err: fault.New(fault.Conflict, "survey-draft", "The survey is a draft; publish it first.")}
	}
	c, err := s.Surveys.Compiled(ctx, ws, survey, h.Current)
	return head{c, err}
}

// Get reads a response; a deleted one is unknown.
func (s *Service) Get(ctx context.Context, ws ident.Workspace, id string) (Response, error) {
	if !ident.Valid("rsp", id) {
		return Response{}, fault.NotFoundError()
	}
	r, err := s.Store.Get(ctx, ws, id)
	if err == nil && r.Status == Erased {
		return Response{}, fault.NotFoundError()
	}
	return r, err
}

// SetStatus moves a response between Counted and Suspect. What is suspect holds
// no place in a quota; what is counted again takes one where there is one. That
// holds whatever its sender hands in later.
func (s *Service) SetStatus(ctx context.Context, ws ident.Workspace, id string, to Status) (Response, error) {
	if to != Counted && to != Suspect {
		return Response{}, fault.At(fault.Invalid, "#/status", "Must be \"counted\" or \"suspect\".")
	}
	took := quota.Held{} // slots that this call took or is about to give back
	r, err := s.change(ctx, ws, id, func(old Response) (Response, error) {
		if old.Status != Counted && old.Status != Suspect {
			return old, fault.New(fault.Conflict, "not-counted", "A response that is %s cannot become %s.", old.Status, to)
		}
		if old.Status == to {
			return old, nil
		}
		r := old
		r.Rev, r.Status, r.Reviewed = r.Rev+1, to, true
		r.mark(when.Of(s.Now()), r.OccurredAt.Milli())
		if to == Counted {
			return r, s.retake(ctx, ws, r, took)
		}
		back, err := s.leave(ctx, ws, old, r)
		maps.Copy(took, back)
		return r, err
	})
	switch {
	case err == nil:
		s.settle(ctx, ws, r, took)
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Conflict): // deleted or screened meanwhile
		s.settle(ctx, ws, Response{ID: id}, took)
	}
	return r, err
}

// mark adds instants whose cells must be recomputed.
func (r *Response) mark(now when.Time, at ...int64) {
	if len(r.Marks) == 0 {
		r.MarkedAt = now
	}
	r.Marks = slices.Clone(r.Marks)
	for _, a := range at {
		if !slices.Contains(r.Marks, a) { // many changes before one roll-up stay one mark
			r.Marks = append(r.Marks, a)
		}
	}
}

// Delete erases a response with the files that came with it; a tombstone makes a repeat of it known.
func (s *Service) Delete(ctx context.Context, ws ident.Workspace, id string) error {
	var back quota.Held
	r, err := s.change(ctx, ws, id, func(old Response) (r Response, err error) {
		// First its files: a repeat finds what a crash left.
		files, err := s.filesOf(ctx, ws, old)
		if err != nil {
			return old, err
		}
		if err := s.forget(ctx, ws, files); err != nil {
			return old, err
		}
		r = old.Tombstone(when.Of(s.Now()))
		back, err = s.leave(ctx, ws, old, r)
		return r, err
	})
	if err == nil {
		s.settle(ctx, ws, r, back)
	}
	return err
}

// change replaces a response by compare-and-set, again where another was faster.
func (s *Service) change(ctx context.Context, ws ident.Workspace, id string, fn func(Response) (Response, error)) (Response, error) {
	for {
		old, err := s.Get(ctx, ws, id)
		if err != nil {
			return old, err
		}
		r, err := fn(old)
		if err != nil || r.Rev == old.Rev {
			return r, err
		}
		err = s.Store.Replace(ctx, ws, r, old.Rev)
		if fault.Is(err, fault.Stale) {
			continue
		}
		if err == nil {
			s.Changed(ws, r.Survey)
		}
		return r, err
	}
}
