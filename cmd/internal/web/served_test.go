package web_test

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWhatIsUnchangedIsAnswered304(t *testing.T) {
	s := prepare(t)
	for _, id := range slices.Sorted(maps.Keys(s.ops)) {
		op := s.ops[id]
		if _, tagged := op.spec["responses"].(map[string]any)["304"]; !tagged {
			continue
		}
		if id == "getSurvey" { // only a draft's tag names one thing
			s.path["survey"] = s.draft()
		}
		r := s.good(id)
		got := s.call(id, r)
		r.header.Set("If-None-Match", got.header.Get("ETag"))
		if again := s.call(id, r); got.status != 200 || again.status != 304 || again.header.Get("ETag") != got.header.Get("ETag") {
			t.Errorf("%s answers %d, then %d", id, got.status, again.status)
		}
	}
}

func TestHeadAnswersAsGetDoes(t *testing.T) {
	s := prepare(t)
	for id, op := range s.ops {
		if op.method != "GET" {
			continue
		}
		r := s.good(id)
		path := op.path
		for name, value := range r.path {
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		}
		req, err := http.NewRequest("HEAD", s.base+path+"?"+r.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.key)
		res, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := s.call(id, r); res.StatusCode != got.status || res.Header.Get("Content-Type") != got.header.Get("Content-Type") {
			t.Errorf("HEAD of %s answers %d %s, GET %d %s", id, res.StatusCode, res.Header.Get("Content-Type"), got.status, got.header.Get("Content-Type"))
		}
	}
}

func TestGuessingIsRefusedAsDescribed(t *testing.T) {
	a := serve(t)
	wrong := request{header: http.Header{"Authorization": {"Bearer wm_none_" + strings.Repeat("x", 40)}}}
	for range 60 {
		a.want(401, "listMaps", request{header: wrong.header.Clone()})
		a.want(404, "sharedMap", request{path: map[string]string{"token": "unknown"}})
	}
	a.want(429, "listMaps", wrong)
	a.want(429, "sharedMap", request{path: map[string]string{"token": "unknown"}})
	a.want(200, "listMaps", request{})
}

func TestAllThatIsWrongWithADrawingsParametersIsSaidAtOnce(t *testing.T) {
	s := prepare(t)
	wrong := map[string]string{"theme=pink": "theme must be", "width=1": "width must be", "page=A4": "page must be", "lang=de": "lang must be"}
	for _, id := range []string{"renderSVG", "renderHTML", "renderJSON", "sharedMap"} {
		asked := slices.Sorted(maps.Keys(wrong))
		if id == "sharedMap" { // it passes over what it does not know
			asked = slices.DeleteFunc(asked, func(q string) bool { return q == "page=A4" })
		}
		r := s.good(id)
		r.query = strings.Join(asked, "&")
		got := string(s.want(422, id, r).body)
		for _, q := range asked {
			if !strings.Contains(got, wrong[q]) {
				t.Errorf("%s?%s does not say %q:\n%s", id, r.query, wrong[q], got)
			}
		}
	}
}

func TestABodyThatIsCutIsRefused(t *testing.T) {
	a := serve(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(a.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(c, "POST /v1/maps HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", adminKey)
	_ = c.(*net.TCPConn).CloseWrite()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 400 {
		t.Errorf("a cut body is answered %d", res.StatusCode)
	}
}

func TestAStoreThatIsGoneIsAnsweredAsDescribed(t *testing.T) {
	s := prepare(t)
	good := map[string]request{}
	for id := range s.ops {
		good[id] = s.good(id)
	}
	if err := s.app.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for id, op := range s.ops {
		want := 503
		if len(op.spec["security"].([]any)) == 0 && !op.forPeople() && id != "ready" {
			want = 200
		}
		if got := s.call(id, good[id]); got.status != want {
			t.Errorf("%s answers %d, want %d: %.300s", id, got.status, want, got.body)
		}
	}
}
