package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// typed is a question of every type but those that need uploaded files, with
// answers that are good and bad.
var typed = []struct{ id, question, good, bad string }{
	{"sat", `"type":"csat","required":true`, `4`, `"4"`},
	{"effort", `"type":"ces"`, `7`, `8`},
	{"rec", `"type":"nps","labels":{"low":"Never","high":"Always"}`, `0`, `11`},
	{"feel", `"type":"emotion"`, `-2`, `0.5`},
	{"stars", `"type":"rating","shape":"numbers"`, `5`, `0`},
	{"words", `"type":"emotion_words","max":2`, `["heard","rushed"]`, `["heard","rushed","calm"]`},
	{"own", `"type":"emotion_words","words":[{"id":"wow","title":"Wow","valence":1.5,"arousal":2},{"id":"calm"}]`, `["wow"]`, `["heard"]`},
	{"colour", `"type":"choice","other":true,"options":[{"id":"red","title":"Red"}]`, `{"other":"Teal | \"green\""}`, `"teal"`},
	{"why", `"type":"choices","other":true,"options":[{"id":"price","title":"Price"},{"id":"none","title":"None","exclusive":true}]`, `["price",{"other":"=1+1"}]`, `["price","none"]`},
	{"parts", `"type":"matrix","required":true,"rows":[{"id":"box","title":"Box"},{"id":"time","title":"Time"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]`, `{"box":"good","time":"bad"}`, `{"box":"good"}`},
	{"marks", `"type":"matrix","multiple":true,"rows":[{"id":"box","title":"Box"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]`, `{"box":["good","bad"]}`, `{"box":"good"}`},
	{"order", `"type":"ranking","options":[{"id":"a","title":"A"},{"id":"b","title":"B"},{"id":"c","title":"C"}]`, `["c","a","b"]`, `["c","a"]`},
	{"short", `"type":"text","format":"email"`, `"ana@example.org"`, `"ana"`},
	{"long", `"type":"long_text"`, `"two\nlines"`, `""`},
	{"n", `"type":"number","min":0,"step":0.1,"unit":"km"`, `0.3`, `0.35`},
	{"day", `"type":"date"`, `"2026-11-20"`, `"2026-11-31"`},
	{"ok", `"type":"consent","text":{"en":"I agree."},"version":"2026-11"`, `true`, `false`},
	{"src", `"type":"hidden"`, `"mail"`, `7`},
}

// Every type is published, answered, read back as it was sent, refused where it
// is pointed at, and goes through a table and back.
func TestEveryQuestionTypeGoesThroughTheAPIAndATable(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	mapID, _ := p.survey()
	var list, good, bad, columns []string
	for _, q := range typed {
		list = append(list, fmt.Sprintf(`{"id":%q,"title":{"en":"T"},%s}`, q.id, q.question))
		good = append(good, fmt.Sprintf("%q:%s", q.id, q.good))
		bad = append(bad, fmt.Sprintf("%q:%s", q.id, q.bad))
		columns = append(columns, "--map", fmt.Sprintf("answers.%s=answers.%s", q.id, q.id))
	}
	publish := func() string {
		s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"order","title":{"en":"Everything"},"questions":[%s]}`, mapID, strings.Join(list, ","))).object(t)["id"].(string)
		p.want(200, "POST", "/v1/surveys/"+s+"/publish", "")
		return s
	}
	answers := func(survey string) map[string]any {
		var r struct{ Answers map[string]any }
		if err := json.Unmarshal(p.want(200, "GET", "/v1/responses/export.ndjson?survey="+survey, "").body, &r); err != nil {
			t.Fatal(err)
		}
		return r.Answers
	}
	first := publish()
	var sent map[string]any
	if err := json.Unmarshal([]byte("{"+strings.Join(good, ",")+"}"), &sent); err != nil {
		t.Fatal(err)
	}
	p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{%s}}`, first, strings.Join(good, ",")))
	if got := answers(first); !reflect.DeepEqual(got, sent) {
		t.Errorf("sent  %v\nstored %v", sent, got)
	}

	var problem struct {
		Errors []struct{ Pointer, Detail string }
	}
	refused := p.want(422, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{%s}}`, first, strings.Join(bad, ",")))
	if err := json.Unmarshal(refused.body, &problem); err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, e := range problem.Errors {
		named[strings.TrimPrefix(e.Pointer, "#/answers/")] = e.Detail != ""
	}
	for _, q := range typed {
		if !named[q.id] {
			t.Errorf("%s: %s is not refused by name: %v", q.id, q.bad, slices.Sorted(maps.Keys(named)))
		}
	}

	second := publish()
	file := filepath.Join(t.TempDir(), "answers.csv")
	if err := os.WriteFile(file, p.want(200, "GET", "/v1/responses/export.csv?survey="+first, "").body, 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, 0, "", append([]string{"import", "responses", file, "--survey", second, "--data", data}, columns...)...)
	if got := answers(second); !reflect.DeepEqual(got, sent) {
		table, _ := os.ReadFile(file)
		t.Errorf("sent  %v\ncame back %v\n%s", sent, got, bytes.TrimSpace(table))
	}
	p.waitRolledUp()
	p.verify("--data", data)
}
