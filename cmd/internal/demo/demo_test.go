package demo

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"sort"
	"strings"
	"testing"
	"time"

	"waymark/cmd/internal/app"
	"waymark/cmd/internal/config"
	"waymark/mapping"
	"waymark/responses"
	"waymark/surveys/when"
)

var end = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func seeded(t testing.TB, seed uint64) (*app.App, *Shop) {
	t.Helper()
	a, err := app.Open(t.Context(), config.Config{Data: t.TempDir()}, slog.New(slog.DiscardHandler), app.Verify)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	ws, err := a.Workspaces.Ensure(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Seed(t.Context(), a, ws.ID, seed, end, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a, s
}

// told lists all that was stored, without the ids that hang on the workspace.
func told(t *testing.T, a *app.App, s *Shop) []string {
	t.Helper()
	var out []string
	for i, id := range s.Surveys {
		var b bytes.Buffer
		if err := responses.Export(t.Context(), a.Responses.Store, s.Workspace, responses.Filter{Survey: id}, responses.NDJSON, nil, &b); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			var m map[string]any
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			delete(m, "id")
			m["survey"] = i
			l, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(l))
		}
	}
	sort.Strings(out)
	return out
}

func TestTheShopHangsOnItsSeedOnly(t *testing.T) {
	a, s := seeded(t, 1)
	b, same := seeded(t, 1)
	c, other := seeded(t, 2)
	first := told(t, a, s)
	if len(first) != 20_000 {
		t.Errorf("%d answers were stored", len(first))
	}
	if again := told(t, b, same); strings.Join(first, "") != strings.Join(again, "") {
		t.Error("the same seed gives other answers")
	}
	if strings.Join(first, "") == strings.Join(told(t, c, other), "") {
		t.Error("another seed gives the same answers")
	}
	again, err := Seed(t.Context(), b, same.Workspace, 1, end, nil)
	if err == nil || again == nil {
		t.Error("a store that was filled only half is taken for a whole one")
	}
	if _, err := same.Share(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if _, err := Seed(t.Context(), b, same.Workspace, 1, end, nil); err != nil {
		t.Errorf("starting again: %v", err)
	}
}

func TestTheShopShowsEveryStateThereIs(t *testing.T) {
	a, s := seeded(t, 1)
	from, to := when.Of(end.Add(-days*24*time.Hour)), when.Of(end)
	scores, err := a.At(func() time.Time { return end }).Scores.Scores(t.Context(), s.Workspace, s.Map, mapping.Query{From: &from, To: &to})
	if err != nil {
		t.Fatal(err)
	}
	broken, curve := 0, map[string]float64{}
	for _, st := range scores.Stages {
		if st.Break != nil {
			broken++
		}
		if st.ID == "returns" {
			if st.Satisfaction.State != mapping.Hidden || st.Responses != nil {
				t.Errorf("the stage with three answers is %s", st.Satisfaction.State)
			}
			continue
		}
		if st.Satisfaction.State != mapping.OK || st.Emotion.State != mapping.OK {
			t.Errorf("%s is %s and %s", st.ID, st.Satisfaction.State, st.Emotion.State)
			continue
		}
		curve[st.ID] = *st.Emotion.Value
	}
	if broken != 1 || len(scores.Stages) != 6 {
		t.Errorf("%d stages, %d of them with a change of wording", len(scores.Stages), broken)
	}
	if !(curve["delivery"] < 0 && curve["use"] > 1 && curve["order"] > curve["pay"]) {
		t.Errorf("the curve is not what a shop's is: %v", curve)
	}
	if tp := scores.Stages[3].Touchpoints[0]; tp.Satisfaction.State != mapping.Indicative {
		t.Errorf("the courier is %s", tp.Satisfaction.State)
	}
	for _, region := range []string{"north", "south", "islands"} {
		got, err := a.Scores.Scores(t.Context(), s.Workspace, s.Map, mapping.Query{From: &from, To: &to, Segments: []mapping.Segment{{Property: "region", Value: region}}})
		if err != nil || got.Stages[3].Satisfaction.State != mapping.OK {
			t.Errorf("%s: %v %v", region, got, err)
		}
	}
}
