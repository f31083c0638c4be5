package link

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Surveys tells of the surveys that links lead to; package surveys does.
type Surveys interface {
	// Head gives NotFound for an unknown survey.
	Head(ctx context.Context, ws ident.Workspace, survey string) (surveys.Head, error)
	// Languages gives the tags that a survey is in, at least one; NotFound for
	// an unknown survey.
	Languages(ctx context.Context, ws ident.Workspace, survey string) ([]string, error)
}

// Service is what may be done with links. All of its fields are needed.
type Service struct {
	Store   Store
	Surveys Surveys
	Now     func() time.Time
	Seq     *ident.Sequence
}

// Make makes a link to a survey, draft or published, out of the token, of which
// only a hash is stored: who asked for the link is the only one to know it.
// Where the id and the token were made into a link already, it is given back.
func (s *Service) Make(ctx context.Context, a ident.Actor, survey, id, token string, q Request) (Link, error) {
	return s.make(ctx, a, survey, id, token, func(languages []string, now when.Time) (Link, error) { return q.check(survey, languages, now) })
}

// Preview makes a link, for a day, to the newest definition of a survey.
func (s *Service) Preview(ctx context.Context, a ident.Actor, survey, id, token string) (Link, error) {
	return s.make(ctx, a, survey, id, token, func(_ []string, now when.Time) (Link, error) {
		end := now.Add(previewLife)
		return Link{Survey: survey, Preview: true, ExpiresAt: &end}, nil
	})
}

func (s *Service) make(ctx context.Context, a ident.Actor, survey, id, token string, read func(languages []string, now when.Time) (Link, error)) (Link, error) {
	languages, err := s.Surveys.Languages(ctx, a.Workspace, survey)
	if err != nil {
		return Link{}, err
	}
	hash := ident.Hash(ident.PurposeSurvey, token)
	if l, err := s.made(ctx, a.Workspace, survey, id, hash); !fault.Is(err, fault.NotFound) {
		return l, err // before its rules: its time may have passed since
	}
	now := s.Now()
	l, err := read(languages, when.Of(now))
	if err != nil {
		return Link{}, err
	}
	l.ID, l.Hash, l.Secret = id, hash, make([]byte, secretBytes)
	_, _ = rand.Read(l.Secret) // never fails since Go 1.24
	l.CreatedAt, l.CreatedBy, l.Seq = when.Of(now), a.Name, s.Seq.Next(now)
	err = s.Store.Create(ctx, a.Workspace, l)
	if fault.Is(err, fault.Conflict) {
		if l, err := s.made(ctx, a.Workspace, survey, id, hash); !fault.Is(err, fault.NotFound) {
			return l, err // the same request, at the same time
		}
	}
	return l, err
}

// made finds the link that the id and the token's hash became.
func (s *Service) made(ctx context.Context, ws ident.Workspace, survey, id, hash string) (Link, error) {
	of, l, err := s.Store.ByHash(ctx, hash)
	if err == nil && (of != ws || l.Survey != survey || l.ID != id) {
		err = fault.NotFoundError()
	}
	return l, err
}

// List lists the links of a survey that were not revoked, newest first; those
// that expired are among them, previews are not.
func (s *Service) List(ctx context.Context, ws ident.Workspace, survey string, p ident.Page) ([]Link, ident.Cursor, error) {
	if _, err := s.Surveys.Head(ctx, ws, survey); err != nil {
		return nil, ident.Cursor{}, err
	}
	return s.Store.List(ctx, ws, survey, p)
}

// Revoke ends a link at once.
func (s *Service) Revoke(ctx context.Context, ws ident.Workspace, survey, id string) error {
	if !ident.Valid("srv", survey) || !ident.Valid("lnk", id) {
		return fault.NotFoundError()
	}
	return s.Store.Revoke(ctx, ws, survey, id, when.Of(s.Now()))
}

// ByToken gives the link of a token and whose it is. Unknown, expired and
// revoked tokens, and those of another purpose, all answer NotFound alike. That
// the survey still exists is for the caller to ask.
func (s *Service) ByToken(ctx context.Context, token string) (ident.Workspace, Link, error) {
	ws, l, err := s.Store.ByHash(ctx, ident.Hash(ident.PurposeSurvey, token))
	if err == nil && (l.RevokedAt != nil || l.ExpiresAt != nil && !when.Of(s.Now()).Before(*l.ExpiresAt)) {
		err = fault.NotFoundError()
	}
	if err != nil {
		return "", Link{}, err
	}
	return ws, l, nil
}

// sweepStep is how many previews are removed at a time.
const sweepStep = 500

// Sweep removes the previews that have expired and gives their number.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now, all := when.Of(s.Now()), 0
	for {
		n, err := s.Store.Sweep(ctx, now, sweepStep)
		all += n
		if err != nil {
			return all, fmt.Errorf("sweeping previews: %w", err)
		}
		if n < sweepStep {
			return all, nil
		}
	}
}
