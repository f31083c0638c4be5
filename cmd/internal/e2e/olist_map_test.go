package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// realDeliveries are the ways in which the real deliveries ended, the stages
// of the map of them.
var realDeliveries = []string{"on_time", "late", "undelivered"}

// picture is the map of the real answers that the README shows: sums, and
// nobody's words.
const picture = "../../../mapping/render/testdata/olist.svg"

// TestRealAnswersMakeAMapOfStages takes the real answers apart by how the
// delivery ended, each a stage with a survey of its own, compares every stage,
// month and state with the independent computation, and holds the README's
// picture to what the product draws. WAYMARK_TEST_PICTURE=write draws it anew.
func TestRealAnswersMakeAMapOfStages(t *testing.T) {
	all := realAnswers(t, realFile(t))
	p := startWith(t, []string{"--data", t.TempDir()}, nil)
	m := p.want(201, "POST", "/v1/maps", `{"title": "What 5,847 buyers said about their delivery", "scenario": "Olist, Brazil, 2016–2018", "stages": [
		{"id": "on_time", "name": "Delivered in time"}, {"id": "late", "name": "Delivered late"}, {"id": "undelivered", "name": "Not delivered"}]}`).object(t)["id"].(string)
	surveys, answers := map[string]string{}, map[string][]realAnswer{}
	for _, d := range realDeliveries {
		s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map": %q, "stage": %q, "title": "Delivery", "segments": ["state", "delivery"],
			"questions": [{"id": "sat", "type": "csat", "title": "How satisfied are you?", "required": true}]}`, m, d)).object(t)["id"].(string)
		p.want(200, "POST", "/v1/surveys/"+s+"/publish", "")
		surveys[d] = s
	}
	var b strings.Builder
	for _, a := range all {
		answers[a.delivery] = append(answers[a.delivery], a)
		line, err := json.Marshal(map[string]any{"survey": surveys[a.delivery], "id": a.id, "answers": map[string]int{"sat": a.score}, "occurred_at": a.at,
			"properties": map[string]string{"state": a.state, "delivery": a.delivery}})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	if res := p.want(200, "POST", "/v1/responses/batch", b.String(), "Content-Type", "application/x-ndjson"); strings.Count(string(res.body), `"status":201`) != len(all) {
		t.Fatal("not every line was taken")
	}
	p.waitRolledUp()
	for stage, d := range realDeliveries {
		if n := len(answers[d]); n < 200 {
			t.Fatalf("%d answers of %s", n, d)
		}
		agreeAt(t, p, m, stage, answers[d], true)
	}

	// When it was drawn, and how long ago the newest answer was, goes on.
	drawn, aged := regexp.MustCompile(`as of [^<.]* UTC`), regexp.MustCompile(`[0-9,]+ days ago`)
	lasting := func(svg string) string {
		return drawn.ReplaceAllString(aged.ReplaceAllString(svg, "long ago"), "as of then")
	}
	got := string(p.want(200, "GET", "/v1/maps/"+m+"/render.svg?from=2016-10-01T00:00:00Z&to=2018-11-01T00:00:00Z&width=900", "").body)
	if os.Getenv("WAYMARK_TEST_PICTURE") == "write" {
		if err := os.WriteFile(picture, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if lasting(string(want)) != lasting(got) {
		t.Errorf("%s is not what is drawn of the real answers; look at it, and write it anew where that is right", picture)
	}
}
