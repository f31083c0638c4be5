package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func sleep(ms int) { time.Sleep(time.Duration(ms) * time.Millisecond) }

// delivery asks three things, the last only of the unhappy.
const delivery = `"title":{"en":"Your delivery","de":"Ihre Lieferung"},"segments":["state"],"questions":[
	{"id":"sat","type":"csat","title":{"en":"How satisfied are you with the delivery?","de":"Wie zufrieden sind Sie mit der Lieferung?"},"required":true},
	{"id":"feel","type":"emotion","title":{"en":"How did it feel?","de":"Wie hat es sich angefühlt?"}},
	{"id":"why","type":"long_text","title":{"en":"You chose {{sat}}. What went wrong?","de":"Sie wählten {{sat}}. Was ging schief?"},"show_if":"sat < 3"}]`

func TestASurveyIsAnsweredStepByStepWithoutScripts(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	m, s := p.published(delivery)
	v := p.visit(p.link(s, `{"label":"parcel","properties":{"state":"SP"}}`)).must(200)
	if got := v.fields(); !slices.Equal(got, []string{"sat"}) {
		t.Fatalf("the first step asks %v", got)
	}
	if n := len(p.stored(s)); n != 0 {
		t.Fatalf("looking stored %d responses", n)
	}
	v.patience()
	v.send().must(422)
	if !strings.Contains(v.body, `aria-invalid="true"`) || !strings.Contains(v.body, `role="alert"`) || !strings.Contains(v.text(), "Please answer this question") {
		t.Errorf("a required question without an answer: %s", v.text())
	}
	v.send("sat", "2").must(200)
	if got := v.fields(); !slices.Equal(got, []string{"feel"}) {
		t.Fatalf("the second step asks %v", got)
	}
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "partial" {
		t.Fatalf("after the first step: %v", r)
	}
	v.send("feel", "-2").must(200)
	if !strings.Contains(v.text(), "You chose Dissatisfied. What went wrong?") {
		t.Errorf("the third step says %q", v.text())
	}
	v.back().must(200)
	if _, f := v.form(); f.Get("feel") != "-2" {
		t.Errorf("the way back forgot the answer: %v", f)
	}
	v.send().must(200).send("why", "Two days late\r\nand wet").must(200)
	if len(v.fields()) != 0 || !strings.Contains(v.text(), "Thank you") {
		t.Errorf("the end asks %v: %s", v.fields(), v.text())
	}
	r := p.stored(s)
	if len(r) != 1 {
		t.Fatalf("one visit made %d responses", len(r))
	}
	got := r[0]
	answers, _ := got["answers"].(map[string]any)
	via, _ := got["via"].(map[string]any)
	if got["status"] != "counted" || answers["sat"] != 2.0 || answers["feel"] != -2.0 || answers["why"] != "Two days late\nand wet" || got["language"] != "en" ||
		via["channel"] != "link" || !strings.HasPrefix(via["link"].(string), "lnk_") || got["properties"].(map[string]any)["state"] != "SP" {
		t.Errorf("stored: %v", got)
	}
	p.waitRolledUp()
	p.verify("--data", dataOf(p))
	scores := p.want(200, "GET", "/v1/maps/"+m+"/scores", "").object(t)
	if n := scores["stages"].([]any)[0].(map[string]any)["responses"]; n != nil { // one answer is hidden, and so not empty
		t.Errorf("the stage's answers are %v", n)
	}
}

