package surveys

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/question"
)

// ready reports everything that publishing refuses.
func (d *Definition) ready() error {
	var l fault.List
	d.Title.Ready(&l, "#/title")
	if len(d.Questions) == 0 {
		l.Add("#/questions", "The survey needs a question.")
	}
	later := func(pointer string, present bool) {
		if present {
			l.Add(pointer, "This is not available yet; leave it out.")
		}
	}
	later("#/thanks", d.Thanks != nil)
	later("#/calculated", d.Calculated != nil)
	later("#/quotas", d.Quotas != nil)
	later("#/invite", d.Invite != nil)
	measured := map[string]string{}
	for i := range d.Questions {
		q, p := &d.Questions[i], fmt.Sprintf("#/questions/%d", i)
		question.CheckReady(q, &l, p)
		if _, measures := metric(q); measures {
			if first, twice := measured[q.Type]; twice {
				l.Add(p+"/type", "%q measures %s already; a survey has one question per metric.", first, q.Type)
			}
			measured[q.Type] = q.ID
		}
	}
	return l.Err(fault.Invalid)
}

func metric(q *Question) (question.Metric, bool) {
	t, known := question.Find(q.Type)
	if !known {
		return question.Metric{}, false
	}
	return t.Metric()
}

// series gives the wording of each question that measures: same type, same
// scale, same title in the workspace's language, else the survey's first.
// (Types that measure have no options.)
func (d *Definition) series(ws ident.Workspace, lang string) []Series {
	var out []Series
	for i := range d.Questions {
		q := &d.Questions[i]
		m, measures := metric(q)
		if !measures {
			continue
		}
		title := norm.NFC.String(strings.TrimSpace(d.titleIn(q.Title, lang)))
		out = append(out, Series{ID: ident.Derive("ser", string(ws), q.Type, strconv.Itoa(m.Low), strconv.Itoa(m.High), title),
			Question: q.ID, Metric: q.Type, Title: title})
	}
	return out
}

// titleIn differs from Text.In in what it falls back to: the survey's first
// language, not any of the same base.
func (d *Definition) titleIn(t Text, lang string) string {
	if s, ok := t.Exactly(lang); ok {
		return s
	}
	if tags := d.Title.Tags(); len(tags) > 0 {
		if s, ok := t.Exactly(tags[0]); ok {
			return s
		}
	}
	return t.In(lang)
}

// Publish freezes the draft under its version. A draft that says what is
// published already is only dropped. Where nothing is unpublished and the
// survey is open nothing happens; a closed survey opens again.
func (s *Service) Publish(ctx context.Context, a ident.Actor, id string) (Record, error) {
	for {
		r, err := s.Store.Get(ctx, a.Workspace, id)
		if err != nil {
			return r, err
		}
		if r.Draft == nil && r.Status != Closed {
			return r, nil
		}
		next := r
		next.Rev, next.Status, next.Draft = r.Rev+1, Published, nil
		next.UpdatedAt, next.UpdatedBy = s.now(), a.Name
		if r.Draft != nil && (r.Current == nil || !bytes.Equal(r.Draft, r.Current.Document)) {
			v, err := s.freeze(ctx, a, r)
			if err != nil {
				return r, err
			}
			next.Current = v
			if r.Current != nil {
				// The old one is kept before it is replaced: a crash between
				// the two leaves a copy of what is still current.
				if err := s.Store.Archive(ctx, a.Workspace, *r.Current); err != nil {
					return r, err
				}
			}
		}
		err = s.Store.Replace(ctx, a.Workspace, next, r.Rev)
		if fault.Is(err, fault.Stale) {
			continue // somebody else changed it: look again
		}
		return next, err
	}
}

func (s *Service) freeze(ctx context.Context, a ident.Actor, r Record) (*Version, error) {
	d, err := ParseDefinition(r.Draft)
	if err != nil {
		return nil, err
	}
	if err := d.ready(); err != nil {
		return nil, err
	}
	if err := s.Stages.CheckBinding(ctx, a.Workspace, d.binding()); err != nil {
		return nil, err
	}
	lang, err := s.Language(ctx, a.Workspace)
	if err != nil {
		return nil, err
	}
	return &Version{Survey: r.ID, Number: r.Version, Document: r.Draft, Binding: d.binding(), Segments: d.Segments,
		Series: d.series(a.Workspace, lang), PublishedAt: s.now(), PublishedBy: a.Name}, nil
}
