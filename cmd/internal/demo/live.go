package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"waymark/cmd/internal/app"
	"waymark/mapping"
	"waymark/responses"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

var shareRequest = mapping.ShareRequest{Label: done}

// Live lets customers answer, so many a second, until ctx ends. The stage that
// is hidden stays so.
func (s *Shop) Live(ctx context.Context, a *app.App, seed uint64, rate float64, log *slog.Logger) {
	began := a.Now()
	r := rand.New(rand.NewPCG(seed, uint64(began.UnixMilli())))
	t := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer t.Stop()
	total := 0
	for _, p := range plans {
		total += p.weight()
	}
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		i, pick := 0, r.IntN(total)
		for ; pick >= plans[i].weight(); i++ {
			pick -= plans[i].weight()
		}
		x := plans[i].customer(r, when.Of(a.Now()), 1)
		sub, err := s.submission(i, fmt.Sprintf("live-%d-%d", began.UnixMilli(), n), x)
		if err == nil {
			_, err = a.Responses.Take(ctx, s.Workspace, sub, ident.New("rsp"), responses.Via{Channel: "api"})
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("a simulated customer could not answer", "error", err)
		}
	}
}

// weight is how often a live answer is for this plan.
func (p *plan) weight() int {
	if p.share < 5 {
		return 0
	}
	return p.share
}

// Weakest gives the survey to try out: that of the stage most is wrong with.
func (s *Shop) Weakest() string { return s.Surveys[3] }