func TestWhatDependsOnAnAnswerOfThePageComesAfterIt(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"Stay","layout":"page","questions":[
		{"id":"sat","type":"csat","title":"Satisfied?","required":true},
		{"id":"why","type":"text","title":"Why?","show_if":"sat < 3","required":true},
		{"id":"more","type":"text","title":"More?"}]`)
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	v.send("sat", "1", "more", "x").must(200)
	if !slices.Contains(v.fields(), "why") {
		t.Fatalf("the page after a bad score asks %v", v.fields())
	}
	v.send().must(422).send("why", "cold").must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[more:x sat:1 why:cold]" {
		t.Errorf("stored: %v", r)
	}
	v = p.visit(p.link(s, `{}`)).must(200).patience()
	v.send("sat", "5").must(200)
	if r := p.stored(s); len(r) != 2 || fmt.Sprint(r[0]["answers"]) != "map[sat:5]" {
		t.Errorf("a good score without the rest: %v", r)
	}
}

func TestAttack2UnknownRevokedAndExpiredLinksLookTheSame(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := func(body string) (string, string) {
		a := p.want(201, "POST", "/v1/surveys/"+s+"/links", body).object(t)
		u, _ := url.Parse(a["url"].(string))
		return u.Path, a["id"].(string)
	}
	revoked, id := path(`{}`)
	p.visit(revoked).must(200)
	p.want(204, "DELETE", "/v1/surveys/"+s+"/links/"+id, "")
	expired, _ := path(fmt.Sprintf(`{"expires_at":%q}`, time.Now().Add(4*time.Second).UTC().Format(time.RFC3339Nano)))
	p.visit(expired).must(200)
	sleep(4200)
	for _, lang := range []string{"", "de", "ar, en;q=0.5"} {
		unknown := p.visit("/s/AAAAAAAAAAAAAAAAAAAAAAAAAAA", "Accept-Language", lang).must(404)
		if !strings.HasPrefix(unknown.header.Get("Content-Type"), "text/html") || unknown.page == nil {
			t.Fatalf("an unknown link answers %s", unknown.header.Get("Content-Type"))
		}
		for _, other := range []string{revoked, expired, "/s/x", "/s/" + strings.Repeat("y", 500)} {
			if v := p.visit(other, "Accept-Language", lang).must(404); v.body != unknown.body {
				t.Errorf("%s in %q is another page than an unknown link's", other, lang)
			}
			if v := p.visit(other, "Accept-Language", lang); v.post(other, "", url.Values{"sat": {"5"}}, nil).status != 404 || v.body != unknown.body {
				t.Errorf("posting to %s: status %d", other, v.status)
			}
		}
	}
	if n := len(p.stored(s)); n != 0 {
		t.Errorf("%d responses were stored", n)
	}
}

func TestAttack3ATicketOfOneLinkIsNothingOnAnother(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, a := p.published(delivery)
	_, b := p.published(delivery)
	from, to := p.visit(p.link(a, `{}`)).must(200), p.visit(p.link(b, `{}`)).must(200).patience()
	_, stolen := from.form()
	f, _ := to.form()
	stolen.Set("sat", "5")
	to.post(attr(f, "action"), "", stolen, nil).must(422)
	if len(p.stored(a))+len(p.stored(b)) != 0 {
		t.Error("a ticket of another link made a response")
	}
}

func TestAttack5TheSameHandInTwiceIsOneResponse(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	f, values := v.filled("sat", "4")
	action := attr(f, "action")
	first := v.post(action, "", values, nil).must(200).body
	if v.post(action, "", values, nil).must(200).body != first {
		t.Error("the second hand-in got another page")
	}
	values.Set("sat", "2") // somebody goes back and changes his mind: the last answer holds
	v.post(action, "", values, nil).must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[sat:2]" {
		t.Errorf("stored: %v", r)
	}
}

func TestAttack7AHundredHandInsOfALinkForOneAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		_, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
		path := p.link(s, `{"single_use":true}`)
		v := p.visit(path).must(200).patience()
		_, values := v.filled("sat", "4")
		var wg sync.WaitGroup
		statuses := make([]int, 100)
		for i := range statuses {
			wg.Go(func() {
				mine := url.Values{}
				for k, list := range values {
					mine[k] = list
				}
				mine.Set("sat", fmt.Sprint(1+i%5))
				res, err := v.client.PostForm(p.base+path, mine)
				if err != nil {
					t.Error(err)
					return
				}
				_ = res.Body.Close()
				statuses[i] = res.StatusCode
			})
		}
		wg.Wait()
		for i, status := range statuses {
			if status != 200 {
				t.Fatalf("hand-in %d: status %d", i, status)
			}
		}
		if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" {
			t.Errorf("%d responses: %v", len(r), r)
		}
	})
}

func TestAttack8AForgedTicketCountsNothing(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	f, values := v.filled("sat", "5")
	ticket := values.Get("wm-ticket")
	if ticket == "" {
		t.Fatal("the page has no ticket")
	}
	forged := []byte(ticket)
	forged[len(forged)-3] ^= 1
	for name, value := range map[string][]string{"none": nil, "empty": {""}, "forged": {string(forged)}, "cut": {ticket[:20]}, "not base64": {"§$%"}, "long": {strings.Repeat("A", 200<<10)}} {
		mine := url.Values{"sat": {"5"}, "wm-ticket": value}
		v.post(attr(f, "action"), "", mine, nil).must(422)
		if !strings.Contains(v.body, "wm-ticket") {
			t.Errorf("%s: the page to try again has no ticket", name)
		}
	}
	// The genuine one first decides.
	v.post(attr(f, "action"), "", url.Values{"sat": {"5"}, "wm-ticket": {ticket, string(forged)}, "id": {"mine"}, "step": {"9", "1"}, "lang": {"xx", "de"}}, nil).must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "partial" || r[0]["language"] != "en" {
		t.Errorf("stored: %v", r)
	}
}

func TestAttack9NothingIsTakenAfterTheClose(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	v := p.visit(path).must(200).patience()
	p.want(200, "POST", "/v1/surveys/"+s+"/close", "")
	v.send("sat", "4").must(410)
	if !strings.Contains(v.text(), "This survey has ended") || len(v.fields()) != 0 {
		t.Errorf("the page says %s", v.text())
	}
	if p.visit(path, "Accept-Language", "de").must(410); len(p.stored(s)) != 0 {
		t.Error("an answer was taken after the close")
	}
}

func TestALinkForOneAnswerMayBeChangedForADay(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	clock := newTestClock(t)
	p := startWith(t, []string{"--data", t.TempDir()}, clock.env)
	_, s := p.published(delivery)
	path := p.link(s, `{"single_use":true}`)
	v := p.visit(path).must(200).patience()
	v.send("sat", "2").must(200)
	if again := p.visit(path).must(200); !slices.Equal(again.fields(), []string{"feel"}) { // resumed on another device
		t.Errorf("the link goes on at %v", again.fields())
	}
	v.send("feel", "1").must(200).send("why", "late").must(200)
	clock.advance(23 * time.Hour)
	v = p.visit(path).must(200)
	if _, f := v.form(); f.Get("sat") != "2" {
		t.Errorf("what was answered is not there: %v", f)
	}
	v.patience().send("sat", "5").must(200)
	if r := p.stored(s); fmt.Sprint(r[0]["answers"]) != "map[feel:1 sat:2 why:late]" {
		t.Errorf("half a change counts: %v", r)
	}
	v.send().must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[feel:1 sat:5]" {
		t.Errorf("stored: %v", r)
	}
	clock.advance(25 * time.Hour)
	if v := p.visit(path).must(410); !strings.Contains(v.text(), "You have answered already") {
		t.Errorf("the used link says %s", v.text())
	}
	p.waitRolledUp()
	p.verify("--data", dataOf(p))
}

func TestALinkTakesNoMoreThanItsCap(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	path := p.link(s, `{"max_responses":2}`)
	var all []*visitor
	for range 3 {
		all = append(all, p.visit(path).must(200))
	}
	sleep(2100)
	all[0].send("sat", "1").must(200)
	all[1].send("sat", "2").must(200)
	if all[2].send("sat", "3").must(410); !strings.Contains(all[2].text(), "all the answers it needs") {
		t.Errorf("the third one reads %s", all[2].text())
	}
	p.visit(path).must(410)
	if r := p.stored(s); len(r) != 2 {
		t.Fatalf("%d responses", len(r))
	} else {
		p.want(204, "DELETE", "/v1/responses/"+r[0]["id"].(string), "")
	}
	p.visit(path).must(200).patience().send("sat", "4").must(200)
}

func TestSuspectsAreKeptAndCanBeCounted(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	m, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	path := p.link(s, `{}`)
	p.visit(path).must(200).send("sat", "1").must(200)                               // at once
	p.visit(path).must(200).patience().send("sat", "1", "wm-website", "x").must(200) // into the decoy
	r := p.stored(s)
	if len(r) != 2 || r[0]["status"] != "suspect" || r[1]["status"] != "suspect" {
		t.Fatalf("stored: %v", r)
	}
	p.visit(p.link(s, `{"kiosk":true}`)).must(200).send("sat", "5").must(200)
	if r := p.stored(s); len(r) != 3 || r[0]["status"] != "counted" {
		t.Errorf("a quick hand-in at a kiosk: %v", r[0])
	}
	for range 30 { // enough that nothing is hidden
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`, s))
	}
	scores := func() string {
		p.waitRolledUp()
		stage := p.want(200, "GET", "/v1/maps/"+m+"/scores", "").object(t)["stages"].([]any)[0].(map[string]any)
		return fmt.Sprint(stage["suspects"], " suspect, ", stage["satisfaction"].(map[string]any)["n"], " counted: ", stage["satisfaction"].(map[string]any)["distribution"])
	}
	if got := scores(); got != "2 suspect, 31 counted: map[1:0 2:0 3:0 4:30 5:1]" {
		t.Errorf("before the review: %s", got)
	}
	p.want(200, "PATCH", "/v1/responses/"+r[0]["id"].(string), `{"status":"counted"}`)
	if got := scores(); got != "1 suspect, 32 counted: map[1:1 2:0 3:0 4:30 5:1]" {
		t.Errorf("after one counts: %s", got)
	}
	p.want(200, "PATCH", "/v1/responses/"+r[0]["id"].(string), `{"status":"suspect"}`)
	if got := scores(); got != "2 suspect, 31 counted: map[1:0 2:0 3:0 4:30 5:1]" {
		t.Errorf("after it counts no more: %s", got)
	}
	p.waitRolledUp()
	p.verify("--data", dataOf(p))
}

