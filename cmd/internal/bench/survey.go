package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"waymark/cmd/internal/app"
	"waymark/surveys/ident"
)

// asked is a map with one stage and its survey, as the measurements ask.
type asked struct{ Map, Survey string }

// sampleMap and sampleSurvey are a shop's: a stage, a satisfaction, an
// emotion, a reason, a segment.
func sampleMap() map[string]any {
	return map[string]any{"title": "Online shop", "stages": []any{map[string]any{"id": "delivery", "name": "Delivery"}}}
}

func sampleSurvey(m string) map[string]any {
	title := func(s string) map[string]string { return map[string]string{"en": s} }
	return map[string]any{"map": m, "stage": "delivery", "title": title("Your delivery"), "segments": []string{"state"}, "questions": []any{
		map[string]any{"id": "sat", "type": "csat", "title": title("How satisfied are you with the delivery?"), "required": true},
		map[string]any{"id": "feel", "type": "emotion", "title": title("How did it feel?")},
		map[string]any{"id": "why", "type": "text", "title": title("What is the reason?")}}}
}

// ask makes them on a server.
func (s *Server) ask(ctx context.Context) (a asked, err error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := s.call(ctx, "POST", "/v1/maps", sampleMap(), &made); err != nil {
		return a, err
	}
	a.Map = made.ID
	if err := s.call(ctx, "POST", "/v1/surveys", sampleSurvey(a.Map), &made); err != nil {
		return a, err
	}
	a.Survey = made.ID
	return a, s.call(ctx, "POST", "/v1/surveys/"+a.Survey+"/publish", nil, nil)
}

// askHere makes them in a store that is open in this process.
func askHere(ctx context.Context, app *app.App) (ws ident.Workspace, a asked, err error) {
	w, err := app.Workspaces.Ensure(ctx, "bench")
	if err != nil {
		return "", a, fmt.Errorf("making a workspace: %w", err)
	}
	actor := ident.Actor{Workspace: w.ID, Scope: ident.ScopeAdmin, Name: "bench"}
	a = asked{ident.New("map"), ident.New("srv")}
	body, err := json.Marshal(sampleMap())
	if err == nil {
		_, err = app.Maps.Create(ctx, actor, a.Map, false, body)
	}
	if err != nil {
		return "", a, fmt.Errorf("making a map: %w", err)
	}
	if body, err = json.Marshal(sampleSurvey(a.Map)); err == nil {
		_, err = app.Surveys.Create(ctx, actor, a.Survey, false, body)
	}
	if err == nil {
		_, err = app.Surveys.Publish(ctx, actor, a.Survey)
	}
	if err != nil {
		return "", a, fmt.Errorf("making a survey: %w", err)
	}
	return w.ID, a, nil
}

// counted tells how many answers the scores of the map's one stage count.
func (s *Server) counted(ctx context.Context, a asked) (int64, error) {
	var scores struct {
		Stages []struct {
			Responses *int64 `json:"responses"`
		} `json:"stages"`
	}
	if err := s.call(ctx, "GET", "/v1/maps/"+a.Map+"/scores", nil, &scores); err != nil {
		return 0, err
	}
	if len(scores.Stages) != 1 || scores.Stages[0].Responses == nil {
		return 0, nil // under five it is not told
	}
	return *scores.Stages[0].Responses, nil
}

// settleTime bounds how long a roll-up may lag behind.
const settleTime = 2 * time.Minute

// settle waits until the server has rolled up all that it took.
func (s *Server) settle(ctx context.Context) error {
	for began := time.Now(); ; {
		age, err := s.lag(ctx)
		if err != nil || age == 0 {
			return err
		}
		if time.Since(began) > settleTime {
			return fmt.Errorf("answers wait %.0f s to be rolled up", age)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the roll-up: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// lag reads the age of the oldest answer that is not rolled up, in seconds.
func (s *Server) lag(ctx context.Context) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("asking for the metrics: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("asking for the metrics: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	for in := bufio.NewScanner(res.Body); in.Scan(); {
		if v, ok := strings.CutPrefix(in.Text(), "waymark_rollup_oldest_mark_seconds "); ok {
			return strconv.ParseFloat(v, 64)
		}
	}
	return 0, errors.New("the metrics do not tell what is not rolled up")
}

// states are the values of the segment that the sample answers have.
var states = []string{"SP", "RJ", "MG", "RS", "PR", "SC", "BA", "DF"}

// reasons are what the sample answers say, some 60 bytes.
var reasons = []string{"It came two days late and the box was open, but all was there.", "The courier was kind and waited for me to come down.", "Nobody told me that it would come today, so I was not home."}

// answer writes the n-th sample answer as the API takes it, some 250 bytes.
func (a asked) answer(b []byte, sender string, n int) []byte {
	return a.answerOf(b, sender, n, states[n*13%len(states)])
}

func (a asked) answerOf(b []byte, sender string, n int, state string) []byte {
	b = append(b, `{"survey": "`...)
	b = append(b, a.Survey...)
	b = append(b, `", "id": "`...)
	b = append(b, sender...)
	b = append(b, '-')
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, `", "answers": {"sat": `...)
	b = strconv.AppendInt(b, int64(1+n*7%5), 10)
	b = append(b, `, "feel": `...)
	b = strconv.AppendInt(b, int64(n*11%5-2), 10)
	b = append(b, `, "why": "`...)
	b = append(b, reasons[n%len(reasons)]...)
	b = append(b, `"}, "respondent": "cust-`...)
	b = strconv.AppendInt(b, int64(n%50_000), 10)
	b = append(b, `", "properties": {"state": "`...)
	b = append(b, state...)
	b = append(b, `"}}`...)
	return b
}
