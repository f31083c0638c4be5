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
	"waymark/cmd/internal/config"
	"waymark/surveys/ident"
	"waymark/surveys/workspace"
)

// asked is a map whose stages ask a survey each, as the measurements ask.
type asked struct {
	Map     string
	Surveys []string // one for each stage
}

// stage names the i-th stage.
func stage(i int) string { return "stage-" + strconv.Itoa(i+1) }

// sampleMap and sampleSurvey are a shop's: stages, and for each a satisfaction,
// an emotion, a reason and a segment.
func sampleMap(stages int) map[string]any {
	var list []any
	for i := range stages {
		list = append(list, map[string]any{"id": stage(i), "name": "Stage " + strconv.Itoa(i+1)})
	}
	return map[string]any{"title": "Online shop", "stages": list}
}

func sampleSurvey(m string, i int) map[string]any {
	title := func(s string) map[string]string { return map[string]string{"en": s} }
	return map[string]any{"map": m, "stage": stage(i), "title": title("Your opinion"), "segments": []string{"state"}, "questions": []any{
		map[string]any{"id": "sat", "type": "csat", "title": title("How satisfied are you?"), "required": true},
		map[string]any{"id": "feel", "type": "emotion", "title": title("How did it feel?")},
		map[string]any{"id": "why", "type": "text", "title": title("What is the reason?")}}}
}

// ask makes a map of one stage and its survey on a server.
func (s *Server) ask(ctx context.Context) (a asked, err error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := s.call(ctx, "POST", "/v1/maps", sampleMap(1), &made); err != nil {
		return a, err
	}
	a.Map = made.ID
	if err := s.call(ctx, "POST", "/v1/surveys", sampleSurvey(a.Map, 0), &made); err != nil {
		return a, err
	}
	a.Surveys = []string{made.ID}
	return a, s.call(ctx, "POST", "/v1/surveys/"+made.ID+"/publish", nil, nil)
}

// openHere opens a store in this process; a server that is started on it later
// takes the key of all measurements.
func openHere(ctx context.Context, e *Env, dir string) (*app.App, error) {
	a, err := app.Open(ctx, config.Config{Data: dir, BootstrapKey: benchKey}, e.Log, app.Verify)
	if err != nil {
		return nil, fmt.Errorf("opening a store: %w", err)
	}
	return a, nil
}

// askHere makes a map of so many stages, and their surveys, in such a store.
func askHere(ctx context.Context, app *app.App, stages int) (ws ident.Workspace, a asked, err error) {
	w, err := app.Workspaces.Ensure(ctx, workspace.DefaultWorkspace)
	if err != nil {
		return "", a, fmt.Errorf("making a workspace: %w", err)
	}
	actor := ident.Actor{Workspace: w.ID, Scope: ident.ScopeAdmin, Name: "bench"}
	a.Map = ident.New("map")
	body, err := json.Marshal(sampleMap(stages))
	if err == nil {
		_, err = app.Maps.Create(ctx, actor, a.Map, false, body)
	}
	if err != nil {
		return "", a, fmt.Errorf("making a map: %w", err)
	}
	for i := range stages {
		id := ident.New("srv")
		if body, err = json.Marshal(sampleSurvey(a.Map, i)); err == nil {
			_, err = app.Surveys.Create(ctx, actor, id, false, body)
		}
		if err == nil {
			_, err = app.Surveys.Publish(ctx, actor, id)
		}
		if err != nil {
			return "", a, fmt.Errorf("making a survey: %w", err)
		}
		a.Surveys = append(a.Surveys, id)
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
	b = append(b, a.Surveys[0]...)
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
