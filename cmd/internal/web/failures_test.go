package web_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"waymark/cmd/internal/config"
	"waymark/cmd/internal/web"
	"waymark/surveys/ident"
)

// failing is a request that must be refused.
type failing struct {
	id     string
	status int
	slug   string
	change func(r *request)
}

func query(q string) func(*request) { return func(r *request) { r.query = q } }
func body(b string) func(*request)  { return func(r *request) { r.body = []byte(b) } }
func header(name, value string) func(*request) {
	return func(r *request) { r.header.Set(name, value) }
}

// good makes a request to the operation that would be taken.
func (s *story) good(id string) request { return s.exampleOf(id) }

// prepare makes the things that requests need: a map, a published survey with
// a response, a link, a file, a share.
func prepare(t *testing.T, change ...func(*config.Config)) *story {
	s := &story{api: serve(t, append([]func(*config.Config){func(c *config.Config) { c.LimitsOff = true }}, change...)...), path: map[string]string{"n": "1"}, etag: map[string]string{}, names: map[string]string{}, count: map[string]int{}}
	make := func(id, name string) {
		t.Helper()
		got := s.want(201, id, s.exampleOf(id))
		s.shown(string(got.body))
		s.path[name] = got.object(t)["id"].(string)
	}
	make("createMap", "map")
	s.etag["/v1/maps/"+s.path["map"]] = `"1"`
	make("createSurvey", "survey")
	s.want(200, "publishSurvey", s.exampleOf("publishSurvey"))
	s.etag["/v1/surveys/"+s.path["survey"]] = `"1"`
	got := s.want(201, "createResponse", request{body: fmt.Appendf(nil, `{"survey": %q, "id": "first", "answers": {"sat": 4}, "properties": {"state": "SP"}}`, s.path["survey"])})
	s.shown(string(got.body))
	s.path["response"] = got.object(t)["id"].(string)
	make("createLink", "link")
	make("createFile", "file")
	share := s.want(201, "createShare", s.exampleOf("createShare"))
	s.path["share"], s.path["token"] = share.object(t)["id"].(string), s.secret(share)
	s.path["page"] = s.link(s.path["survey"], `{}`)
	s.etag["/v1/settings"] = s.want(200, "getSettings", request{}).header.Get("ETag")
	s.brand()
	return s
}

