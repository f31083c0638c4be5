package mapping

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// ShareRequest is what a new share's author says.
type ShareRequest struct {
	Label     string     `json:"label,omitzero"`
	Password  *string    `json:"password,omitzero"`
	ExpiresAt *when.Time `json:"expires_at,omitzero"`
	Access    string     `json:"access,omitzero"` // read (the default) or comment
}

const maxLabel = 200

// accesses are what a share may let its readers do; the first is usual.
var accesses = []string{"read", "comment"}

// Share makes a link to the map's page out of the token, of which only a hash
// is stored: who asked for the link is the only one to know it. Where the id
// and the token were made into a share already, it is given back.
func (s *Service) Share(ctx context.Context, a ident.Actor, mapID, id, token string, q ShareRequest) (Share, error) {
	if _, err := s.Get(ctx, a.Workspace, mapID); err != nil {
		return Share{}, err
	}
	hash := ident.Hash(ident.PurposeShare, token)
	if sh, err := s.made(ctx, a.Workspace, id, hash); !fault.Is(err, fault.NotFound) {
		return sh, err
	}
	now := s.Now()
	var l fault.List
	if utf8.RuneCountInString(q.Label) > maxLabel {
		l.Add("#/label", "At most %d characters.", maxLabel)
	}
	if q.Password != nil {
		l.Add("#/password", "This is not available yet; leave it out.")
	}
	if q.Access != "" && !slices.Contains(accesses, q.Access) {
		l.Add("#/access", "Must be one of: %s.", strings.Join(accesses, ", "))
	}
	if q.ExpiresAt != nil && !when.Of(now).Before(*q.ExpiresAt) {
		l.Add("#/expires_at", "This time has passed already.")
	}
	if err := l.Err(fault.Invalid); err != nil {
		return Share{}, err
	}
	sh := Share{ID: id, Map: mapID, Label: q.Label, Hash: hash, Access: q.Access,
		ExpiresAt: q.ExpiresAt, CreatedAt: when.Of(now), CreatedBy: a.Name, Seq: s.Seq.Next(now)}
	if sh.Access == "" {
		sh.Access = accesses[0]
	}
	err := s.Store.CreateShare(ctx, a.Workspace, sh)
	if fault.Is(err, fault.Conflict) {
		if sh, err := s.made(ctx, a.Workspace, id, hash); !fault.Is(err, fault.NotFound) {
			return sh, err // the same request, at the same time
		}
	}
	return sh, err
}

// made finds the share that the id and the token's hash became.
func (s *Service) made(ctx context.Context, ws ident.Workspace, id, hash string) (Share, error) {
	of, sh, err := s.Store.ShareByHash(ctx, hash)
	if err == nil && (of != ws || sh.ID != id) {
		err = fault.NotFoundError()
	}
	return sh, err
}

// Shares lists the map's shares that were not revoked, newest first.
func (s *Service) Shares(ctx context.Context, ws ident.Workspace, mapID string, p ident.Page) ([]Share, ident.Cursor, error) {
	if _, err := s.Get(ctx, ws, mapID); err != nil {
		return nil, ident.Cursor{}, err
	}
	out := []Share{}
	at := p.Cursor
	for {
		list, next, err := s.Store.Shares(ctx, ws, mapID, ident.Page{Limit: p.Limit, Cursor: at})
		if err != nil {
			return nil, ident.Cursor{}, err
		}
		for i, sh := range list {
			if sh.RevokedAt != nil {
				continue
			}
			if out = append(out, sh); len(out) == p.Limit {
				if i == len(list)-1 && next.Zero() {
					return out, next, nil
				}
				return out, ident.Cursor{Seq: sh.Seq, ID: sh.ID}, nil
			}
		}
		if next.Zero() {
			return out, next, nil
		}
		at = next
	}
}

// Revoke ends a share at once.
func (s *Service) Revoke(ctx context.Context, ws ident.Workspace, mapID, id string) error {
	if !ident.Valid("map", mapID) || !ident.Valid("shr", id) {
		return fault.NotFoundError()
	}
	return s.Store.RevokeShare(ctx, ws, mapID, id, when.Of(s.Now()))
}

// ByToken gives the share of a token and its map; unknown, expired and
// revoked tokens, and those of a deleted map, all answer NotFound alike.
func (s *Service) ByToken(ctx context.Context, token string) (ident.Workspace, Share, Record, error) {
	ws, sh, err := s.Store.ShareByHash(ctx, ident.Hash(ident.PurposeShare, token))
	if err == nil && (sh.RevokedAt != nil || sh.ExpiresAt != nil && !when.Of(s.Now()).Before(*sh.ExpiresAt)) {
		err = fault.NotFoundError()
	}
	if err != nil {
		return "", Share{}, Record{}, err
	}
	r, err := s.Get(ctx, ws, sh.Map)
	if err != nil {
		return "", Share{}, Record{}, err
	}
	return ws, sh, r, nil
}
