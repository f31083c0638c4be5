package web_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waymark/responses/page"
	"waymark/surveys/ident"
	"waymark/surveys/workspace"
)

var update = flag.Bool("update", false, "write the answers that the description shows as examples")

// story runs the examples of the description one after the other on one
// server, each as it stands there but for the ids, which are the server's own.
type story struct {
	*api
	path  map[string]string // of the next example: parameter → id
	etag  map[string]string // by path
	names map[string]string // live id → the one that the description shows
	count map[string]int
}

// example runs the example of an operation and compares the answer with the
// one that the description shows.
func (s *story) example(id string, status int) answer {
	s.Helper()
	r := s.exampleOf(id)
	got := s.want(status, id, r)
	if tag := got.header.Get("ETag"); tag != "" {
		s.etag[s.concrete(id)] = tag
	}
	s.compare(id, got)
	return got
}

// concrete is the path of the thing that an operation works on.
func (s *story) concrete(id string) string {
	p := s.ops[id].path
	for name, value := range s.path {
		p = strings.ReplaceAll(p, "{"+name+"}", value)
	}
	return p
}

// of gives the value of a path's parameter. The token of a survey's link is
// another one than that of a share.
func (s *story) of(op described1, name string) string {
	if strings.HasPrefix(op.path, "/s/") && name == "token" {
		return s.path["page"]
	}
	return s.path[name]
}

// secret is the last part of the address that an answer tells once.
func (s *story) secret(made answer) string {
	s.Helper()
	url := made.object(s.T)["url"].(string)
	return url[strings.LastIndex(url, "/")+1:]
}

// exampleOf makes the request of an example.
func (s *story) exampleOf(id string) request {
	op := s.ops[id]
	r := request{path: map[string]string{}, header: http.Header{}}
	query := url.Values{}
	list, _ := op.spec["parameters"].([]any)
	for _, raw := range list {
		p := s.follow(raw)
		name := p["name"].(string)
		switch {
		case p["in"] == "path":
			r.path[name] = s.of(op, name)
			if r.path[name] == "" {
				s.Fatalf("%s: the story has no %s yet", id, name)
			}
		case name == "If-Match":
			tagged := strings.Split(s.concrete(id), "/versions/")[0]
			r.header.Set(name, s.etag[tagged])
		case p["example"] != nil:
			values, many := p["example"].([]any)
			if !many {
				values = []any{p["example"]}
			}
			for _, v := range values {
				query.Add(name, s.live(fmt.Sprint(v)))
			}
		}
	}
	r.query = query.Encode()
	content := s.content(op)
	for _, mediaType := range keysOf(content) {
		r.header.Set("Content-Type", mediaType)
		example := content[mediaType].(map[string]any)["example"]
		if mediaType == plainForm {
			r.body = []byte(s.form(r.path["token"], example.(map[string]any)).Encode())
			break // of several forms the plain one
		}
		if mediaType == "multipart/form-data" {
			r.fill(s.T, example.(map[string]any))
			continue
		}
		if text, ok := example.(string); ok {
			r.body = []byte(s.live(text))
			continue
		}
		b, err := json.Marshal(example)
		if err != nil {
			s.Fatal(err)
		}
		r.body = []byte(s.live(string(b)))
	}
	return r
}

// form fills in what a page of a survey asks, with the ticket that it has.
func (s *story) form(token string, fields map[string]any) url.Values {
	s.Helper()
	v := url.Values{page.FieldTicket: {s.ticket(token)}}
	for name, value := range fields {
		if name != page.FieldTicket {
			v.Set(name, fmt.Sprint(value))
		}
	}
	return v
}

// ticket opens a survey's page and gives the ticket on it.
func (s *story) ticket(token string) string {
	s.Helper()
	got := s.want(200, "surveyPage", request{path: map[string]string{"token": token}})
	ticket, found := page.Ticket(got.body)
	if !found {
		s.Fatalf("there is no ticket on the page: %s", got.body)
	}
	return ticket
}

