package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"waymark/cmd/internal/app"
	"waymark/mapping"
	"waymark/responses/page"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	"waymark/surveys/when"
)

var shareRequest = mapping.ShareRequest{Label: done}

// Links makes a link to the survey of every plan for the customers of every
// region, and gives their addresses by plan and region.
func (s *Shop) Links(ctx context.Context, a *app.App) ([][]string, error) {
	out := make([][]string, len(plans))
	for i := range plans {
		for _, g := range regions {
			token := ident.NewToken()
			_, err := a.Links.Make(ctx, s.actor, s.Surveys[i], ident.New("lnk"), token, link.Request{Label: "customers of the demo, " + g.name, Properties: map[string]string{"region": g.name}})
			if err != nil {
				return nil, fmt.Errorf("making a link: %w", err)
			}
			out[i] = append(out[i], "/s/"+token)
		}
	}
	return out, nil
}

// Live lets customers answer on the surveys' pages, so many a second, until
// ctx ends. Each opens the page, thinks, and hands in step after step. The
// stage that is hidden stays so.
func (s *Shop) Live(ctx context.Context, a *app.App, base string, links [][]string, seed uint64, rate float64, log *slog.Logger) {
	began := a.Now()
	r := rand.New(rand.NewPCG(seed, uint64(began.UnixMilli())))
	t := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer t.Stop()
	total := 0
	for i := range plans {
		total += plans[i].weight()
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var there sync.WaitGroup
	defer there.Wait()
	for {
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
		think := time.Duration((2.2 + 2*r.Float64()) * float64(time.Second))
		there.Go(func() {
			v := visitor{client: client, address: base + links[i][regionPlace(x.region)]}
			if err := v.answer(ctx, x, think); err != nil && ctx.Err() == nil {
				log.Warn("a simulated customer could not answer", "error", err)
			}
		})
	}
}

func regionPlace(name string) int {
	for i, g := range regions {
		if g.name == name {
			return i
		}
	}
	return 0
}

// visitor is a customer before a survey's page.
type visitor struct {
	client  *http.Client
	address string
	ticket  string
}

// answer goes through the page as a browser without scripts does.
func (v *visitor) answer(ctx context.Context, x answer, think time.Duration) error {
	if err := v.ask(ctx, http.MethodGet, nil); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(think):
	}
	steps := []url.Values{{"sat": {strconv.Itoa(x.sat)}}, {}, {"why": {x.why}}}
	if x.feel != nil {
		steps[1].Set("feel", strconv.Itoa(*x.feel))
	}
	for _, f := range steps {
		f.Set(page.FieldTicket, v.ticket)
		if err := v.ask(ctx, http.MethodPost, f); err != nil {
			return err
		}
	}
	return nil
}

// ask sends a request and keeps the ticket of the page that comes back.
func (v *visitor) ask(ctx context.Context, method string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, method, v.address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s of a survey's page: status %d", method, res.StatusCode)
	}
	v.ticket, _ = page.Ticket(b)
	return nil
}

// weight is how often a live answer is for this plan.
func (p *plan) weight() int {
	if p.share < 5 {
		return 0
	}
	return p.share
}

// Weakest gives the plan to try out: that of the stage most is wrong with.
const Weakest = 3
