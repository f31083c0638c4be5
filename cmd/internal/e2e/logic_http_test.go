package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ruled is a survey of the map's first stage with logic, what it calculates, and
// a quota of two for those who come from SP.
const ruled = `{"map":%q,"stage":%q,"title":{"en":"Your order"},"segments":["state"],"questions":[
 {"id":"sat","type":"csat","title":"How was it in {{property.state|your state}}?","required":true,"jump":[{"if":"sat == 5","to":"feel"}]},
 {"id":"why","type":"text","title":"You said {{sat}}. Why?","show_if":"sat <= 3","required_if":"sat == 1"},
 {"id":"feel","type":"emotion","title":"How did it feel?"}],
 "calculated":[{"id":"mood","value":"sat + feel"}],"quotas":[{"id":"sp","if":"property.state == 'SP'","limit":2}],
 "thanks":[{"if":"sat == 5","link":"https://reviews.example/shop"},{"text":{"en":"Thank you"}}],"incentive":"5 € off"}`

// pointers lists the places that a problem names.
func pointers(t *testing.T, a answer) string {
	t.Helper()
	var out []string
	for _, e := range a.object(t)["errors"].([]any) {
		out = append(out, e.(map[string]any)["pointer"].(string))
	}
	return strings.Join(out, " ")
}

// countsUpToAQuota publishes a survey with a quota and answers beyond it.
func (p *program) countsUpToAQuota() (survey string) {
	p.t.Helper()
	made := p.want(201, "POST", "/v1/maps", `{"title":"Ruled","stages":[{"id":"order","name":"Order"}]}`).object(p.t)
	survey = p.want(201, "POST", "/v1/surveys", fmt.Sprintf(ruled, made["id"], "order")).object(p.t)["id"].(string)
	p.want(200, "POST", "/v1/surveys/"+survey+"/publish", "")
	for i, want := range []string{"counted", "counted", "screened", "screened"} {
		body := fmt.Sprintf(`{"survey":%q,"id":"q-%d","answers":{"sat":4,"feel":1},"properties":{"state":"SP"}}`, survey, i)
		for _, status := range []int{201, 200} {
			if got := p.want(status, "POST", "/v1/responses", body).object(p.t)["status"]; got != want {
				p.t.Fatalf("the answer %d is %v, want %s", i, got, want)
			}
		}
	}
	return survey
}

func TestASurveyWithLogicOverTheAPI(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { followsLogic(t, []string{"--data", t.TempDir()}) })
	t.Run("mongo", func(t *testing.T) { followsLogic(t, mongoArgs(t)) })
}