// fill makes the body of a form, with a picture for each file that the example
// names.
func (r *request) fill(t *testing.T, fields map[string]any) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, file := range fields {
		if file != "@photo.png" {
			t.Fatalf("the test has no %v", file)
		}
		part, err := w.CreateFormFile(name, "photo.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(drawing(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r.header.Set("Content-Type", w.FormDataContentType())
	r.body = b.Bytes()
}

// drawing is a picture.
func drawing(t *testing.T) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(pixel, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (s *story) content(op described1) map[string]any {
	content, _ := s.follow(op.spec["requestBody"])["content"].(map[string]any)
	return content
}

// live puts the server's ids in the place of those that the description shows.
func (s *story) live(text string) string {
	for live, shown := range s.names {
		text = strings.ReplaceAll(text, shown, live)
	}
	return text
}

var (
	ids     = regexp.MustCompile(`\b(map|srv|rsp|shr|lnk|fil)_[a-z2-7]{26}\b`)
	cursors = regexp.MustCompile(`"next": ?"[^"]+"`)
	links   = regexp.MustCompile(`/([ms])/[A-Za-z0-9_-]{27}\b`)
)

// shown puts the ids that the description shows in the place of the server's:
// the first of a kind is the one that requests name.
func (s *story) shown(text string) string {
	text = ids.ReplaceAllStringFunc(text, func(id string) string {
		if s.names[id] == "" {
			prefix := id[:3]
			s.count[prefix]++
			s.names[id] = ident.Derive(prefix, "example")
			if n := s.count[prefix]; n > 1 {
				s.names[id] = ident.Derive(prefix, "example", fmt.Sprint(n))
			}
		}
		return s.names[id]
	})
	text = cursors.ReplaceAllString(text, `"next":"GGvzR2wZ3AByc3BfYQ"`)
	return links.ReplaceAllString(text, `/$1/AbCdEfGhIjKlMnOpQrStUvWxYz0`)
}

// extensions are those of the answers that are kept.
var extensions = map[string]string{"application/json": "json", "application/x-ndjson": "ndjson", "text/csv; charset=utf-8": "csv"}

func (s *story) compare(id string, got answer) {
	s.Helper()
	ext, kept := extensions[got.header.Get("Content-Type")]
	if !kept || id == "describeAPI" {
		return
	}
	text := s.shown(string(got.body))
	if ext == "json" {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
			s.Fatal(err)
		}
		text = b.String() + "\n"
	}
	file := filepath.Join("examples", fmt.Sprintf("%s.%d.%s", id, got.status, ext))
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			s.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		s.Fatalf("%v: run go test ./cmd/internal/web -run Examples -update", err)
	}
	if string(want) != text {
		s.Errorf("%s answers\n%s\nthe description shows\n%s\n(go test ./cmd/internal/web -run Examples -update writes it)", id, text, want)
	}
}

// brand makes the file the logo, and names a host that surveys may lead to.
func (s *story) brand() {
	s.Helper()
	got := s.want(200, "replaceSettings", request{header: http.Header{"If-Match": {s.etag["/v1/settings"]}}, body: fmt.Appendf(nil, `{"brand": {"logo": %q}, "redirect_hosts": ["shop.example"]}`, s.path["file"])})
	s.etag["/v1/settings"] = got.header.Get("ETag")
}

// fill hands in responses, so that there are scores to show.
func (s *story) fill() {
	s.Helper()
	for i, sat := range []int{5, 4, 5, 3, 5, 4, 2, 5, 4, 5} {
		s.want(201, "createResponse", request{body: fmt.Appendf(nil, `{"survey": %q, "id": "order-%d", "answers": {"sat": %d, "feel": %d}, "properties": {"state": "SP"}, "occurred_at": "2026-11-%02dT10:00:00Z"}`,
			s.path["survey"], 4800+i, sat, sat-3, 8+i)})
	}
	if _, err := s.app.Roller.RollUp(context.Background(), workspace.IDOf(workspace.DefaultWorkspace), s.path["survey"]); err != nil {
		s.Fatal(err)
	}
}