// follows gives the failures that follow from what an operation is, whatever
// its domain.
func (s *story) follows(op described1) (all []failing) {
	add := func(status int, slug string, change func(*request)) {
		all = append(all, failing{op.id, status, slug, change})
	}
	if security := op.spec["security"].([]any); len(security) > 0 {
		scope := ident.Scope(security[0].(map[string]any)["key"].([]any)[0].(string))
		add(401, "unauthenticated", func(r *request) { r.header["Authorization"] = []string{} })
		add(401, "bad-key", header("Authorization", "Bearer wm_none_"+strings.Repeat("x", 40)))
		for _, other := range []ident.Scope{ident.ScopeMaps, ident.ScopeSurveys, ident.ScopeResponses, ident.ScopeRead} {
			if !other.Contains(scope) {
				add(403, "scope", header("Authorization", "Bearer "+s.keyOf(other)))
			}
		}
		add(400, "unknown-parameter", query("workspace=x"))
		add(400, "bad-query", query("%zz"))
		if op.method == "POST" && op.id != "createResponses" {
			add(422, "bad-idempotency-key", header("Idempotency-Key", strings.Repeat("x", 256)))
			add(400, "two-idempotency-keys", func(r *request) { r.header["Idempotency-Key"] = []string{"a", "b"} })
			add(422, "idempotency-key-reused", func(r *request) {
				// A refused call stands for its key too.
				first := *r
				first.header = r.header.Clone()
				first.header.Set("Idempotency-Key", "again "+op.id)
				first.query, first.body = "nope=1", []byte(" ")
				s.call(op.id, first)
				r.header.Set("Idempotency-Key", "again "+op.id)
			})
		}
	}
	params, _ := op.spec["parameters"].([]any)
	for _, raw := range params {
		p := s.follow(raw)
		name := p["name"].(string)
		if p["in"] == "query" && !op.forPeople() && name != "segment" {
			add(400, "repeated-parameter", query(name+"=1&"+name+"=2"))
			add(400, "empty-parameter", query(name+"="))
			add(422, "bad-parameter", query(name+"=%00"))
		}
		switch {
		case p["in"] == "path":
			add(404, "not-found", func(r *request) { r.path = maps.Clone(r.path); r.path[name] = "unknown" })
		case p["in"] == "query" && name == "limit":
			add(400, "bad-limit", query("limit=101"))
		case p["in"] == "query" && name == "cursor":
			add(400, "bad-cursor", query("cursor=nonsense"))
		case name == "If-Match":
			add(428, "if-match-missing", func(r *request) { r.header.Del("If-Match") })
			add(412, "stale", header("If-Match", `"99"`))
		}
	}
	content := s.content(op)
	if content[plainForm] != nil {
		add(413, "body-too-large", body(strings.Repeat("x", 257<<10)))
		add(413, "body-too-large", body(strings.Repeat("x", 11<<20)))
		add(400, "bad-form", body("sat=%zz"))
		add(400, "bad-form", header("Content-Type", "multipart/form-data"))
	}
	for mediaType := range content {
		add(415, "content-type", header("Content-Type", "text/plain"))
		add(415, "encoded-body", header("Content-Encoding", "gzip"))
		if mediaType == "multipart/form-data" && len(content) == 1 {
			form := func(parts string) func(*request) {
				return func(r *request) {
					r.header.Set("Content-Type", "multipart/form-data; boundary=b")
					r.body = []byte(strings.ReplaceAll(parts, "\n", "\r\n"))
				}
			}
			add(413, "body-too-large", body(strings.Repeat(" ", 6<<20)))
			add(400, "bad-form", form("--b\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\n\nx"))
			add(400, "malformed", form("--b\nContent-Disposition: form-data; name=\"other\"; filename=\"a.png\"\n\nx\n--b--\n"))
			add(422, "bad-form-name", form("--b\nContent-Disposition: form-data; name=\"file\"; filename=\"a\xff.png\"\n\nx\n--b--\n"))
			add(422, "invalid", form("--b\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\n\nx\n--b--\n"))
			add(413, "file-too-large", form("--b\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\n\n"+strings.Repeat(" ", 5<<20+1)+"\n--b--\n"))
		}
		if mediaType == "application/json" {
			add(413, "body-too-large", body(strings.Repeat(" ", 3<<20)))
			add(400, "not-json", body(`{"`))
			add(400, "too-deep", body(strings.Repeat("[", 100)+strings.Repeat("]", 100)))
			add(400, "malformed", body(`{"workspace": "x"}`))
			add(422, "invalid-utf8", body("{\"title\": \"\xff\"}"))
		}
	}
	return all
}