func TestALanguageIsChosenAndStays(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":{"en":"Delivery","de":"Lieferung","ar":"التوصيل"},"questions":[
		{"id":"sat","type":"csat","title":{"en":"Satisfied?","de":"Zufrieden?"},"required":true},
		{"id":"feel","type":"emotion","title":{"en":"And?","de":"Und?","ar":"وماذا؟"}}]`)
	path := p.link(s, `{}`)
	lang := func(v *visitor) string { return attr(v.find("html")[0], "lang") }
	for accept, want := range map[string]string{"": "en", "de-AT,en;q=0.8": "de", "fr": "en", "ar;q=0.9,de;q=0.1": "ar", "en;q=0,de": "de"} {
		if got := lang(p.visit(path, "Accept-Language", accept).must(200)); got != want {
			t.Errorf("Accept-Language %q gives %s, want %s", accept, got, want)
		}
	}
	if got := lang(p.visit(p.link(s, `{"language":"ar"}`), "Accept-Language", "de").must(200)); got != "ar" {
		t.Errorf("the link's language gives way to the browser's: %s", got)
	}
	v := p.visit(path+"?lang=ar", "Accept-Language", "de").must(200)
	if lang(v) != "ar" || attr(v.find("html")[0], "dir") != "rtl" || !strings.Contains(v.body, `lang="en"`) { // the question's title fell back
		t.Errorf("chosen Arabic: %.400s", v.body)
	}
	v.patience().send("sat", "3").must(200)
	if lang(v) != "ar" || !strings.Contains(v.text(), "وماذا؟") {
		t.Errorf("the choice does not travel: %s", lang(v))
	}
	var german string
	for _, a := range v.find("a") {
		if attr(a, "lang") == "de" {
			german = attr(a, "href")
		}
	}
	if v.get(german).must(200); lang(v) != "de" || !slices.Equal(v.fields(), []string{"feel"}) {
		t.Errorf("choosing a language later: %s asks %v (%s)", lang(v), v.fields(), german)
	}
	if v.send().must(200); p.stored(s)[0]["language"] != "de" {
		t.Errorf("stored: %v", p.stored(s))
	}
}

func TestOverTheQuotaPeopleAreThankedAndNotCounted(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","quotas":[{"id":"happy","if":"sat >= 4","limit":1}],"questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	path := p.link(s, `{}`)
	want := []string{"counted", "screened", "counted"}
	for i, sat := range []string{"5", "4", "1"} {
		v := p.visit(path).must(200).patience().send("sat", sat).must(200)
		if screened := strings.Contains(v.text(), "Thank you for your time"); screened != (want[i] == "screened") {
			t.Errorf("%s reads %s", sat, v.text())
		}
		if r := p.stored(s); r[0]["status"] != want[i] {
			t.Errorf("%s is %v", sat, r[0]["status"])
		}
	}
}

func TestThanksFollowTheScore(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	set := p.want(200, "GET", "/v1/settings", "")
	p.want(200, "PUT", "/v1/settings", `{"redirect_hosts":["shop.example"],"brand":{"colour":"#ffee00","logo":null}}`, "If-Match", set.header.Get("ETag"))
	_, s := p.published(`"title":"x","thanks":[{"if":"sat >= 4","text":"Lovely, {{name|friend}}","link":{"url":"https://review.example/shop","text":"Tell others"}},{"if":"sat == 3","redirect":"https://shop.example/again?x=1"},{"text":"Sorry to hear that"}],
		"questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true},{"id":"name","type":"text","title":"Your name?"}]`)
	path := p.link(s, `{}`)
	listed := true
	end := func(sat string) *visitor {
		v := p.visit(path).must(200)
		if listed != strings.Contains(v.header.Get("Content-Security-Policy"), "form-action 'self' https://shop.example;") {
			t.Errorf("listed %v, and the form may go to: %s", listed, v.header.Get("Content-Security-Policy"))
		}
		return v.patience().send("sat", sat).must(200).send()
	}
	if v := end("5").must(200); !strings.Contains(v.text(), "Lovely, friend") || !strings.Contains(v.body, `href="https://review.example/shop"`) {
		t.Errorf("the happy read %s", v.text())
	}
	if v := end("3").must(303); v.header.Get("Location") != "https://shop.example/again?x=1" {
		t.Errorf("the others go to %q", v.header.Get("Location"))
	}
	if v := end("1").must(200); !strings.Contains(v.text(), "Sorry to hear that") {
		t.Errorf("the unhappy read %s", v.text())
	}
	// Taken off the list, a host is no way on any more.
	set = p.want(200, "GET", "/v1/settings", "")
	p.want(200, "PUT", "/v1/settings", `{"redirect_hosts":[]}`, "If-Match", set.header.Get("ETag"))
	listed = false
	end("3").must(200)
}