func TestTheExamplesAreWhatAServerTakesAndAnswers(t *testing.T) {
	s := &story{api: serve(t), path: map[string]string{}, etag: map[string]string{}, names: map[string]string{}, count: map[string]int{}}
	var spare []string
	id := func(got answer) string { return got.object(t)["id"].(string) }

	s.path["map"] = id(s.example("createMap", 201))
	s.etag["/v1/maps/"+s.path["map"]] = `"1"`
	s.path["n"] = "1"
	s.example("listMaps", 200)
	s.example("getMap", 200)
	s.example("replaceMap", 200)
	s.example("listMapVersions", 200)
	s.example("getMapVersion", 200)
	s.etag["/v1/maps/"+s.path["map"]] = `"2"`
	s.example("restoreMapVersion", 200)

	s.path["survey"] = id(s.example("createSurvey", 201))
	s.etag["/v1/surveys/"+s.path["survey"]] = `"1"`
	s.example("getSurvey", 200)
	s.example("replaceSurvey", 200)
	s.example("publishSurvey", 200)
	s.example("listSurveys", 200)

	s.path["link"] = id(s.example("createLink", 201))
	s.example("listLinks", 200)
	s.example("revokeLink", 204)
	s.path["page"] = s.secret(s.example("previewSurvey", 201)) // counts nothing, so that the figures stay
	for _, op := range []string{"surveyPage", "answerPage", "surveyQRSVG", "surveyQRPNG", "surveyPageScript"} {
		s.example(op, 200)
	}

	s.path["response"] = id(s.example("createResponse", 201))
	s.want(200, "createResponse", s.exampleOf("createResponse")) // again: the first receipt
	s.example("createResponses", 200)
	s.fill()
	s.example("listResponses", 200)
	s.example("getResponse", 200)
	s.example("exportNDJSON", 200)
	s.example("exportCSV", 200)
	s.example("changeResponse", 200)
	for _, op := range []string{"getScores", "renderSVG", "renderHTML", "renderJSON"} {
		s.example(op, 200)
	}

	made := s.example("createShare", 201)
	s.path["share"], s.path["token"] = id(made), s.secret(made)
	s.example("listShares", 200)
	s.example("sharedMap", 200)
	s.example("sharedMapScript", 200)
	s.example("revokeShare", 204)
	s.example("deleteResponse", 204)
	s.example("closeSurvey", 200)

	// What has responses or surveys cannot go, so others do.
	whole := s.path
	s.path = map[string]string{"survey": id(s.want(201, "createSurvey", s.exampleOf("createSurvey"))), "map": id(s.want(201, "createMap", s.exampleOf("createMap")))}
	s.example("deleteSurvey", 204)
	s.example("deleteMap", 204)
	s.path = whole

	s.path["file"] = id(s.example("createFile", 201))
	s.example("getFile", 200)
	s.etag["/v1/settings"] = s.example("getSettings", 200).header.Get("ETag")
	s.etag["/v1/settings"] = s.example("replaceSettings", 200).header.Get("ETag")
	s.brand()
	s.example("surveyPicture", 200)
	for _, op := range []string{"describeAPI", "readAPI", "live", "ready", "metrics"} {
		s.example(op, 200)
	}

	for name := range s.ops {
		if s.seen[name] == nil {
			spare = append(spare, name)
		}
	}
	slices.Sort(spare)
	for _, name := range spare {
		t.Errorf("the story never calls %s: every example must be run", name)
	}
	entries, err := os.ReadDir("examples")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name, _, _ := strings.Cut(e.Name(), "."); s.seen[name] == nil {
			t.Errorf("examples/%s belongs to no operation", e.Name())
		}
	}
}

func TestEveryRouteIsAnOperation(t *testing.T) {
	a := serve(t)
	routes := a.server.Routes()
	if len(routes) != len(a.ops) {
		t.Errorf("%d routes, %d operations", len(routes), len(a.ops))
	}
	for _, r := range routes {
		found := false
		for _, op := range a.ops {
			found = found || op.method == r[0] && op.path == r[1]
		}
		if !found {
			t.Errorf("%s %s is not in the document", r[0], r[1])
		}
	}
}
