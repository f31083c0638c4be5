package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// counts are what one answer of the API lets a reader count: the quantity's
// name to its n; nil where it is hidden.
type counts map[string]*int64

// measure is a score as a reader gets it.
type measure struct {
	Metric, State, Question string
	N                       *int64
	Value, Low, High        *float64
	Distribution            map[string]int64
}

// scoresOf reads a body of /scores, or the scores within render.json.
func scoresOf(t *testing.T, body []byte) counts {
	t.Helper()
	type touchpoint struct {
		ID                    string
		Satisfaction, Emotion *measure
	}
	type stage struct {
		touchpoint
		Metrics             []measure
		Touchpoints         []touchpoint
		Responses, Suspects *int64
		LastResponseAt      *string `json:"last_response_at"`
	}
	var whole struct {
		Scores *struct{ Stages []stage }
		Stages []stage
	}
	if err := json.Unmarshal(body, &whole); err != nil {
		t.Fatalf("%v: %.300s", err, body)
	}
	if whole.Scores != nil {
		whole.Stages = whole.Scores.Stages
	}
	got := counts{}
	note := func(name string, m *measure) {
		if m == nil {
			return
		}
		switch m.State {
		case "hidden":
			if m.N != nil || m.Value != nil || m.Low != nil || m.High != nil || m.Distribution != nil {
				t.Errorf("attack 54: %s is hidden and says %+v", name, *m)
			}
		case "empty":
		default:
			sum := int64(0)
			for _, n := range m.Distribution {
				sum += n
			}
			if m.N == nil || sum != *m.N {
				t.Errorf("%s: the distribution %v does not add up to n", name, m.Distribution)
			}
		}
		got[name] = m.N
	}
	for _, s := range whole.Stages {
		note(s.ID+" satisfaction", s.Satisfaction)
		note(s.ID+" emotion", s.Emotion)
		for i, m := range s.Metrics {
			note(fmt.Sprintf("%s series %d %s", s.ID, i, m.Question), &m)
		}
		for _, p := range s.Touchpoints {
			note(s.ID+" "+p.ID+" satisfaction", p.Satisfaction)
			note(s.ID+" "+p.ID+" emotion", p.Emotion)
		}
		got[s.ID+" responses"] = s.Responses
		if s.Responses == nil && (s.Suspects != nil || s.LastResponseAt != nil) {
			t.Errorf("attack 54: %s hides how many answered and says %v %v", s.ID, s.Suspects, s.LastResponseAt)
		}
	}
	return got
}

