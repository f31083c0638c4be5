package surveys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/question"
)

// Publishable reads a definition and reports everything that saving and
// publishing refuse, apart from a map, a stage and pictures that are not
// there. leads tells whether redirects may lead to a host: Among or Anywhere.
// A definition that could be read is given, refused or not.
func Publishable(doc []byte, leads func(host string) bool) (*Definition, error) {
	var l fault.List
	d, err := read(doc, &l)
	if err != nil {
		return nil, unready(err)
	}
	d.ready(&l, leads)
	return d, l.Err(fault.Invalid)
}

// ready reports what publishing refuses and drafts may hold.
func (d *Definition) ready(l *fault.List, leads func(host string) bool) {
	d.Title.Ready(l, "#/title")
	if len(d.Questions) == 0 {
		l.Add("#/questions", "The survey needs a question.")
	}
	if t, err := d.incentive(); d.Incentive != nil && err == nil {
		t.Ready(l, "#/incentive")
	}
	if d.Invite != nil {
		l.Add("#/invite", "This is not available yet; leave it out.")
	}
	measured := map[string]string{}
	for i := range d.Questions {
		q, p := &d.Questions[i], fmt.Sprintf("#/questions/%d", i)
		question.CheckReady(q, l, p)
		if _, measures := metric(q); measures {
			if first, twice := measured[q.Type]; twice {
				l.Add(p+"/type", "%q measures %s already; a survey has one question per metric.", first, q.Type)
			}
			measured[q.Type] = q.ID
		}
	}
	d.readyPages(l)
	d.readyRules(l, leads)
}

// readyPages reports pages that are not in their order. A question without a
// page has one of its own.
func (d *Definition) readyPages(l *fault.List) {
	page, over := 0, false // the last page, and whether another question stood since
	for i, q := range d.Questions {
		switch p := fmt.Sprintf("#/questions/%d/page", i); {
		case q.Page == 0:
			over = true
			continue
		case q.Page < page:
			l.Add(p, "Pages never fall: the questions before are on page %d.", page)
		case q.Page == page && over:
			l.Add(p, "The questions of page %d stand together: one without a page lies between them.", page)
		}
		page, over = max(page, q.Page), false
	}
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
	hosts, err := s.hosts(ctx, a.Workspace)
	if err != nil {
		return nil, err
	}
	d, err := Publishable(r.Draft, Among(hosts))
	if err != nil {
		return nil, err
	}
	if err := s.knownImages(ctx, a.Workspace, d); err != nil {
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

// unready is for a draft that an earlier program saved and this one would not:
// the request that publishes it has no body that could be malformed.
func unready(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Malformed && len(f.Fields) > 0 {
		return fault.FromFields(fault.Invalid, f.Fields)
	}
	return err
}

// hosts gives the hosts that redirects of the workspace may lead to.
func (s *Service) hosts(ctx context.Context, ws ident.Workspace) ([]string, error) {
	if s.RedirectHosts == nil {
		return nil, nil
	}
	return s.RedirectHosts(ctx, ws)
}

// knownImages refuses questions that show files which are no pictures here.
func (s *Service) knownImages(ctx context.Context, ws ident.Workspace, d *Definition) error {
	var ids []string
	for i := range d.Questions {
		ids = append(ids, question.Images(&d.Questions[i])...)
	}
	if len(ids) == 0 || s.Files == nil {
		return nil
	}
	none, err := s.Files.Pictures(ctx, ws, ids)
	if err != nil {
		return err
	}
	var l fault.List
	for i, q := range d.Questions {
		for j, o := range q.Options {
			if slices.Contains(none, o.Image) {
				l.Add(fmt.Sprintf("#/questions/%d/options/%d/image", i, j), "There is no such picture; send it first.")
			}
		}
	}
	return l.Err(fault.Invalid)
}
