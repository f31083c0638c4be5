package page

import (
	"context"
	"time"

	"waymark/responses"
	"waymark/responses/quota"
	"waymark/surveys/question"
)

// Minimal is how long a person needs at least from opening the page to handing
// it in, api.md §8.
const Minimal = 2 * time.Second

// keep stores what was answered so far; nothing before the first answer.
func (v *visit) keep(ctx context.Context) error {
	if v.link.Preview {
		v.ticket.Answers = string(v.document())
		return nil
	}
	any := false
	for i, a := range v.answers {
		any = any || a != nil && v.survey.Definition().Questions[i].Type != question.Hidden
	}
	if !any && v.stored == nil {
		return nil
	}
	_, err := v.store(ctx, func(*responses.HandIn) {})
	return err
}

// store hands the answers in.
func (v *visit) store(ctx context.Context, how func(*responses.HandIn)) (responses.Handed, error) {
	h := responses.HandIn{ID: v.ticket.response(v.ws, v.link), Survey: v.link.Survey, Version: v.survey.Number, Answers: v.document(), Step: 1,
		Language: v.lang, Properties: v.link.Properties, Via: responses.Via{Channel: "link", Link: v.link.ID}, Window: again,
		Suspect: v.ticket.Suspect || v.hasty(), Looked: v.looked && !v.last, Seen: v.stored}
	if v.stored != nil {
		h.Step = v.stored.Step + 1
	}
	if v.link.MaxResponses != nil {
		h.Caps = []quota.Cap{v.cap()}
	}
	how(&h)
	got, err := v.Responses.HandIn(ctx, v.ws, h)
	if err == nil && len(got.Wrong) == 0 {
		v.stored = &got.Response
	}
	return got, err
}

// hasty tells that no person is so quick. Behind a kiosk's screen one may be
// who read the question over a shoulder, and who gave a sign of life is one.
func (v *visit) hasty() bool {
	voted := v.stored != nil && v.stored.Status == responses.Counted
	return !v.link.Kiosk && !voted && v.Now().Sub(v.ticket.time()) < Minimal
}
