package e2e

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// described is a route as the program describes it itself, so that a route
// which is new is attacked too.
type described struct {
	method, path string
	media        string   // of its body; empty without one
	parameters   []string // of the query
}

func (p *program) routes() (all []described) {
	p.t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct{ Content map[string]any }
			Parameters  []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(p.want(200, "GET", "/openapi.json", "").body, &doc); err != nil {
		p.t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			d := described{method: strings.ToUpper(method), path: path}
			for m := range o.RequestBody.Content {
				d.media = m
			}
			for _, x := range o.Parameters {
				if x.In == "query" {
					d.parameters = append(d.parameters, x.Name)
				}
			}
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b described) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 30 {
		p.t.Fatalf("only %d routes are described", len(all))
	}
	return all
}

// shopOfRoutes is one of everything that a path can name.
func shopOfRoutes(t *testing.T, p *program) map[string]string {
	t.Helper()
	mapID, survey := p.survey()
	rsp := p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`, survey)).object(t)["id"].(string)
	share := p.want(201, "POST", "/v1/maps/"+mapID+"/shares", `{"label":"x"}`).object(t)
	link := p.want(201, "POST", "/v1/surveys/"+survey+"/links", `{"label":"x"}`).object(t)
	file := p.upload("x.png", drawing(t)).object(t)
	return map[string]string{"{map}": mapID, "{survey}": survey, "{response}": rsp, "{share}": share["id"].(string), "{link}": link["id"].(string), "{file}": file["id"].(string), "{n}": "1"}
}

// fill puts ids into a path; ok is false where one is missing.
func fillPath(path string, ids map[string]string) (string, bool) {
	for name, id := range ids {
		path = strings.ReplaceAll(path, name, id)
	}
	return path, !strings.Contains(path, "{")
}

func TestAttack34EveryRouteAnswersAForeignIDLikeAnUnknownOne(t *testing.T) {
	p := start(t, t.TempDir())
	own := shopOfRoutes(t, p)
	unknown := map[string]string{"{n}": "1"}
	for name, id := range own {
		if kind, _, ok := strings.Cut(id, "_"); ok {
			unknown[name] = kind + "_" + strings.Repeat("a", 26)
		}
	}
	out, err := exec.Command(bin, "keys", "create", "--workspace", "other", "--scope", "admin", "--data", dataOf(p)).Output()
	if err != nil {
		t.Fatal(err)
	}
	owner := p.key
	p.key = strings.TrimSpace(string(out))
	tried := 0
	for _, r := range p.routes() {
		if strings.HasPrefix(r.path, "/m/") || strings.HasPrefix(r.path, "/s/") {
			continue // a token is no id, and belongs to no key
		}
		foreign, known := fillPath(r.path, own)
		if foreign == r.path {
			continue
		}
		none, _ := fillPath(r.path, unknown)
		if !known {
			t.Errorf("%s: the test knows no such id", r.path)
			continue
		}
		body := map[bool]string{true: "{}"}[r.media != ""]
		a, b := p.call(r.method, foreign, body, "If-Match", `"1"`), p.call(r.method, none, body, "If-Match", `"1"`)
		if a.status != 404 || b.status != 404 || !bytes.Equal(a.body, b.body) || a.header.Get("ETag") != b.header.Get("ETag") {
			t.Errorf("attack 34: %s %s: foreign %d %s, unknown %d %s", r.method, r.path, a.status, a.body, b.status, b.body)
		}
		tried++
	}
	if tried < 20 {
		t.Errorf("only %d routes were tried", tried)
	}
	// A picture by a link of one's own.
	_, survey := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?"}]`)
	link := p.link(survey, `{}`)
	p.visit(link).must(200)
	foreign, none := p.visit(link+"/files/"+own["{file}"]).must(404), p.visit(link+"/files/"+unknown["{file}"]).must(404)
	if foreign.body != none.body {
		t.Errorf("attack 34: a foreign picture answers %s, an unknown one %s", foreign.text(), none.text())
	}
	// By filter, in a batch and by an import.
	for _, q := range []string{"survey=" + own["{survey}"] + "&", "map=" + own["{map}"] + "&"} {
		for _, path := range []string{"/v1/responses?", "/v1/surveys?"} {
			if strings.HasPrefix(q, "survey") && path == "/v1/surveys?" {
				continue
			}
			p.want(404, "GET", path+strings.TrimSuffix(q, "&"), "")
		}
	}
	line := func(survey string) string { return fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`+"\n", survey) }
	result := func(body string) string {
		_, rest, _ := strings.Cut(string(p.want(200, "POST", "/v1/responses/batch", body, "Content-Type", "application/x-ndjson").body), ",")
		return rest
	}
	if a, b := result(line(own["{survey}"])), result(line(unknown["{survey}"])); a != b || !strings.Contains(a, "404") {
		t.Errorf("attack 34: a batch: %s %s", a, b)
	}
	for _, survey := range []string{own["{survey}"], unknown["{survey}"]} {
		cmd := exec.Command(bin, "import", "responses", "-", "--survey", survey, "--map", "score=answers.sat", "--server", p.base, "--key", p.key)
		cmd.Stdin = strings.NewReader("score\n4\n")
		if out, err := cmd.CombinedOutput(); exitCode(err) == 0 {
			t.Errorf("attack 34: an import into a foreign survey: %v %s", err, out)
		}
	}
	p.key = owner
	if n := len(p.want(200, "GET", "/v1/responses?survey="+own["{survey}"], "").object(t)["data"].([]any)); n != 1 {
		t.Errorf("attack 34: %d answers: a stranger added some", n)
	}
}

func TestEveryRouteThatTakesABodyRefusesBadOnes(t *testing.T) {
	p := start(t, t.TempDir())
	ids := shopOfRoutes(t, p)
	deep := strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)
	tried := 0
	for _, r := range p.routes() {
		path, ok := fillPath(r.path, ids)
		if !ok || r.media != "application/json" {
			continue
		}
		tried++
		for name, c := range map[string]struct {
			body     string
			statuses []int
			headers  []string
		}{
			"attack 12: an unknown key":       {`{"no_such_key":1}`, []int{400}, nil},
			"attack 12: a doubled key":        {`{"label":"a","label":"b"}`, []int{400}, nil},
			"attack 14: 10,000 levels deep":   {deep, []int{400, 413}, nil},
			"attack 19: invalid UTF-8":        {"{\"title\":\"\xff\"}", []int{400, 422}, nil},
			"attack 32: an operator":          {`{"$where":"1"}`, []int{400}, nil},
			"attack 32: a dot":                {`{"a.b":1}`, []int{400}, nil},
			"attack 32: an operator as value": {`{"title":{"$ne":null}}`, []int{400}, nil},
			"attack 35: a workspace":          {`{"workspace":"x"}`, []int{400}, nil},
			"attack 35: a score":              {`{"score":1}`, []int{400}, nil},
			"attack 35: a version":            {`{"version":7}`, []int{400}, nil},
			"not JSON":                        {`{`, []int{400}, nil},
			"attack 11: NaN":                  {`{"title":NaN}`, []int{400}, nil},
			"another JSON type":               {`[]`, []int{400}, nil},
			"attack 16: gzip":                 {"{}", []int{415}, []string{"Content-Encoding", "gzip"}},
			"attack 16: br":                   {"{}", []int{415}, []string{"Content-Encoding", "br"}},
			"attack 16: deflate":              {"{}", []int{415}, []string{"Content-Encoding", "deflate"}},
			"attack 16: a form":               {"a=b", []int{415}, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		} {
			a := p.call(r.method, path, c.body, append([]string{"If-Match", `"1"`}, c.headers...)...)
			if !slices.Contains(c.statuses, a.status) || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: %s: status %d, want %v: %.300s", r.method, r.path, name, a.status, c.statuses, a.body)
			}
		}
		// 10 MB, announced or not; the server may hang up on what it will not read.
		big := `{"title":"` + strings.Repeat("x", 10<<20) + `"}`
		for _, body := range []io.Reader{strings.NewReader(big), io.MultiReader(strings.NewReader(big))} {
			if a, err := p.try(r.method, path, body, "If-Match", `"1"`); err == nil && a.status != 413 {
				t.Errorf("attack 15: %s %s: status %d: %.300s", r.method, r.path, a.status, a.body)
			}
		}
	}
	if tried < 6 {
		t.Errorf("only %d routes were tried", tried)
	}
	p.want(200, "GET", "/v1/maps/"+ids["{map}"], "")
}

func TestAttack14DeepBodiesTakeBoundedMemory(t *testing.T) {
	p := start(t, t.TempDir())
	_, survey := p.survey()
	send := func(n int) {
		for range n {
			deep := strings.Repeat("[", 1<<20)
			p.call("POST", "/v1/maps", `{"title":`+deep)
			p.call("POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":%s`, survey, deep[:200<<10]))
			p.call("POST", "/v1/responses/batch", fmt.Sprintf(`{"survey":%q,"answers":%s`+"\n", survey, deep[:200<<10]), "Content-Type", "application/x-ndjson")
		}
	}
	send(5)
	before := residentKB(t, p.cmd.Process.Pid)
	send(40)
	if grown := residentKB(t, p.cmd.Process.Pid) - before; grown > 64<<10 {
		t.Errorf("attack 14: %d KB more are in use", grown)
	}
}