func TestAttack46OnlyHostsOfTheListAreLedTo(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	set := p.want(200, "GET", "/v1/settings", "")
	p.want(200, "PUT", "/v1/settings", `{"redirect_hosts":["shop.example"]}`, "If-Match", set.header.Get("ETag"))
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"]
	for _, to := range []string{"//evil.example", `\\evil.example`, "/\\evil.example", "https:evil.example", "https://shop.example@evil.example/", "https://evil.example", "http://shop.example", "https://shop.example.evil.example",
		"javascript:alert(1)", "data:text/html,x", "https://shop.example:8443/", "https://SHOP.example\\@evil.example", "https://shop.example\r\nX: y", " https://evil.example", "ftp://shop.example", "https://user:pw@shop.example/"} {
		body := fmt.Sprintf(`{"map":%q,"stage":"delivery","title":"x","thanks":[{"text":"t","redirect":%s}],"questions":[{"id":"sat","type":"csat","title":"?"}]}`, m, toJSON(t, to))
		a := p.call("POST", "/v1/surveys", body)
		if a.status == 201 {
			a = p.call("POST", "/v1/surveys/"+a.object(t)["id"].(string)+"/publish", "")
		}
		if a.status != 422 || !strings.Contains(string(a.body), "/thanks/0/redirect") {
			t.Errorf("%q: status %d %.200s", to, a.status, a.body)
		}
	}
}