// floored is a map with a stage of two surveys, one of them on a touchpoint.
func floored(t *testing.T, p *program) (mapID, stageSurvey, pointSurvey string) {
	t.Helper()
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery","touchpoints":[{"id":"courier","name":"Courier","channel":"in_person"}]}]}`).object(t)
	mapID = m["id"].(string)
	survey := func(point string) string {
		s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery","touchpoint":%s,"title":{"en":"D"},"segments":["state","tier"],"questions":[
			{"id":"sat","type":"csat","title":{"en":"How satisfied are you?"}},{"id":"feel","type":"emotion","title":{"en":"How did it feel?"}}]}`, mapID, point)).object(t)
		p.want(200, "POST", fmt.Sprintf("/v1/surveys/%s/publish", s["id"]), "")
		return s["id"].(string)
	}
	return mapID, survey("null"), survey(`"courier"`)
}

type group struct {
	state, tier string // "" is absent
	n           int
}

// fill answers the survey for each group; one answer of three has no emotion.
func fill(t *testing.T, p *program, survey string, groups []group) {
	t.Helper()
	var b bytes.Buffer
	for _, g := range groups {
		properties := map[string]string{}
		if g.state != "" {
			properties["state"] = g.state
		}
		if g.tier != "" {
			properties["tier"] = g.tier
		}
		for i := range g.n {
			answers := map[string]int{"sat": 1 + i%5}
			if i%3 != 0 {
				answers["feel"] = i%5 - 2
			}
			line, err := json.Marshal(map[string]any{"survey": survey, "answers": answers, "properties": properties})
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
	}
	a := p.want(200, "POST", "/v1/responses/batch", b.String(), "Content-Type", "application/x-ndjson")
	if n := strings.Count(string(a.body), `"status":201`); n != strings.Count(b.String(), "\n") {
		t.Fatalf("only %d answers were taken: %.500s", n, a.body)
	}
}

var (
	stateValues = []string{"", "a", "b", "c"} // "" is: not asked for
	tierValues  = []string{"", "x", "y"}
)

// everySegment gives the counts under every filter, by state and tier.
func everySegment(t *testing.T, p *program, path string) map[[2]string]counts {
	t.Helper()
	all := map[[2]string]counts{}
	for _, s := range stateValues {
		for _, tier := range tierValues {
			q := url.Values{}
			if s != "" {
				q.Add("segment", "state:"+s)
			}
			if tier != "" {
				q.Add("segment", "tier:"+tier)
			}
			a := p.call("GET", path+"?"+q.Encode(), "")
			if a.status != 200 {
				t.Fatalf("%s?%s: status %d: %s", path, q.Encode(), a.status, a.body)
			}
			all[[2]string{s, tier}] = scoresOf(t, a.body)
		}
	}
	return all
}

// subtract tries what a reader would: it fails where two shown counts, or a
// count and all its shown parts, leave a group of one to four.
func subtract(t *testing.T, all map[[2]string]counts) (shown int) {
	t.Helper()
	small := func(n int64) bool { return n >= 1 && n <= 4 }
	for filter, of := range all {
		for name, n := range of {
			if n == nil {
				continue
			}
			shown++
			if small(*n) {
				t.Errorf("attack 54: %s under %v shows n = %d", name, filter, *n)
			}
			for _, parent := range [][2]string{{"", filter[1]}, {filter[0], ""}, {"", ""}} {
				if whole := all[parent][name]; whole != nil && small(*whole-*n) {
					t.Errorf("attack 54: %s: %d under %v less %d under %v leaves %d", name, *whole, parent, *n, filter, *whole-*n)
				}
			}
			for i, values := range [][]string{stateValues[1:], tierValues[1:]} {
				if filter[i] != "" {
					continue
				}
				rest := *n
				for _, v := range values {
					child := filter
					child[i] = v
					if part := all[child][name]; part != nil {
						rest -= *part
					}
				}
				if small(rest) {
					t.Errorf("attack 54: %s: %d under %v less its shown parts leaves %d", name, *n, filter, rest)
				}
			}
		}
	}
	return shown
}

func TestAttack54NineMinusSixIsHiddenOverHTTP(t *testing.T) {
	p := start(t, t.TempDir())
	mapID, stage, point := floored(t, p)
	// 9 less 6 of a leaves 3 of b, at the stage and at the touchpoint.
	fill(t, p, stage, []group{{"a", "x", 6}, {"b", "x", 3}})
	fill(t, p, point, []group{{"a", "x", 6}, {"b", "y", 3}})
	p.waitRolledUp()
	path := "/v1/maps/" + mapID
	share := p.want(201, "POST", path+"/shares", `{"label":"x"}`).object(t)["url"].(string)
	for _, view := range []string{"/scores", "/render.json"} {
		all := everySegment(t, p, path+view)
		whole := all[[2]string{"", ""}]
		for _, name := range []string{"delivery satisfaction", "delivery responses", "delivery series 0 sat", "delivery courier satisfaction"} {
			if n := whole[name]; n == nil || *n != 9 {
				t.Errorf("%s: %s without a filter is %v, want 9", view, name, n)
			}
			for _, state := range []string{"a", "b"} {
				if n := all[[2]string{state, ""}][name]; n != nil {
					t.Errorf("attack 54: %s: %s of %s shows %d of 9", view, name, state, *n)
				}
			}
			// x is everybody at the stage, so x and a is a.
			if n := all[[2]string{"a", "x"}][name]; n != nil {
				t.Errorf("attack 54: %s: %s of a and x shows %d", view, name, *n)
			}
		}
		subtract(t, all)
	}
	// The drawing and the page of a key holder say no more.
	numbers := regexp.MustCompile(`data-n="(\d*)"`)
	for _, segment := range []string{"state:a", "state:b"} {
		for _, view := range []string{"/render.svg", "/render.html"} {
			body := string(p.want(200, "GET", path+view+"?segment="+segment, "").body)
			if !strings.Contains(body, `data-state="hidden"`) {
				t.Errorf("%s of %s does not hide: %.300s", view, segment, body)
			}
			for _, n := range numbers.FindAllStringSubmatch(body, -1) {
				if n[1] != "" {
					t.Errorf("attack 54: %s of %s says n = %s", view, segment, n[1])
				}
			}
			if regexp.MustCompile(`\bn\s*=?\s*[36]\b`).MatchString(body) {
				t.Errorf("attack 54: %s of %s says n", view, segment)
			}
		}
	}
	// The shared page knows no filter: asking for one changes nothing.
	get := func(query string) string {
		res, err := http.Get(share + query)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(res.Body); err != nil || res.StatusCode != 200 {
			t.Fatalf("status %d %v", res.StatusCode, err)
		}
		return b.String()
	}
	if plain := get(""); plain != get("?segment=state:a") || plain != get("?segment=state:b&from=2020-01-01T00:00:00Z") || !strings.Contains(plain, `data-n="9"`) {
		t.Error("attack 54: a filter changes the shared page, or it does not show the whole")
	}
}

func TestAttack54NoTwoAnswersOfTheAPICanBeSubtracted(t *testing.T) {
	p := start(t, t.TempDir())
	random := rand.New(rand.NewPCG(54, 3))
	shown := 0
	for range 12 {
		mapID, stage, point := floored(t, p)
		for _, survey := range []string{stage, point} {
			var groups []group
			for _, s := range stateValues {
				for _, tier := range tierValues {
					if random.IntN(3) > 0 {
						groups = append(groups, group{s, tier, random.IntN(12)})
					}
				}
			}
			// Each value must be known, or a filter by it is refused.
			groups = append(groups, group{"a", "x", 5}, group{"b", "y", 1 + random.IntN(5)}, group{"c", "x", 1 + random.IntN(9)})
			fill(t, p, survey, groups)
		}
		p.waitRolledUp()
		shown += subtract(t, everySegment(t, p, "/v1/maps/"+mapID+"/scores"))
		if t.Failed() {
			return
		}
	}
	if shown < 200 {
		t.Fatalf("only %d counts were shown: the test tests nothing", shown)
	}
	t.Logf("%d shown counts, none of which gives a small group away", shown)
}