// particular are the failures of one operation.
func (s *story) particular() []failing {
	survey := func(text string) string { return fmt.Sprintf(`{"survey": %q, %s}`, s.path["survey"], text) }
	unknown := ident.Derive("srv", "unknown")
	all := []failing{
		{"createMap", 422, "invalid", body(`{"title": "", "stages": []}`)},
		{"createMap", 404, "not-found", body(`{"title": "x", "stages": [{"id": "a", "name": "A"}], "scores_from": "` + ident.Derive("map", "unknown") + `"}`)},
		{"replaceMap", 422, "invalid", body(`{"title": "", "stages": []}`)},
		{"replaceMap", 409, "stage-in-use", body(`{"title": "x", "stages": [{"id": "order", "name": "Order"}]}`)},
		{"restoreMapVersion", 409, "stage-in-use", func(r *request) {
			// A map whose first version has not the stage that a survey hangs on now.
			m := s.want(201, "createMap", request{body: []byte(`{"title": "x", "stages": [{"id": "old", "name": "Old"}]}`)}).object(s)["id"].(string)
			s.want(200, "replaceMap", request{path: map[string]string{"map": m}, header: http.Header{"If-Match": {`"1"`}}, body: []byte(`{"title": "x", "stages": [{"id": "delivery", "name": "New"}]}`)})
			s.want(201, "createSurvey", request{body: fmt.Appendf(nil, `{"map": %q, "stage": "delivery"}`, m)})
			r.path = map[string]string{"map": m, "n": "1"}
			r.header.Set("If-Match", `"2"`)
		}},
		{"deleteMap", 409, "map-in-use", nil},
		{"createShare", 422, "invalid", body(`{"access": "write"}`)},

		{"listSurveys", 404, "not-found", query("map=" + ident.Derive("map", "unknown"))},
		{"listSurveys", 400, "bad-status", query("status=open")},
		{"createSurvey", 422, "invalid", body(fmt.Sprintf(`{"map": %q, "stage": "none"}`, s.path["map"]))},
		{"createSurvey", 404, "not-found", body(`{"map": "` + ident.Derive("map", "unknown") + `", "stage": "delivery"}`)},
		{"replaceSurvey", 422, "invalid", body(fmt.Sprintf(`{"map": %q, "stage": "delivery", "layout": "x"}`, s.path["map"]))},
		{"getSurvey", 400, "bad-version", query("version=0")},
		{"getSurvey", 404, "not-found", query("version=77")},
		{"deleteSurvey", 409, "has-responses", nil},
		{"publishSurvey", 422, "invalid", func(r *request) { r.path = map[string]string{"survey": s.draft()} }},
		{"closeSurvey", 409, "survey-draft", func(r *request) { r.path = map[string]string{"survey": s.draft()} }},

		{"createLink", 422, "invalid", body(`{"single_use": true, "kiosk": true, "language": "xx"}`)},

		{"createResponse", 404, "not-found", body(`{"survey": "` + unknown + `", "answers": {"sat": 4}}`)},
		{"createResponse", 409, "survey-draft", func(r *request) { r.body = fmt.Appendf(nil, `{"survey": %q, "answers": {}}`, s.draft()) }},
		{"createResponse", 409, "id-taken", body(survey(`"id": "first", "answers": {"sat": 5}`))},
		{"createResponse", 422, "invalid", body(survey(`"answers": {"sat": 6}`))},
		{"createResponse", 410, "erased", func(r *request) {
			got := s.want(201, "createResponse", request{body: []byte(survey(`"id": "gone", "answers": {"sat": 4}`))})
			s.want(204, "deleteResponse", request{path: map[string]string{"response": got.object(s)["id"].(string)}})
			r.body = []byte(survey(`"id": "gone", "answers": {"sat": 4}`))
		}},
		{"createResponse", 410, "survey-closed", func(r *request) {
			got := s.want(201, "createSurvey", s.exampleOf("createSurvey"))
			closed := got.object(s)["id"].(string)
			s.want(200, "publishSurvey", request{path: map[string]string{"survey": closed}})
			s.want(200, "closeSurvey", request{path: map[string]string{"survey": closed}})
			r.body = fmt.Appendf(nil, `{"survey": %q, "answers": {"sat": 4}}`, closed)
		}},
		{"changeResponse", 422, "invalid", body(`{"status": "partial"}`)},
		{"exportCSV", 400, "survey-missing", query("")},
		{"exportNDJSON", 400, "survey-missing", query("")},

		{"replaceSettings", 422, "invalid", body(`{"name": ""}`)},
		{"replaceSettings", 404, "not-found", body(`{"brand": {"logo": "` + ident.Derive("fil", "unknown") + `"}}`)},

		{"sharedMap", 422, "bad-theme", query("theme=pink")},
		{"sharedMap", 422, "bad-width", query("width=5")},
		{"sharedMap", 422, "bad-lang", query("lang=xx")},
		{"sharedMap", 422, "bad-window", query("window=P2D")},
		{"sharedMap", 422, "bad-embed", query("embed=2")},
		{"sharedMap", 422, "repeated-parameter", query("lang=en&lang=ru")},
		{"sharedMap", 400, "bad-query", query("%zz")},
	}
	for _, id := range []string{"listResponses", "exportCSV", "exportNDJSON"} {
		named := "survey=" + s.path["survey"] + "&"
		all = append(all, failing{id, 404, "not-found", query("survey=" + unknown)},
			failing{id, 400, "bad-status", query(named + "status=x")}, failing{id, 400, "bad-time", query(named + "from=x")},
			failing{id, 400, "bad-window", query(named + "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z")}, failing{id, 400, "bad-segment", query(named + "segment=x")})
	}
	for _, id := range []string{"getScores", "renderSVG", "renderHTML", "renderJSON"} {
		all = append(all, failing{id, 400, "contradictory-query", query("window=P1D&to=2026-11-01T00:00:00Z")},
			failing{id, 422, "bad-window", query("window=P0D")}, failing{id, 422, "bad-time", query("from=x")}, failing{id, 422, "bad-segment", query("segment=x")},
			failing{id, 422, "unknown-segment", query("segment=x:y")}, failing{id, 422, "too-many-segments", query("segment=a:1&segment=b:1&segment=c:1&segment=d:1&segment=e:1&segment=f:1")})
		if id != "getScores" {
			all = append(all, failing{id, 422, "bad-theme", query("theme=pink")}, failing{id, 422, "bad-width", query("width=5")}, failing{id, 422, "bad-lang", query("lang=xx")}, failing{id, 422, "bad-page", query("page=a5")})
		}
	}
	return all
}