func TestBadTextInPathsQueriesAndHeadersIsRefused(t *testing.T) {
	p := start(t, t.TempDir())
	ids := shopOfRoutes(t, p)
	texts := map[string]string{
		"attack 19: NUL":                "%00",
		"attack 19: invalid UTF-8":      "%ff%fe",
		"attack 19: half an escape":     "%",
		"attack 20: turned around":      "%E2%80%AEabc",
		"attack 32: an operator":        "[$ne]=1",
		"attack 33: a pattern":          "(a%2B)%2B%24",
		"attack 46: out of the path":    "..%2F..%2Fetc",
		"attack 53: a line of the log":  "x%0d%0aX-Injected:%201",
		"attack 25: a script":           "%3Cscript%3E",
		"attack 18: 8,000 characters":   strings.Repeat("a", 8000),
		"attack 13: a very large count": "99999999999999999999",
	}
	tried := 0
	for _, r := range p.routes() {
		for name, text := range texts {
			// Each id of the path by itself, then each parameter.
			bad := map[string]string{}
			for k := range ids {
				bad[k] = text
			}
			bad["{token}"] = text
			var paths []string
			if path, _ := fillPath(r.path, bad); path != r.path {
				paths = append(paths, path)
			}
			if path, ok := fillPath(r.path, ids); ok && r.method == "GET" {
				for _, q := range r.parameters {
					paths = append(paths, path+"?"+q+"="+text, path+"?"+q+"="+text+"&"+q+"="+text)
				}
				paths = append(paths, path+"?"+text+"=1", path+"?"+text)
			}
			for _, path := range paths {
				tried++
				began := time.Now()
				line, status := raw(t, p, r.method, path)
				if status >= 500 || status < 200 || strings.Contains(line, "X-Injected") {
					t.Errorf("%s %s %s: %s", name, r.method, path, line)
				}
				if d := time.Since(began); d > 10*time.Second {
					t.Errorf("%s %s %s: took %v", name, r.method, path, d)
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d requests were tried", tried)
	}
	for _, header := range []string{"If-Match", "If-None-Match", "Idempotency-Key", "Accept-Language", "Authorization", "Content-Type", "X-Forwarded-For", "Origin", "Host"} {
		for _, value := range []string{"\xff\xfe", strings.Repeat("a,", 2000), "\"", "W/\"1\"", "$ne", "*", "😀"} {
			for _, r := range [][2]string{{"GET", "/v1/maps/" + ids["{map}"]}, {"PUT", "/v1/maps/" + ids["{map}"]}, {"POST", "/v1/maps"}, {"GET", "/m/x"}} {
				if line, status := raw(t, p, r[0], r[1], header+": "+value); status >= 500 {
					t.Errorf("attack 19: %s %s with %s: %.20q: %s", r[0], r[1], header, value, line)
				}
			}
		}
	}
	if strings.Contains(p.log.String(), "X-Injected") || strings.Contains(p.log.String(), "panic") {
		t.Errorf("attack 53: %s", p.log)
	}
}

// raw sends a request as it stands, which the client of the tests would mend,
// and gives the head of the answer.
func raw(t *testing.T, p *program, method, path string, headers ...string) (head string, status int) {
	t.Helper()
	c, err := net.DialTimeout("tcp", strings.TrimPrefix(p.base, "http://"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nConnection: close\r\n", method, path)
	for _, h := range append([]string{"Host: x", "Authorization: Bearer " + p.key, "Content-Length: 0"}, headers...) {
		name, _, _ := strings.Cut(h, ":")
		if i := slices.IndexFunc(headers, func(o string) bool { return strings.HasPrefix(o, name+":") }); i >= 0 && h != headers[i] {
			continue
		}
		b.WriteString(h + "\r\n")
	}
	if _, err := io.WriteString(c, b.String()+"\r\n"); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.LimitReader(c, 64<<10))
	if len(got) == 0 {
		t.Fatalf("%s %.80s got no answer: %v", method, path, err)
	}
	head, _, _ = strings.Cut(string(got), "\r\n\r\n")
	if _, err := fmt.Sscanf(head, "HTTP/1.1 %d", &status); err != nil {
		t.Fatalf("%s %.80s: %q", method, path, head)
	}
	return head, status
}

// turning are characters that turn what stands around them, or hide it.
const turning = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\u200e\u200f\u2060\ufeff\u061c"

func TestAttacks20And27TextsOfAMapAreOnlyTextsInEveryView(t *testing.T) {
	p := start(t, t.TempDir())
	evil := `</text></svg><script>alert(1)</script><foreignObject><b onload="x"/></foreignObject>]]><!ENTITY x "y">&x; ` + turning + "evil" + strings.Repeat("\u0301", 50)
	text, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	m := p.want(201, "POST", "/v1/maps", strings.ReplaceAll(`{"title":T,"scenario":T,"business_goal":T,"personas":[{"id":"a","name":T,"role":T,"quote":T}],
		"stages":[{"id":"s","name":T,"goal":T,"steps":[T],"thoughts":[T],"feelings":[{"text":T,"why":T}],"owner":{"name":T},"pains":[{"id":"p","text":T,"remedy":T}],
			"moments":[{"kind":"truth","text":T}],"touchpoints":[{"id":"t","name":T,"channel":"web","content":T}],"backstage":{"systems":[T],"teams":[{"name":T,"uses":[T]}]}}],
		"opportunities":[{"id":"o","stage":"s","text":T,"owner":{"name":T}}],"kpis":[{"id":"k","stage":"s","name":T,"unit":"d"}],"evidence":[{"id":"e","stage":"s","kind":"other","text":T,"source":T,"author":T}],
		"paths":[{"from":"s","to":"s","kind":"loop","label":T}],"checklist":[{"question":T,"answer":T}],"story":[{"panel":"problem","text":T}],"views":[{"id":"v","name":T,"lanes":[T]}]}`, "T", string(text))).object(t)
	path := "/v1/maps/" + m["id"].(string)
	if got := p.want(200, "GET", path, "").object(t); got["title"] != evil {
		t.Errorf("the data changed: %q", got["title"]) // as data it is kept
	}
	share := p.want(201, "POST", path+"/shares", `{"label":"x"}`).object(t)["url"].(string)
	for _, view := range []string{path + "/render.svg", path + "/render.html", strings.TrimPrefix(share, p.base)} {
		body := string(p.want(200, "GET", view, "").body)
		for _, tag := range []string{"<script>", "<foreignObject", "<b onload", "<!ENTITY"} {
			if strings.Contains(body, tag) {
				t.Errorf("%s: a text became %s", view, tag)
			}
		}
		for _, r := range turning {
			if strings.ContainsRune(body, r) {
				t.Errorf("attack 20: %s: %U is shown", view, r)
			}
		}
		if strings.Contains(body, strings.Repeat("\u0301", 10)) {
			t.Errorf("attack 20: %s: fifty marks stand on one letter", view)
		}
		if !strings.HasSuffix(view, ".svg") {
			continue
		}
		d := xml.NewDecoder(strings.NewReader(body))
		d.Strict = true
		for {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("attack 27: the picture is not strict XML: %v", err)
			}
			switch tok := tok.(type) {
			case xml.Directive, xml.Comment:
				t.Errorf("attack 27: a text became %v", tok)
			case xml.StartElement:
				if slices.Contains([]string{"script", "foreignObject", "b", "iframe", "image", "use"}, tok.Name.Local) {
					t.Errorf("attack 27: a text became the element %s", tok.Name.Local)
				}
			}
		}
	}
}
