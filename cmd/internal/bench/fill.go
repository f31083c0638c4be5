package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	"golang.org/x/sync/errgroup"

	"waymark/cmd/internal/app"
	"waymark/responses"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// fillGroup is how many responses are stored by one write.
const fillGroup = 2000

// filling puts responses into a store in bulk, as if they had been taken and
// rolled up long ago: what is stored of each is what taking it stores, less the
// mark. Their cells are made afterwards.
type filling struct {
	app *app.App
	ws  ident.Workspace
	a   asked
	// at is when the i-th response was given; it goes to the surveys in turn.
	at   func(i int) when.Time
	seed uint64
}

// run stores n responses; told hears how many so far.
func (f filling) run(ctx context.Context, n int, told func(done int)) error {
	ready := make(chan []responses.Response, 2) // made while others are stored
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(ready)
		r := rand.New(rand.NewPCG(f.seed, 0))
		for first := 0; first < n; first += fillGroup {
			group := make([]responses.Response, 0, fillGroup)
			for i := first; i < min(first+fillGroup, n); i++ {
				group = append(group, f.response(r, i))
			}
			select {
			case ready <- group:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		done := 0
		for group := range ready {
			out, err := f.app.Responses.Store.InsertMany(ctx, f.ws, group)
			if err != nil {
				return fmt.Errorf("filling a store: %w", err)
			}
			for _, o := range out {
				if o.Err != nil || o.Existing != nil {
					return errors.Join(errors.New("filling a store: a response was not stored"), o.Err)
				}
			}
			done += len(group)
			told(done)
		}
		return nil
	})
	return g.Wait()
}

func (f filling) response(r *rand.Rand, i int) responses.Response {
	id := "fill-" + strconv.FormatUint(f.seed, 10) + "-" + strconv.Itoa(i)
	k := i % len(f.a.Surveys)
	at := f.at(i)
	return responses.Response{ID: responses.IDOf(f.ws, f.a.Surveys[k], id), SenderID: id, Rev: 1, Seq: f.app.Responses.Seq.Next(f.app.Now()), Survey: f.a.Surveys[k], Version: 1,
		Status: responses.Counted, Digest: ident.Fingerprint([]byte(id)), Answers: json.RawMessage(fmt.Sprintf(`{"sat":%d,"feel":%d,"why":%q}`, 1+r.IntN(5), r.IntN(5)-2, reasons[r.IntN(len(reasons))])),
		Respondent: "cust-" + strconv.Itoa(r.IntN(50_000)), Properties: map[string]string{"state": states[r.IntN(len(states))]},
		OccurredAt: at, ReceivedAt: at, Via: responses.Via{Channel: "api"}, Map: f.a.Map, Stage: stage(k)}
}

// cells makes the cells of all surveys.
func (f filling) cells(ctx context.Context, told func(done int)) error {
	before := 0
	for _, s := range f.a.Surveys {
		last := 0
		if err := f.app.Roller.Rebuild(ctx, f.ws, s, func(n int64) { last = int(n); told(before + last) }); err != nil {
			return fmt.Errorf("making cells: %w", err)
		}
		before += last
	}
	return nil
}
