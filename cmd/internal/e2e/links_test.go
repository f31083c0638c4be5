package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A link is told once and stored as a hash; the record of an Idempotency-Key
// must not keep it either, and a repeat makes no second one.
func TestAttack1ALinkIsToldOnceAndTheStoreDoesNotHoldIt(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		_, survey := p.survey()
		for _, c := range []struct{ path, body, other string }{
			{"/v1/surveys/" + survey + "/links", `{"label":"x"}`, `{"label":"y"}`},
			{"/v1/surveys/" + survey + "/preview", "", "{}"},
		} {
			made := func(headers ...string) string {
				t.Helper()
				a := p.want(201, "POST", c.path, c.body, headers...)
				if a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s may be kept: %v", c.path, a.header)
				}
				return a.object(t)["url"].(string)
			}
			one := made("Idempotency-Key", "k")
			if again := made("Idempotency-Key", "k", "Authorization", "bearer   "+p.key); again != one {
				t.Errorf("%s\n%s", one, again)
			}
			if other, plain := made("Idempotency-Key", "k2"), made(); other == one || plain == one || plain == other {
				t.Errorf("%s\n%s\n%s", one, other, plain)
			}
			p.want(422, "POST", c.path, c.other, "Idempotency-Key", "k")
			var wg sync.WaitGroup
			var race sync.Map
			for range 20 {
				wg.Go(func() { race.Store(made("Idempotency-Key", "race"), true) })
			}
			wg.Wait()
			n := 0
			race.Range(func(any, any) bool { n++; return true })
			if n != 1 {
				t.Errorf("one key at once made %d links", n)
			}
			_, token, found := strings.Cut(one, "/s/")
			if !found || len(token) != 27 {
				t.Fatalf("the link is %s", one)
			}
			p.holdsNot(token)
		}
		// k, k2, the one without a key and race; previews are not listed.
		list := p.want(200, "GET", "/v1/surveys/"+survey+"/links", "")
		if n := len(list.object(t)["data"].([]any)); n != 4 || bytes.Contains(list.body, []byte("/s/")) {
			t.Errorf("%d links: %s", n, list.body)
		}
	})
}

// onBoth runs a test on a program over each engine that there is.
func onBoth(t *testing.T, fn func(t *testing.T, p *program)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, start(t, t.TempDir())) })
	t.Run("mongo", func(t *testing.T) { fn(t, startWith(t, mongoArgs(t), nil)) })
}

// holdsNot looks for a secret in the files of the embedded store.
func (p *program) holdsNot(secret string) {
	p.t.Helper()
	if dataOf(p) == "" {
		return // the files are a server's
	}
	files, err := filepath.Glob(filepath.Join(dataOf(p), "*"))
	if err != nil || len(files) == 0 {
		p.t.Fatal("there are no files to look into", err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte(secret)) {
			p.t.Errorf("%s holds the secret", f)
		}
	}
}

// What a link is of is part of its name: a link of one survey is unknown under
// another one.
func TestAttack3ALinkOfOneSurveyIsUnknownUnderAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		m, a := p.survey()
		b := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery"}`, m)).object(t)["id"].(string)
		link := p.want(201, "POST", "/v1/surveys/"+a+"/links", `{}`).object(t)["id"].(string)
		unknown := p.want(404, "DELETE", "/v1/surveys/"+b+"/links/lnk_"+strings.Repeat("a", 26), "")
		if foreign := p.want(404, "DELETE", "/v1/surveys/"+b+"/links/"+link, ""); !bytes.Equal(foreign.body, unknown.body) {
			t.Errorf("%s\n%s", foreign.body, unknown.body)
		}
		if list := p.want(200, "GET", "/v1/surveys/"+b+"/links", "").object(t)["data"].([]any); len(list) != 0 {
			t.Errorf("the other survey lists %v", list)
		}
		if list := p.want(200, "GET", "/v1/surveys/"+a+"/links", "").object(t)["data"].([]any); len(list) != 1 {
			t.Errorf("the link is gone: %v", list)
		}
		p.want(204, "DELETE", "/v1/surveys/"+a+"/links/"+link, "")
	})
}
