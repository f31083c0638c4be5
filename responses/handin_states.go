package responses

import (
	"encoding/json"
	"time"

	"waymark/surveys/fault"
	"waymark/surveys/when"
)

// becomes says what becomes of the visit's response by this hand-in: nil where
// nothing changes. A response goes from nothing to partial, voted and completed;
// what was answered last holds, but for what does not look like a person's, which
// replaces nothing that a person did.
func (v *weighedHandIn) becomes(old Response, stored bool, now time.Time) (*Response, error) {
	switch {
	case stored && old.Status == Erased:
		return nil, erasedError()
	case stored && old.Survey != v.Survey:
		return nil, fault.NotFoundError()
	case stored && v.Complete && old.CompletedAt != (when.Time{}) && old.Digest == v.digest && old.Pending == nil:
		return nil, nil // the same again: who missed the receipt gets it, closed or not
	case v.closed != nil:
		return nil, v.closed
	case !stored && v.empty && !v.Complete:
		return nil, nil
	case !stored:
		return v.first(when.Of(now)), nil
	case old.CompletedAt != (when.Time{}):
		return v.after(old, now)
	case old.Status != Partial:
		return v.afterVote(old, now), nil
	case v.Complete || v.Vote && !v.empty:
		return v.counted(old, now), nil
	case v.Step <= old.Step || v.Vote:
		return nil, nil
	}
	return v.answered(old), nil
}

// first makes the response of a visit that has none.
func (v *weighedHandIn) first(now when.Time) *Response {
	r := Response{ID: v.ID, Survey: v.Survey, Status: Partial, OccurredAt: now, ReceivedAt: now}
	if v.Complete || v.Vote {
		return v.counted(r, now.Time())
	}
	return v.answered(r)
}

// answered is the response with this hand-in's answers, and counted as before.
func (v *weighedHandIn) answered(old Response) *Response {
	r := old
	r.Rev, r.Step = old.Rev+1, max(old.Step, v.Step)
	r.Version, r.Map, r.Stage, r.Touchpoint = v.Version, v.compiled.Binding.Map, v.compiled.Binding.Stage, v.compiled.Binding.Touchpoint
	r.Digest, r.Answers, r.Calculated, r.Pending = v.digest, json.RawMessage(v.whole), v.calculated, nil
	r.Properties, r.Respondent, r.Language, r.Via = v.Properties, v.Respondent, v.Language, v.Via
	r.Caps = nil
	if len(v.Caps) > 0 || len(v.quotas) > 0 {
		r.Caps = append(append(r.Caps, v.Caps...), caps(v.Survey, v.quotas)...)
	}
	return &r
}

// counted is answered, and counts from now on: when it did so first, and when
// the visit was completed first, stays.
func (v *weighedHandIn) counted(old Response, now time.Time) *Response {
	r := v.answered(old)
	if old.Status == Partial {
		r.OccurredAt, r.ReceivedAt = when.Of(now), when.Of(now)
	}
	if v.Complete && old.CompletedAt == (when.Time{}) {
		r.CompletedAt = when.Of(now)
	}
	r.Status = Counted
	if v.Suspect || old.Reviewed && old.Status == Suspect {
		r.Status = Suspect
	}
	return r
}

// afterVote is for the hand-ins behind a vote that counted: they replace its
// answers, and it stays counted. One that is suspect completes it only where it
// says the same.
func (v *weighedHandIn) afterVote(old Response, now time.Time) *Response {
	switch {
	case v.Complete && v.Suspect && old.Status != Suspect:
		if v.digest != old.Digest {
			return nil
		}
		r := old
		r.Rev, r.CompletedAt, r.Step = old.Rev+1, when.Of(now), max(old.Step, v.Step)
		return &r
	case v.Complete:
		return v.counted(old, now)
	case v.Step <= old.Step || v.Suspect || v.empty:
		return nil
	}
	return v.counted(old, now)
}

// after is for the hand-ins behind one that completed the visit.
func (v *weighedHandIn) after(old Response, now time.Time) (*Response, error) {
	switch {
	case when.Of(now).Sub(old.CompletedAt) > v.Window:
		return nil, fault.New(fault.Gone, "used", "The answers have arrived already, and the time to change them is over.")
	case v.Complete && v.Suspect && old.Status != Suspect:
		return nil, nil
	case v.Complete:
		return v.counted(old, now), nil
	case v.Vote || v.Suspect || v.Step <= old.Step:
		return nil, nil
	}
	r := old
	r.Rev, r.Step, r.Pending = old.Rev+1, v.Step, json.RawMessage(v.whole)
	return &r, nil
}