func TestAttack43NobodyWhoOnlyLooksVotes(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{"one_click":true}`)
	for _, agent := range []string{"Mozilla/5.0", "GoogleImageProxy", "Barracuda Sentinel", "curl/8", "Microsoft Office"} {
		for _, method := range []string{"GET", "HEAD"} {
			for _, q := range []string{"?sat=5", "?sat=1", "", "?sat=5&lang=de", "?wm-sign=1&sat=5"} {
				req, _ := http.NewRequest(method, p.base+path+q, nil)
				req.Header.Set("User-Agent", agent)
				res, err := p.http.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != 200 {
					t.Errorf("%s %s: status %d", method, q, res.StatusCode)
				}
			}
		}
	}
	v := p.visit(path + "?sat=4").must(200)
	if _, f := v.form(); f.Get("sat") != "4" {
		t.Errorf("the score of the link is not chosen: %v", f)
	}
	for _, n := range v.find("a") { // one that follows every link on the page
		if href := attr(n, "href"); strings.HasPrefix(href, "/") || strings.HasPrefix(href, "?") {
			p.visit(href)
		}
	}
	if r := p.stored(s); len(r) != 0 {
		t.Fatalf("stored by looking: %v", r)
	}
	// A sign of life, as the script sends it, counts once.
	_, f := v.form()
	sign := url.Values{"wm-ticket": f["wm-ticket"], "wm-sign": {"1"}}
	for range 3 {
		v.post(path, "", sign, nil).must(200)
	}
	r := p.stored(s)
	if len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[sat:4]" {
		t.Fatalf("after signs of life: %v", r)
	}
	f.Set("sat", "2") // and the form handed in on the same page replaces it
	v.post(path, "", f, nil).must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[sat:2]" {
		t.Errorf("after the form: %v", r)
	}
	v.post(path, "", sign, nil).must(200)
	if r := p.stored(s); len(r) != 1 || fmt.Sprint(r[0]["answers"]) != "map[sat:2]" {
		t.Errorf("a late sign changed it: %v", r)
	}
}

func TestAttack45FormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	v := p.visit(p.link(s, `{}`)).must(200).patience()
	f, values := v.filled("sat", "4")
	for _, h := range [][2]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", p.base + ".evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		req, _ := http.NewRequest("POST", p.base+attr(f, "action"), strings.NewReader(values.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(h[0], h[1])
		if v.do(req); v.status != 403 {
			t.Errorf("%v: status %d", h, v.status)
		}
	}
	if len(p.stored(s)) != 0 {
		t.Error("a foreign form was taken")
	}
}

func TestAttacks15And16And19OnThePage(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"why","type":"long_text","title":"Why?"}]`)
	path := p.link(s, `{}`)
	send := func(body, kind, coding string) int {
		req, _ := http.NewRequest("POST", p.base+path, strings.NewReader(body))
		req.Header.Set("Content-Type", kind)
		if coding != "" {
			req.Header.Set("Content-Encoding", coding)
		}
		return p.visit(path).must(200).do(req).status
	}
	const form = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct{ got, want int }{
		"10 MB of text":  {send("why="+strings.Repeat("a", 10<<20), form, ""), 413},
		"300 KB of text": {send("why="+strings.Repeat("a", 300<<10), form, ""), 413},
		"gzip":           {send("x", form, "gzip"), 415},
		"JSON":           {send(`{"why":"x"}`, "application/json", ""), 415},
		"broken escapes": {send("why=%zz", form, ""), 400},
	} {
		if c.got != c.want {
			t.Errorf("%s: status %d, want %d", name, c.got, c.want)
		}
	}
	v := p.visit(path).must(200).patience()
	for _, bad := range []string{"a\x00b", "a\xffb"} {
		if v.send("why", bad).must(422); !strings.Contains(v.text(), "cannot be kept") {
			t.Errorf("%q: %s", bad, v.text())
		}
	}
	if len(p.stored(s)) != 0 {
		t.Error("something was stored")
	}
}