// draft makes a survey that was never published and could not be.
func (s *story) draft() string {
	s.Helper()
	return s.want(201, "createSurvey", request{body: fmt.Appendf(nil, `{"map": %q, "stage": "delivery"}`, s.path["map"])}).object(s)["id"].(string)
}

// unproduced are the refusals that no request of this test can bring about,
// and why.
var unproduced = map[string]string{
	"body-cut":           "a connection must break: see TestABodyThatIsCutIsRefused",
	"too-many-values":    "over 200 values of a property: package mapping tests it",
	"not-counted":        "needs a response that is partial or screened, which only the hosted page makes",
	"busy-files":         "more pictures at once than the tests have: package files tests it",
	"restored malformed": "needs a document that an older program took",
	"restored invalid":   "needs a document that an older program took",
}

func TestEveryRefusalIsDescribedAndHappens(t *testing.T) {
	s := prepare(t)
	var cases []failing
	for _, id := range slices.Sorted(maps.Keys(s.ops)) {
		cases = append(cases, s.follows(s.ops[id])...)
	}
	happened := map[string]bool{}
	for _, c := range slices.Concat(cases, s.particular(), s.overdue()) {
		r := s.good(c.id)
		if c.change != nil {
			c.change(&r)
		}
		got, slug := s.told(c.id, r)
		if got.status != c.status || slug != c.slug {
			t.Errorf("%s answers %d %s, want %d %s: %.500s", c.id, got.status, slug, c.status, c.slug, got.body)
		}
		happened[fmt.Sprint(c.id, " ", got.status, " ", slug)] = true
	}
	// Whatever is described for these statuses must have happened.
	typical := []int{400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 428}
	doc, _ := s.server.Document()
	for _, sec := range doc.Sections {
		for _, c := range sec.Calls {
			for _, a := range c.Answers { // of a page that is shown again
				if a.Status >= 400 && a.Status < 500 && !happened[fmt.Sprint(c.ID, " ", a.Status, " ")] {
					t.Errorf("%s is said to answer %d, which never happened", c.ID, a.Status)
				}
			}
			for _, r := range c.Refusals {
				if !slices.Contains(typical, r.Status) {
					continue
				}
				for _, p := range r.Problems {
					excuse := unproduced[p.Slug]
					if c.ID == "restoreMapVersion" && excuse == "" {
						excuse = unproduced["restored "+p.Slug]
					}
					if !happened[fmt.Sprint(c.ID, " ", r.Status, " ", p.Slug)] && excuse == "" {
						t.Errorf("%s is said to answer %d %s, which never happened", c.ID, r.Status, p.Slug)
					}
				}
			}
		}
	}
}

func TestTheLinesOfABatchAreRefusedAsDescribed(t *testing.T) {
	s := prepare(t)
	in := func(text string) string { return fmt.Sprintf(`{"survey": %q, %s}`, s.path["survey"], text) }
	var b bytes.Buffer
	want := map[string]bool{}
	for slug, line := range map[string]string{
		"not-json": `{"`, "too-deep": strings.Repeat("[", 100) + strings.Repeat("]", 100), "malformed": `{"x": 1}`, "invalid-utf8": "\"\xff\"",
		"not-found": `{"survey": "` + ident.Derive("srv", "unknown") + `", "answers": {}}`, "survey-draft": fmt.Sprintf(`{"survey": %q, "answers": {}}`, s.draft()),
		"id-taken": in(`"id": "first", "answers": {"sat": 1}`), "line-too-large": in(`"answers": {"sat": "` + strings.Repeat("x", 256<<10) + `"}`), "invalid": in(`"answers": {"sat": 9}`),
	} {
		want[slug] = true
		b.WriteString(line + "\n")
	}
	r := s.good("createResponses")
	r.body = b.Bytes()
	// What is sent is no good on purpose, so only the answer is held to the description.
	got := s.unchecked("createResponses", r)
	doc, _ := s.server.Document()
	for _, sec := range doc.Sections {
		for _, c := range sec.Calls {
			for _, p := range c.LineFails {
				told := fmt.Sprintf(`"status":%d,"problem":{"type":%q`, web.StatusOf(p), p.Type())
				if !strings.Contains(string(got.body), told) && want[p.Slug] {
					t.Errorf("no line is refused with %s:\n%s", told, got.body)
				}
				delete(want, p.Slug)
			}
		}
	}
	for slug := range want {
		t.Errorf("lines may be refused with %s, which is not described", slug)
	}
}
