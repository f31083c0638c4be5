package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/surveys/rest"
	"waymark/surveys/templates"
)

// folder makes files in a new directory and gives it.
func folder(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const goodSurvey = `{"map": "map_1", "stage": "delivery", "title": {"en": "Your delivery"},
 "questions": [{"id": "sat", "type": "csat", "title": {"en": "How was it?"}}]}
`

func TestLintSaysFileLineAndWhatToMend(t *testing.T) {
	dir := folder(t, map[string]string{
		"good.json":   goodSurvey,
		"bad.json":    strings.Replace(goodSurvey, `"csat"`, `"slider"`, 1),
		"warned.json": strings.Replace(goodSurvey, `"csat"`, `"text"`, 1),
		"leads.json":  strings.Replace(goodSurvey, `"questions"`, `"thanks": [{"redirect": "https://shop.example/x"}], "questions"`, 1),
		"huge.json":   goodSurvey + strings.Repeat(" ", rest.MaxBody),
	})
	in := func(name string) string { return filepath.Join(dir, name) }
	badLine := in("bad.json") + ":2: #/questions/0/type: Must be one of csat, ces, nps, emotion, rating, emotion_words, choice, choices, matrix, ranking, text, long_text, number, date, consent, hidden, picture, file.\n"
	warning := in("warned.json") + ":2: #/questions: warning: No question measures anything, so the stage gets no score: ask for csat, ces, nps, emotion or a rating.\n"
	for _, c := range []struct {
		args        []string
		stdin       string
		code        int
		out, errEnd string
	}{
		{[]string{in("good.json")}, "", 0, "", "1 file, ready to publish\n"},
		{[]string{in("good.json"), in("leads.json")}, "", 0, "", "2 files, ready to publish\n"},
		{[]string{"--redirect-hosts", "a.example,shop.example", in("leads.json")}, "", 0, "", "1 file, ready to publish\n"},
		{[]string{in("leads.json"), "--redirect-hosts", "a.example"}, "", 1, in("leads.json") + ":2: #/thanks/0/redirect: Redirects lead only to the hosts of the setting redirect_hosts, and \"shop.example\" is none of them.\n", "waymark surveys: 1 error in 1 file\n"},
		{[]string{in("bad.json"), in("warned.json")}, "", 1, badLine + warning, "waymark surveys: 1 error in 2 files with 1 warning\n"},
		{[]string{in("warned.json")}, "", 0, warning, "1 file with 1 warning, ready to publish\n"},
		{[]string{"--strict", in("warned.json")}, "", 1, warning, "waymark surveys: 1 file with 1 warning, which --strict does not let pass\n"},
		{[]string{"-"}, strings.Replace(goodSurvey, `"sat"`, `"Sat"`, 1), 1, "stdin:2: #/questions/0/id: 1 to 64 of a-z 0-9 _, beginning with a letter.\n", "waymark surveys: 1 error in 1 file\n"},
		{[]string{in("huge.json")}, "", 1, in("huge.json") + ":1: #: A survey has at most 2097152 bytes, and this is larger.\n", "waymark surveys: 1 error in 1 file\n"},
		{[]string{in("none.json"), in("bad.json")}, "", 2, badLine, "waymark surveys: not every file could be read\n"},
		{[]string{dir}, "", 2, "", "waymark surveys: not every file could be read\n"},
		{nil, "", 2, "", "waymark surveys: name the files to check, or - for standard input: see --help\n"},
	} {
		code, out, errs := piped(t, nil, c.stdin, append([]string{"surveys", "lint"}, c.args...)...)
		if code != c.code || out != c.out || !strings.HasSuffix(errs, c.errEnd) {
			t.Errorf("lint %v: exit code %d, it says %q and %q; want %d, %q and %q", c.args, code, out, errs, c.code, c.out, c.errEnd)
		}
	}
}

func TestLintTellsProgramsTheSame(t *testing.T) {
	dir := folder(t, map[string]string{"good.json": goodSurvey, "bad.json": strings.Replace(goodSurvey, `"csat"`, `"slider"`, 1)})
	if code, out, _ := run(t, nil, "surveys", "lint", "--json", filepath.Join(dir, "good.json")); code != 0 || out != "[]\n" {
		t.Errorf("of a good one: exit code %d and %q", code, out)
	}
	code, out, _ := run(t, nil, "surveys", "lint", "--json", filepath.Join(dir, "good.json"), filepath.Join(dir, "bad.json"))
	var got []map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 || len(got) != 1 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	for key, want := range map[string]any{"file": filepath.Join(dir, "bad.json"), "line": 2.0, "pointer": "#/questions/0/type", "severity": "error", "detail": "Must be one of csat, ces, nps, emotion, rating, emotion_words, choice, choices, matrix, ranking, text, long_text, number, date, consent, hidden, picture, file."} {
		if got[0][key] != want {
			t.Errorf("%s is %v, want %v", key, got[0][key], want)
		}
	}
}

func TestTemplatesAreListedAndPrinted(t *testing.T) {
	_, list, _ := run(t, nil, "surveys", "templates")
	for _, name := range templates.Names() {
		if !strings.Contains(list, "\n"+name+" ") || !strings.Contains(list, "en, de, es, pt-BR") {
			t.Errorf("%s is not listed: %s", name, list)
		}
	}
	one, _ := templates.Find("delivery")
	code, out, errs := run(t, nil, "surveys", "template", "delivery", "--map", "map_1", "--stage", "s", "--touchpoint", "t")
	if code != 0 || out != string(one.For("map_1", "s", "t")) || errs != "" {
		t.Errorf("exit code %d, %q\n%s", code, errs, out)
	}
	if code, out, errs = run(t, nil, "surveys", "template", "delivery"); code != 0 || out != string(one.For("", "", "")) || !strings.Contains(errs, `add "map" and "stage"`) {
		t.Errorf("without a stage: exit code %d, %q\n%s", code, errs, out)
	}
	says(t, 2, "name one of post_purchase, delivery", "surveys", "template")
	says(t, 2, `there is no template "sale"; there are post_purchase, `, "surveys", "template", "sale")
	says(t, 2, "--map is missing", "surveys", "template", "delivery", "--stage", "s")
	says(t, 2, "--stage is missing", "surveys", "template", "delivery", "--map", "m", "--touchpoint", "t")
	says(t, 2, "waymark surveys template delivery prints", "surveys", "templates", "delivery")
	says(t, 2, "say what to do: lint, template or templates", "surveys")
	says(t, 2, "say what to do: lint, template or templates", "surveys", "link")
}

// What is printed is sent and published as it is.
func TestAPrintedTemplateIsTakenByAServer(t *testing.T) {
	s := begin(t, map[string]string{"WAYMARK_BOOTSTRAP_KEY": someKey}, "--addr", "127.0.0.1:0", "--data", t.TempDir())
	post := func(path, body string) map[string]any {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+someKey)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 300 {
			t.Fatalf("POST %s: %d %s", path, resp.StatusCode, b)
		}
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	m := post("/v1/maps", `{"title": "Shop", "stages": [{"id": "delivery", "name": "Delivery"}]}`)["id"].(string)
	for _, name := range templates.Names() {
		_, doc, _ := run(t, nil, "surveys", "template", name, "--map", m, "--stage", "delivery")
		id := post("/v1/surveys", doc)["id"].(string)
		if status := post("/v1/surveys/"+id+"/publish", "")["status"]; status != "published" {
			t.Errorf("%s is %v", name, status)
		}
	}
}