func TestAttack39WhoMayFrameASurvey(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	for q, want := range map[string]string{"": "frame-ancestors 'none'", "?embed=1": "frame-ancestors *"} {
		v := p.visit(path + q).must(200)
		if !strings.Contains(v.header.Get("Content-Security-Policy"), want) {
			t.Errorf("%q: %s", q, v.header.Get("Content-Security-Policy"))
		}
		if q != "" { // what comes after may stand in the frame, too
			if v.patience().send("sat", "4").must(200); !strings.Contains(v.header.Get("Content-Security-Policy"), want) {
				t.Errorf("the second step: %s", v.header.Get("Content-Security-Policy"))
			}
		}
		for _, never := range []string{"unsafe-inline", "unsafe-eval", "*.", "http:"} {
			if strings.Contains(v.header.Get("Content-Security-Policy"), never) {
				t.Errorf("the policy has %s", never)
			}
		}
		if v.header.Get("Referrer-Policy") != "same-origin" || len(v.header.Values("Set-Cookie")) != 0 {
			t.Errorf("headers: %v", v.header)
		}
	}
}

func TestAttacks1And40GuessingLinksIsSlowedByNetwork(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	last := 0
	for i := range 80 {
		last = p.visit(fmt.Sprintf("/s/AAAAAAAAAAAAAAAAAAAAAAA%04d", i), "X-Forwarded-For", fmt.Sprintf("10.0.0.%d", i)).status
	}
	if last != 429 {
		t.Errorf("the 80th guess answers %d", last)
	}
	p.visit(path).must(200) // a right one passes
}

