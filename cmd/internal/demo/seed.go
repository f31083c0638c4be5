package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"waymark/cmd/internal/app"
	"waymark/responses"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/workspace"
)

// Shop is the sample shop in a store.
type Shop struct {
	Workspace ident.Workspace
	Map       string
	Surveys   []string // one per plan
	actor     ident.Actor
}

const (
	group = 500
	done  = "demo" // label of the link that is made when all is filled
)

// Seed fills the workspace with the shop, its answers ending at end. A store
// that was filled before is left as it is; progress may be nil.
func Seed(ctx context.Context, a *app.App, ws ident.Workspace, seed uint64, end time.Time, progress func(stored int)) (*Shop, error) {
	s := &Shop{Workspace: ws, Map: ident.Derive("map", string(ws), "demo"), actor: ident.Actor{Workspace: ws, Scope: ident.ScopeAdmin, Name: "demo"}}
	for i := range plans {
		s.Surveys = append(s.Surveys, ident.Derive("srv", string(ws), "demo", strconv.Itoa(i)))
	}
	switch _, err := a.Maps.Get(ctx, ws, s.Map); {
	case err == nil:
		shares, _, err := a.Maps.Shares(ctx, ws, s.Map, ident.Page{Limit: 1})
		if err == nil && len(shares) == 0 {
			err = fault.New(fault.Conflict, "half-demo", "An earlier demo was stopped while it filled this store; remove the directory and start again.")
		}
		return s, err
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	now := end
	past := a.At(func() time.Time { return now })
	now = end.Add(-days * 24 * time.Hour)
	if _, err := past.Maps.Create(ctx, s.actor, s.Map, false, []byte(shop)); err != nil {
		return nil, fmt.Errorf("making the map: %w", err)
	}
	if _, err := past.Workspaces.PutSettings(ctx, s.actor, []byte(`{"name": "Sample shop", "brand": {"colour": "#0b57d0", "logo": null}}`), workspace.FirstVersion); err != nil {
		return nil, fmt.Errorf("naming the shop: %w", err)
	}
	stored := 0
	for i := range plans {
		p := &plans[i]
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		now = end.Add(-time.Duration(p.began) * 24 * time.Hour)
		version, err := s.publish(ctx, past, i, 0, p.questions)
		if err != nil {
			return nil, err
		}
		list := make([]answer, p.share)
		for j := range list {
			at, age := moment(r, end, p.began)
			list[j] = p.customer(r, at, age)
		}
		slices.SortStableFunc(list, func(a, b answer) int { return int(a.at.Milli() - b.at.Milli()) })
		cut := len(list)
		change := end.Add(-time.Duration(p.reworded) * 24 * time.Hour)
		if p.reworded > 0 {
			cut, _ = slices.BinarySearchFunc(list, change.UnixMilli(), func(a answer, ms int64) int { return int(a.at.Milli() - ms) })
		}
		take := func(from, to int) error {
			for ; from < to; from += group {
				if err := s.take(ctx, past, i, from, list[from:min(from+group, to)]); err != nil {
					return err
				}
				if stored += min(group, to-from); progress != nil {
					progress(stored)
				}
			}
			return nil
		}
		now = change
		if p.reworded == 0 {
			now = end
		}
		if err := take(0, cut); err != nil {
			return nil, err
		}
		if p.reworded > 0 {
			if _, err := s.publish(ctx, past, i, version, p.rewordedTo); err != nil {
				return nil, err
			}
			now = end
			if err := take(cut, len(list)); err != nil {
				return nil, err
			}
		}
		if err := past.Roller.Rebuild(ctx, ws, s.Surveys[i], func(int64) {}); err != nil {
			return nil, fmt.Errorf("rolling up: %w", err)
		}
		if _, err := past.Roller.RollUp(ctx, ws, s.Surveys[i]); err != nil {
			return nil, fmt.Errorf("rolling up: %w", err)
		}
	}
	return s, nil
}

// publish makes the survey of a plan, or another version of it.
func (s *Shop) publish(ctx context.Context, a *app.App, i int, version int64, questions string) (int64, error) {
	p := &plans[i]
	touchpoint := "null"
	if p.touchpoint != "" {
		touchpoint = strconv.Quote(p.touchpoint)
	}
	body := []byte(fmt.Sprintf(`{"map": %q, "stage": %q, "touchpoint": %s, "title": {"en": "Your opinion"}, "segments": ["region"], "questions": %s}`, s.Map, p.stage, touchpoint, questions))
	id := s.Surveys[i]
	var err error
	if version == 0 {
		_, err = a.Surveys.Create(ctx, s.actor, id, false, body)
	} else {
		_, err = a.Surveys.Put(ctx, s.actor, id, version, body)
	}
	if err != nil {
		return 0, fmt.Errorf("making the survey of %s: %w", p.stage, err)
	}
	r, err := a.Surveys.Publish(ctx, s.actor, id)
	if err != nil {
		return 0, fmt.Errorf("publishing the survey of %s: %w", p.stage, err)
	}
	return r.Number(), nil
}

func (s *Shop) take(ctx context.Context, a *app.App, i, first int, list []answer) error {
	subs := make([]*responses.Submission, len(list))
	for j, x := range list {
		var err error
		if subs[j], err = s.submission(i, fmt.Sprintf("demo-%05d", first+j), x); err != nil {
			return err
		}
	}
	taken, err := a.Responses.TakeMany(ctx, s.Workspace, subs, func(int) string { return ident.New("rsp") }, responses.Via{Channel: "api"})
	if err != nil {
		return fmt.Errorf("storing answers: %w", err)
	}
	for _, t := range taken {
		if t.Err != nil {
			return fmt.Errorf("storing an answer: %w", t.Err)
		}
	}
	return nil
}

func (s *Shop) submission(i int, id string, x answer) (*responses.Submission, error) {
	answers := map[string]any{"sat": x.sat}
	if x.feel != nil {
		answers["feel"] = *x.feel
	}
	if x.why != "" {
		answers["why"] = x.why
	}
	body, err := json.Marshal(map[string]any{"survey": s.Surveys[i], "id": id, "answers": answers, "respondent": x.person,
		"properties": map[string]string{"region": x.region}, "occurred_at": x.at})
	if err != nil {
		return nil, err
	}
	return responses.ParseSubmission(body)
}

// Share makes a link to the map and gives its token.
func (s *Shop) Share(ctx context.Context, a *app.App) (string, error) {
	token := ident.NewToken()
	_, err := a.Maps.Share(ctx, s.actor, s.Map, ident.New("shr"), token, shareRequest)
	return token, err
}
