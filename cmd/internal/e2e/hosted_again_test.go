package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// Attack 7 on an open link: what one page sends makes one response, however
// often and at once.
func TestAttack7OnePageOfAnOpenLinkMakesOneResponse(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true},{"id":"why","type":"text","title":"Why?"}],
			"quotas":[{"id":"happy","if":"sat == 5","limit":3}]`)
		var later []*visitor
		for range 3 {
			later = append(later, p.visit(p.link(s, `{}`)).must(200))
		}
		v := p.visit(p.link(s, `{}`)).must(200).patience()
		_, values := v.filled("sat", "5", "why", "x")
		var wg sync.WaitGroup
		n := 60
		if dataOf(p) == "" {
			n = 20 // FerretDB takes one write at a time
		}
		for i := range n {
			wg.Go(func() {
				mine := url.Values{}
				for k, list := range values {
					mine[k] = list
				}
				mine.Set("why", fmt.Sprint(i))
				res, err := v.client.PostForm(v.at, mine)
				if err != nil {
					t.Error(err)
					return
				}
				_ = res.Body.Close()
				if res.StatusCode != 200 {
					t.Errorf("hand-in %d: status %d", i, res.StatusCode)
				}
			})
		}
		wg.Wait()
		if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" {
			t.Errorf("%d responses: %v", len(r), r)
		}
		for i, v := range later { // one place of the quota is taken, two are left
			v.send("sat", "5").must(200)
			if r := p.stored(s); r[0]["status"] != []string{"counted", "counted", "screened"}[i] {
				t.Errorf("then person %d is %v: %s", i, r[0]["status"], v.text())
			}
		}
	})
}

// A page that was left open knows nothing of what was answered since; what is
// handed in on it joins that, and loses nothing of it.
func TestAPageThatWasLeftOpenLosesNothing(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"a","type":"text","title":"A?"},{"id":"b","type":"text","title":"B?"},{"id":"c","type":"text","title":"C?"}]`)
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	_, old := v.form()
	path := v.at
	v.send("a", "1").must(200).send("b", "2").must(200)
	old.Set("a", "") // the first page again, and nothing on it
	if v.post(path, "", old, nil).must(200); !slices.Equal(v.asked(), []string{"b"}) {
		t.Fatalf("then it asks %v", v.asked())
	}
	if _, f := v.form(); f.Get("b") != "2" {
		t.Errorf("what was answered there is %q", f.Get("b"))
	}
	old.Set("a", "3") // and with another answer
	v.post(path, "", old, nil).must(200).send().must(200).send("c", "4").must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[a:3 b:2 c:4]" {
		t.Errorf("stored: %v", r)
	}
	old.Set("a", "5") // and when all is over: it is kept aside, and what counts stays
	if v.post(path, "", old, nil).must(200); fmt.Sprint(p.stored(s)[0]["answers"]) != "map[a:3 b:2 c:4]" {
		t.Errorf("stored: %v", p.stored(s))
	}
}