func TestAPreviewCountsNothing(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"]
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery",%s}`, m, delivery)).object(t)["id"].(string)
	u, _ := url.Parse(p.want(201, "POST", "/v1/surveys/"+s+"/preview", "").object(t)["url"].(string))
	v := p.visit(u.Path + "?theme=dark").must(200)
	if !strings.Contains(v.text(), "nothing is counted") {
		t.Errorf("the preview does not say so: %s", v.text())
	}
	p.want(200, "PUT", "/v1/surveys/"+s, fmt.Sprintf(`{"map":%q,"stage":"delivery","title":"x","questions":[{"id":"a","type":"text","title":"A","show_if":"nobody == 1"}]}`, m), "If-Match", `"1"`)
	if broken := p.visit(u.Path).must(409); !strings.Contains(broken.text(), "#/questions/0/show_if") {
		t.Errorf("a draft that cannot be published: %s", broken.text())
	}
	p.want(200, "PUT", "/v1/surveys/"+s, fmt.Sprintf(`{"map":%q,"stage":"delivery",%s}`, m, delivery), "If-Match", `"2"`)
	v.patience().send("sat", "1").must(200).send("feel", "0").must(200)
	if !strings.Contains(v.text(), "You chose Very dissatisfied") {
		t.Errorf("the third step of a preview: %s", v.text())
	}
	v.send("why", "x").must(200)
	if len(p.stored(s)) != 0 {
		t.Error("a preview was stored")
	}
	p.want(200, "POST", "/v1/surveys/"+s+"/publish", "")
	if p.visit(u.Path).must(200).patience().send("sat", "5").must(200); len(p.stored(s)) != 0 {
		t.Error("a preview of a published survey was stored")
	}
}

func TestThePageComesPackedToWhoTakesItSo(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	plain := http.Client{Transport: &http.Transport{DisableCompression: true}}
	get := func(address, accept string) (string, int) {
		t.Helper()
		req, err := http.NewRequest("GET", p.base+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if accept != "" {
			req.Header.Set("Accept-Encoding", accept)
		}
		res, err := plain.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: status %d, Vary %q, %v", address, res.StatusCode, res.Header.Get("Vary"), err)
		}
		return res.Header.Get("Content-Encoding"), len(b)
	}
	all := 0
	for _, address := range []string{path, "/s/assets/page.js"} {
		_, whole := get(address, "")
		for accept, want := range map[string]string{"": "", "identity": "", "gzip;q=0": "", "br": "", "gzip, deflate, br": "gzip"} {
			coding, n := get(address, accept)
			if coding != want || (n < whole/2) != (want == "gzip") {
				t.Errorf("%s for %q: %q, %d of %d bytes", address, accept, coding, n, whole)
			}
			if want == "gzip" {
				all += n
			}
		}
	}
	if all > 30<<10 {
		t.Errorf("page and script are %d bytes packed", all)
	}
}
