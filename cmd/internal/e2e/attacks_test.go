package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAttacksOnTheAPI(t *testing.T) {
	p := start(t, t.TempDir())
	mapID, survey := p.survey()
	post := func(body string) answer { return p.call("POST", "/v1/responses", body) }
	response := func(answers string) string { return fmt.Sprintf(`{"survey":%q,"answers":%s}`, survey, answers) }

	t.Run("attack 5: the same submit twice is one response with one receipt", func(t *testing.T) {
		body := fmt.Sprintf(`{"survey":%q,"id":"twice","answers":{"sat":4}}`, survey)
		first := p.want(201, "POST", "/v1/responses", body)
		again := p.want(200, "POST", "/v1/responses", strings.ReplaceAll(body, ",", " , "))
		if !bytes.Equal(first.body, again.body) {
			t.Errorf("%s\n%s", first.body, again.body)
		}
	})
	t.Run("attack 6: the same id with another body is a conflict", func(t *testing.T) {
		p.want(409, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":"twice","answers":{"sat":5}}`, survey))
	})
	t.Run("attack 7: of 100 parallel submits of one id exactly one is stored", func(t *testing.T) {
		var created atomic.Int32
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				a, err := p.try("POST", "/v1/responses", strings.NewReader(fmt.Sprintf(`{"survey":%q,"id":"race","answers":{"sat":4}}`, survey)))
				if err != nil || (a.status != 200 && a.status != 201) {
					t.Errorf("%d %v", a.status, err)
				}
				if a.status == 201 {
					created.Add(1)
				}
			})
		}
		wg.Wait()
		if created.Load() != 1 {
			t.Errorf("%d were created", created.Load())
		}
	})
	t.Run("what the rules refuse is refused with a pointer", func(t *testing.T) {
		for name, c := range map[string]struct {
			body    string
			status  int
			pointer string
		}{
			"attack 10: a required question skipped": {response(`{"feel":1}`), 422, "#/answers/sat"},
			"attack 11: above the scale":             {response(`{"sat":4,"rec":11}`), 422, "#/answers/rec"},
			"attack 11: below the scale":             {response(`{"sat":4,"rec":-1}`), 422, "#/answers/rec"},
			"attack 11: a fraction":                  {response(`{"sat":4,"rec":7.5}`), 422, "#/answers/rec"},
			"attack 11: a text":                      {response(`{"sat":4,"rec":"9"}`), 422, "#/answers/rec"},
			"attack 11: true":                        {response(`{"sat":4,"rec":true}`), 422, "#/answers/rec"},
			"attack 11: null":                        {response(`{"sat":4,"rec":null}`), 422, "#/answers/rec"},
			"attack 11: a list":                      {response(`{"sat":4,"rec":[]}`), 422, "#/answers/rec"},
			"attack 11: NaN is not JSON":             {response(`{"sat":NaN}`), 400, ""},
			"attack 12: an unknown key":              {fmt.Sprintf(`{"survey":%q,"answers":{"sat":4},"scores":1}`, survey), 400, "#/scores"},
			"attack 12: a duplicate key":             {response(`{"sat":4,"sat":5}`), 400, "#/answers/sat"},
			"attack 13: a number beyond 2^53":        {response(`{"sat":9007199254740993}`), 422, "#/answers/sat"},
			"attack 14: 10,000 levels deep":          {response(strings.Repeat("[", 10000) + strings.Repeat("]", 10000)), 400, ""},
			"attack 19: invalid UTF-8":               {response("{\"sat\":4,\"why\":\"\xff\"}"), 422, ""},
			"attack 19: NUL":                         {response(`{"sat":4,"why":"a\u0000b"}`), 422, "#/answers/why"},
			"attack 32: an operator as an answer":    {response(`{"sat":{"$ne":null}}`), 400, "#/answers/sat/$ne"},
			"attack 35: a smuggled workspace":        {fmt.Sprintf(`{"survey":%q,"answers":{"sat":4},"workspace":"x"}`, survey), 400, "#/workspace"},
			"an unknown question":                    {response(`{"sat":4,"nope":1}`), 422, "#/answers/nope"},
			"an answer from the future":              {fmt.Sprintf(`{"survey":%q,"answers":{"sat":4},"occurred_at":"2999-01-01T00:00:00Z"}`, survey), 422, "#/occurred_at"},
			"an answer from before 1970":             {fmt.Sprintf(`{"survey":%q,"answers":{"sat":4},"occurred_at":"1969-12-31T23:59:59.999Z"}`, survey), 422, "#/occurred_at"},
			"a time that is none":                    {fmt.Sprintf(`{"survey":%q,"answers":{"sat":4},"occurred_at":"yesterday"}`, survey), 422, "#/occurred_at"},
			"answers of the wrong type":              {response(`[]`), 422, "#/answers"},
			"an unknown survey":                      {`{"survey":"srv_aaaaaaaaaaaaaaaaaaaaaaaaaa","answers":{"sat":4}}`, 404, ""},
		} {
			a := post(c.body)
			if a.status != c.status || !strings.Contains(string(a.body), c.pointer) || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s %s", name, a.status, a.header.Get("Content-Type"), a.body)
			}
		}
	})
	t.Run("attack 15: 10 MB of free text is too large, announced or not", func(t *testing.T) {
		big := response(`{"sat":4,"why":"` + strings.Repeat("x", 10<<20) + `"}`)
		for _, body := range []io.Reader{strings.NewReader(big), io.MultiReader(strings.NewReader(big))} { // with a length, and chunked
			a, err := p.try("POST", "/v1/responses", body)
			// The server may hang up on what it will not read.
			if err == nil && a.status != 413 {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		p.want(413, "POST", "/v1/responses", response(`{"sat":4,"why":"`+strings.Repeat("x", 300<<10)+`"}`))
	})
	t.Run("attack 16: encoded bodies are refused", func(t *testing.T) {
		for _, enc := range []string{"gzip", "br", "deflate"} {
			p.want(415, "POST", "/v1/responses", response(`{"sat":4}`), "Content-Encoding", enc)
			p.want(415, "POST", "/v1/responses/batch", response(`{"sat":4}`), "Content-Encoding", enc, "Content-Type", "application/x-ndjson")
		}
		p.want(415, "POST", "/v1/responses", response(`{"sat":4}`), "Content-Type", "text/plain")
	})
	t.Run("attack 20: bidirectional and zero-width characters are kept as data", func(t *testing.T) {
		a := p.want(201, "POST", "/v1/responses", response(`{"sat":4,"why":"\u202eabc\u200b\u0301\u0301"}`)).object(t)
		got := p.want(200, "GET", fmt.Sprintf("/v1/responses/%s", a["id"]), "").object(t)
		if got["answers"].(map[string]any)["why"] != "\u202eabc\u200b\u0301\u0301" {
			t.Errorf("%v", got)
		}
	})
	t.Run("attack 29: a map with 10,000 stages is refused", func(t *testing.T) {
		var b strings.Builder
		for i := range 10000 {
			fmt.Fprintf(&b, `,{"id":"s%d","name":"S"}`, i)
		}
		p.want(422, "POST", "/v1/maps", `{"title":"x","stages":[`+b.String()[1:]+`]}`)
	})
	t.Run("attack 30: cells that could be formulas are defused on export", func(t *testing.T) {
		for i, s := range []string{"=1+1", "+1", "-1", "@x", "\\tx", "＝1", "\\rx"} {
			p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":"f%d","answers":{"sat":4,"feel":-1,"why":"%s"}}`, survey, i, s))
		}
		csv := string(p.want(200, "GET", "/v1/responses/export.csv?survey="+survey, "").body)
		for _, want := range []string{"'=1+1", "'+1", "'-1", "'@x", "'\tx", "'＝1", "'\rx", ",-1,"} {
			if !strings.Contains(csv, want) {
				t.Errorf("%q is missing in\n%s", want, csv)
			}
		}
	})
	t.Run("attack 32: operators in the query are refused", func(t *testing.T) {
		p.want(400, "GET", "/v1/responses?id[$gt]=", "")
		p.want(400, "GET", "/v1/maps?limit=0", "")
		p.want(400, "GET", "/v1/maps?limit=5&limit=6", "")
		p.want(400, "GET", "/v1/maps?cursor=nonsense", "")
		p.want(400, "GET", "/v1/responses?survey=", "") // a filter that was not filled lists nothing
		p.want(422, "GET", "/v1/responses?respondent=%ff", "")
		p.want(422, "GET", "/v1/maps/"+mapID+"/scores?segment=state:%00", "")
	})
	t.Run("attack 33: a pattern is literal text", func(t *testing.T) {
		p.want(201, "POST", "/v1/responses", response(`{"sat":4,"why":"(a+)+$"}`))
		a := p.want(200, "GET", "/v1/responses?survey="+survey+"&q=(a%2B)%2B%24", "").object(t)
		if n := len(a["data"].([]any)); n != 1 {
			t.Errorf("%d found", n)
		}
	})
	t.Run("attack 34: another workspace's ids answer like unknown ones, to the byte", func(t *testing.T) {
		out, err := exec.Command(bin, "keys", "create", "--workspace", "other", "--scope", "admin", "--data", dataOf(p)).Output()
		if err != nil {
			t.Fatal(err)
		}
		own := p.key
		defer func() { p.key = own }()
		rsp := post(response(`{"sat":4}`)).object(t)["id"].(string)
		const nobody = "map_aaaaaaaaaaaaaaaaaaaaaaaaaa"
		namesMap := func(what, id string) string {
			return fmt.Sprintf(`{"title":"x","stages":[{"id":"a","name":"A"}],`+what+`}`, id)
		}
		p.key = strings.TrimSpace(string(out))
		for foreign, unknown := range map[[2]string][2]string{
			{"GET /v1/maps/" + mapID, ""}:                                                                        {"GET /v1/maps/map_aaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
			{"PUT /v1/maps/" + mapID, "{}"}:                                                                      {"PUT /v1/maps/nonsense", "{}"},
			{"DELETE /v1/maps/" + mapID, ""}:                                                                     {"DELETE /v1/maps/map_aaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
			{"GET /v1/surveys/" + survey, ""}:                                                                    {"GET /v1/surveys/srv_aaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
			{"POST /v1/surveys/" + survey + "/publish", ""}:                                                      {"POST /v1/surveys/x/publish", ""},
			{"POST /v1/surveys/" + survey + "/close", ""}:                                                        {"POST /v1/surveys/x/close", ""},
			{"DELETE /v1/surveys/" + survey, ""}:                                                                 {"DELETE /v1/surveys/x", ""},
			{"GET /v1/responses/" + rsp, ""}:                                                                     {"GET /v1/responses/rsp_aaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
			{"DELETE /v1/responses/" + rsp, ""}:                                                                  {"DELETE /v1/responses/x", ""},
			{"GET /v1/responses?survey=" + survey, ""}:                                                           {"GET /v1/responses?survey=x", ""},
			{"POST /v1/responses", response(`{"sat":4}`)}:                                                        {"POST /v1/responses", `{"survey":"x","answers":{"sat":4}}`},
			{"POST /v1/maps", namesMap(`"scores_from":%q`, mapID)}:                                               {"POST /v1/maps", namesMap(`"scores_from":%q`, nobody)},
			{"POST /v1/maps", namesMap(`"paths":[{"from":"a","to":"a","kind":"loop","map":%q}]`, mapID)}:         {"POST /v1/maps", namesMap(`"paths":[{"from":"a","to":"a","kind":"loop","map":%q}]`, nobody)},
			{"POST /v1/maps", namesMap(`"evidence":[{"id":"e","kind":"survey","text":"x","response":%q}]`, rsp)}: {"POST /v1/maps", namesMap(`"evidence":[{"id":"e","kind":"survey","text":"x","response":%q}]`, "rsp_aaaaaaaaaaaaaaaaaaaaaaaaaa")},
			{"POST /v1/surveys", `{"map":"` + mapID + `","stage":"delivery","title":"x","questions":[]}`}:        {"POST /v1/surveys", `{"map":"map_aaaaaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery","title":"x","questions":[]}`},
		} {
			fm, fp, _ := strings.Cut(foreign[0], " ")
			um, up, _ := strings.Cut(unknown[0], " ")
			a, b := p.call(fm, fp, foreign[1]), p.call(um, up, unknown[1])
			if a.status != 404 || b.status != 404 || !bytes.Equal(a.body, b.body) {
				t.Errorf("%s: %d %s\n%s: %d %s", foreign[0], a.status, a.body, unknown[0], b.status, b.body)
			}
		}
	})
	t.Run("attack 51: an unknown id and a wrong secret answer alike", func(t *testing.T) {
		own := p.key
		defer func() { p.key = own }()
		var bodies [][]byte
		for _, k := range []string{"wm_boot_" + strings.Repeat("x", 40), "wm_none_" + strings.Repeat("x", 40), "nonsense"} {
			p.key = k
			bodies = append(bodies, p.want(401, "GET", "/v1/maps", "").body)
		}
		if !bytes.Equal(bodies[0], bodies[1]) {
			t.Errorf("%s\n%s", bodies[0], bodies[1])
		}
	})
	t.Run("attack 1: guessing keys is limited, and locks out nobody who has one", func(t *testing.T) {
		own := p.key
		p.key = "wm_none_" + strings.Repeat("x", 40)
		status := 0
		for range 80 {
			status = p.call("GET", "/v1/maps", "").status
		}
		p.key = own
		if status != 429 {
			t.Errorf("the 80th guess answers %d", status)
		}
		p.want(200, "GET", "/v1/maps", "")
	})
	t.Run("attack 53: no key, answer or address is logged", func(t *testing.T) {
		post(response(`{"sat":4,"why":"hunter2 ana@example.org"}`))
		p.call("GET", "/v1/responses?q=hunter2%0aforged", "")
		for _, secret := range []string{"hunter2", "ana@example.org", adminKey[8:], "forged"} {
			if strings.Contains(p.log.String(), secret) {
				t.Errorf("%q is in the log:\n%s", secret, p.log)
			}
		}
	})
	t.Run("attack 9: nothing is taken once close has answered", func(t *testing.T) {
		p.want(200, "POST", "/v1/surveys/"+survey+"/close", "")
		p.want(410, "POST", "/v1/responses", response(`{"sat":4}`))
	})
}

func dataOf(p *program) string {
	for i, a := range p.cmd.Args {
		if a == "--data" {
			return p.cmd.Args[i+1]
		}
	}
	return ""
}

func TestSlowAndIdleClientsHoldNobodyUp(t *testing.T) { // attack 52
	p := start(t, t.TempDir())
	addr := strings.TrimPrefix(p.base, "http://")
	for i := range 200 {
		c, err := net.DialTimeout("tcp", addr, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i%2 == 0 {
			_, _ = io.WriteString(c, "GET /v1/maps HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		}
	}
	began := time.Now()
	p.want(200, "GET", "/livez", "")
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("another client waited %v", d)
	}
}

func TestABatchAnswersWhileItIsStillSent(t *testing.T) {
	p := start(t, t.TempDir())
	_, survey := p.survey()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, "POST", p.base+"/v1/responses/batch", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	req.Header.Set("Content-Type", "application/x-ndjson")
	go func() { _, _ = fmt.Fprintf(w, `{"survey":%q,"answers":{"sat":4}}`+"\n", survey) }()
	res, err := p.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	buf := make([]byte, 512)
	n, err := res.Body.Read(buf) // before the body has ended
	if err != nil || !strings.Contains(string(buf[:n]), `"status":201`) {
		t.Fatalf("%q %v", buf[:n], err)
	}
	_, _ = fmt.Fprintf(w, `{"survey":%q,"answers":{"sat":9}}`+"\n"+`{"survey":%q,"answers":{"sat":1}}`, survey, survey) // the last is unfinished
	_ = w.Close()
	rest, err := io.ReadAll(res.Body)
	if err != nil || strings.Count(string(rest), "\n") != 1 || !strings.Contains(string(rest), `"status":422`) {
		t.Fatalf("%q %v", rest, err)
	}
}

func TestKeysTakeEffectAtOnceBesideARunningServer(t *testing.T) {
	p := start(t, t.TempDir())
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(bin, append(args, "--data", dataOf(p))...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	p.key = run("keys", "create", "--workspace", "shop", "--scope", "read", "--name", "reader")
	p.want(200, "GET", "/v1/maps", "")
	p.want(403, "POST", "/v1/maps", `{"title":"x","stages":[{"id":"a","name":"A"}]}`)
	id := strings.Split(p.key, "_")[1]
	if list := run("keys", "list", "--workspace", "shop"); !strings.Contains(list, id) || strings.Contains(list, strings.Split(p.key, "_")[2]) {
		t.Errorf("the list is wrong or shows the secret:\n%s", list)
	}
	run("keys", "revoke", id)
	p.want(401, "GET", "/v1/maps", "")
}

// A share's link is told once and stored as a hash; the record of an
// Idempotency-Key must not keep it either.
func TestARepeatedShareIsTheSameLinkThatTheStoreDoesNotHold(t *testing.T) { // attack 1
	p := start(t, t.TempDir())
	m, _ := p.survey()
	path := "/v1/maps/" + m + "/shares"
	share := func(headers ...string) string {
		t.Helper()
		return string(p.want(201, "POST", path, `{"label":"x"}`, headers...).body)
	}
	one := share("Idempotency-Key", "k")
	if again := share("Idempotency-Key", "k", "Authorization", "bearer   "+p.key); again != one {
		t.Errorf("%s\n%s", one, again)
	}
	if other, plain := share("Idempotency-Key", "k2"), share(); other == one || plain == one || plain == other {
		t.Errorf("%s\n%s\n%s", one, other, plain)
	}
	p.want(422, "POST", path, `{"label":"y"}`, "Idempotency-Key", "k")
	p.want(422, "POST", path, `{"label":"y"}`, "Idempotency-Key", "")
	var wg sync.WaitGroup
	var race sync.Map
	for range 20 {
		wg.Go(func() { race.Store(share("Idempotency-Key", "race"), true) })
	}
	wg.Wait()
	n := 0
	race.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("one key at once made %d links", n)
	}
	_, token, _ := strings.Cut(strings.TrimSuffix(one, `"}`), "/m/")
	if a := p.want(200, "GET", "/m/"+token, ""); len(a.body) == 0 {
		t.Error("the link opens nothing")
	}
	files, err := os.ReadDir(dataOf(p))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dataOf(p), f.Name()))
		if err == nil && bytes.Contains(b, []byte(token)) {
			t.Errorf("%s holds the link's secret", f.Name())
		}
	}
}

// The record of an Idempotency-Key lives for a day; what it answers may be of
// people who are erased in that time.
func TestTheRecordOfAnIdempotencyKeySaysNothingOfPeople(t *testing.T) {
	p := start(t, t.TempDir())
	body := `{"title":"x","stages":[{"id":"a","name":"A"}],"evidence":[{"id":"e","stage":"a","kind":"interview","text":"Ana of Rua Augusta waited"}]}`
	first := p.want(201, "POST", "/v1/maps", body, "Idempotency-Key", "k1")
	if again := p.want(201, "POST", "/v1/maps", body, "Idempotency-Key", "k1"); !bytes.Equal(first.body, again.body) {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	db, err := sql.Open("sqlite", filepath.Join(dataOf(p), "waymark.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var answer, all []byte
	if err := db.QueryRow("SELECT body, CAST(id || fingerprint || location || etag AS BLOB) || body FROM idempotency").Scan(&answer, &all); err != nil {
		t.Fatal(err)
	}
	if len(answer) < len(first.body) || bytes.Contains(all, []byte("Augusta")) {
		t.Errorf("%q is stored", all)
	}
}

func TestAnIdempotencyKeyMakesARepeatHarmless(t *testing.T) {
	p := start(t, t.TempDir())
	body := `{"title":"x","stages":[{"id":"a","name":"A"}]}`
	first := p.want(201, "POST", "/v1/maps", body, "Idempotency-Key", "k1")
	again := p.want(201, "POST", "/v1/maps", body, "Idempotency-Key", "k1")
	if !bytes.Equal(first.body, again.body) || first.header.Get("Location") != again.header.Get("Location") || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	p.want(422, "POST", "/v1/maps", strings.Replace(body, "x", "y", 1), "Idempotency-Key", "k1")
	if n := len(p.want(200, "GET", "/v1/maps", "").object(t)["data"].([]any)); n != 1 {
		t.Errorf("%d maps", n)
	}
}