func followsLogic(t *testing.T, args []string) {
	p := startWith(t, args, nil)
	mapID, _ := p.survey()
	t.Run("faulty logic is kept in a draft, and publishing points at it", func(t *testing.T) {
		faulty := strings.NewReplacer(`"sat <= 3"`, `"feel <= 3"`, `"sat + feel"`, `"sat + why"`, `"to":"feel"`, `"to":"sat"`, "{{sat}}", "{{feel}}", "property.state == 'SP'", "property.state",
			`"https://reviews.example/shop"`, `{"url":"javascript:alert(1)"}`).Replace(fmt.Sprintf(ruled, mapID, "order"))
		s := p.want(201, "POST", "/v1/surveys", faulty).object(t)
		got := pointers(t, p.want(422, "POST", fmt.Sprintf("/v1/surveys/%s/publish", s["id"]), ""))
		for _, want := range []string{"#/questions/0/jump/0/to", "#/questions/1/show_if", "#/questions/1/title", "#/calculated/0/value", "#/quotas/0/if", "#/thanks/0/link/url"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not pointed at: %s", want, got)
			}
		}
		p.want(400, "POST", "/v1/surveys", strings.Replace(fmt.Sprintf(ruled, mapID, "order"), `"limit":2`, `"limit":"2"`, 1))
		p.want(400, "POST", "/v1/surveys", strings.Replace(fmt.Sprintf(ruled, mapID, "order"), `"limit":2`, `"limit":2,"then":1`, 1))
	})
	t.Run("a redirect leads to the hosts of the settings (attack 46)", func(t *testing.T) {
		body := strings.Replace(fmt.Sprintf(ruled, mapID, "order"), `"link":"https://reviews.example/shop"`, `"redirect":"https://shop.example/thanks"`, 1)
		s := p.want(201, "POST", "/v1/surveys", body).object(t)
		publish := fmt.Sprintf("/v1/surveys/%s/publish", s["id"])
		if got := pointers(t, p.want(422, "POST", publish, "")); got != "#/thanks/0/redirect" {
			t.Errorf("pointed at %s", got)
		}
		tag := p.want(200, "GET", "/v1/settings", "").header.Get("ETag")
		p.want(200, "PUT", "/v1/settings", `{"redirect_hosts":["shop.example"]}`, "If-Match", tag)
		p.want(200, "POST", publish, "")
	})
	survey := p.countsUpToAQuota()
	send := func(status int, id, answers string) answer {
		t.Helper()
		return p.want(status, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":%q,"answers":%s,"properties":{"state":"RJ"}}`, survey, id, answers))
	}
	t.Run("answers follow the logic (attack 10)", func(t *testing.T) {
		for answers, want := range map[string]string{
			`{"sat":4,"why":"late"}`: "#/answers/why", // not asked
			`{"sat":5,"why":"late"}`: "#/answers/why", // jumped over
			`{"sat":1}`:              "#/answers/why", // required
			`{"feel":1}`:             "#/answers/sat",
			`{"sat":1,"feel":7}`:     "#/answers/feel #/answers/why",
		} {
			if got := pointers(t, send(422, "refused", answers)); got != want {
				t.Errorf("%s: %s, want %s", answers, got, want)
			}
		}
		line := p.want(200, "POST", "/v1/responses/batch", fmt.Sprintf(`{"survey":%q,"id":"b","answers":{"sat":4,"why":"late"}}`+"\n", survey), "Content-Type", "application/x-ndjson")
		if !strings.Contains(string(line.body), `"status":422`) || !strings.Contains(string(line.body), "#/answers/why") {
			t.Errorf("a line of a batch: %s", line.body)
		}
	})
	t.Run("so do the rows of an import (attack 10)", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "rows.csv")
		if err := os.WriteFile(file, []byte("sat,why\n2,late\n4,late\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		command(t, 1, "line 3: answers.why: After these answers this question is not asked", append([]string{"import", "responses", file, "--survey", survey, "--map", "sat=answers.sat", "--map", "why=answers.why",
			"--dry-run"}, storeArgs(args)...)...)
	})
	t.Run("what is calculated is stored and shown", func(t *testing.T) {
		id := send(201, "calc", `{"sat":1,"why":"late","feel":-2}`).object(t)["id"]
		got := p.want(200, "GET", fmt.Sprintf("/v1/responses/%s", id), "").object(t)
		if mood := got["calculated"].(map[string]any)["mood"]; mood != -1.0 {
			t.Errorf("calculated %v", got["calculated"])
		}
		if line := string(p.want(200, "GET", "/v1/responses/export.ndjson?survey="+survey, "").body); !strings.Contains(line, `"calculated":{"mood":-1}`) {
			t.Errorf("the export lacks it: %s", line)
		}
		id = send(201, "none", `{"sat":4}`).object(t)["id"]
		if got := p.want(200, "GET", fmt.Sprintf("/v1/responses/%s", id), "").object(t); len(got["calculated"].(map[string]any)) != 0 {
			t.Errorf("of what was not answered follows %v", got["calculated"])
		}
	})
	t.Run("screened responses are kept and never counted", func(t *testing.T) {
		for i := range 4 {
			send(201, fmt.Sprint("more-", i), `{"sat":4}`)
		}
		p.waitRolledUp()
		got := p.want(200, "GET", "/v1/responses?status=screened&survey="+survey, "").object(t)["data"].([]any)
		if len(got) != 2 {
			t.Fatalf("%d are screened", len(got))
		}
		made := p.want(200, "GET", "/v1/surveys/"+survey, "").object(t)["map"].(string)
		n := func() any {
			t.Helper()
			p.waitRolledUp()
			stage := p.want(200, "GET", "/v1/maps/"+made+"/scores", "").object(t)["stages"].([]any)[0].(map[string]any)
			return stage["satisfaction"].(map[string]any)["n"]
		}
		if got := n(); got != 8.0 { // two of four of SP, and six of RJ
			t.Errorf("%v answers count", got)
		}
		screened := got[0].(map[string]any)["id"].(string)
		p.want(409, "PATCH", "/v1/responses/"+screened, `{"status":"counted"}`)
		// Who is deleted leaves room for the next.
		counted := p.want(200, "GET", "/v1/responses?status=counted&segment=state:SP&survey="+survey, "").object(t)["data"].([]any)
		p.want(204, "DELETE", "/v1/responses/"+counted[0].(map[string]any)["id"].(string), "")
		next := `{"survey":%q,"id":%q,"answers":{"sat":4},"properties":{"state":"SP"}}`
		for id, want := range map[string]string{"next": "counted"} {
			if got := p.want(201, "POST", "/v1/responses", fmt.Sprintf(next, survey, id)).object(t)["status"]; got != want {
				t.Errorf("after a deletion it is %v", got)
			}
		}
		if got := p.want(201, "POST", "/v1/responses", fmt.Sprintf(next, survey, "last")).object(t)["status"]; got != "screened" {
			t.Errorf("beyond the quota it is %v", got)
		}
		if got := n(); got != 8.0 {
			t.Errorf("%v answers count", got)
		}
	})
}
