package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A page that stands in a frame of another site must stay there to its end: the
// browser shows nothing of one whose policy forbids the frame.
func TestAttack39AnEmbeddedSurveyStaysInItsFrameToTheEnd(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":{"en":"x","de":"x"},"questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	path := p.link(s, `{"single_use":true}`)
	framed := func(what string, v *visitor) {
		t.Helper()
		if policy := v.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors *") {
			t.Errorf("%s: %s", what, policy)
		}
	}
	v := p.visit(path + "?embed=1&theme=dark").must(200)
	for _, a := range v.find("a") {
		if attr(a, "lang") == "de" {
			v.get(attr(a, "href")).must(200)
			break
		}
	}
	framed("another language", v)
	if attr(v.find("html")[0], "lang") != "de" || attr(v.find("html")[0], "data-theme") != "dark" {
		t.Errorf("another language: %.300s", v.body)
	}
	framed("a refused step", v.send().must(422))
	framed("thanks", v.patience().send("sat", "4").must(200))
	for _, a := range v.find("a") {
		if strings.HasPrefix(attr(a, "href"), path) {
			framed("a change", v.get(attr(a, "href")).must(200))
		}
	}
	p.want(200, "POST", "/v1/surveys/"+s+"/close", "")
	framed("a closed survey", v.send("sat", "2").must(410))
	framed("a closed survey, looked at", p.visit(path+"?embed=1").must(410))
	framed("an unknown link", p.visit("/s/unknown?embed=1").must(404))
}

// Who filled a survey in must read why nothing came of it, and not that the
// page is out of order.
func TestAHandInThatComesTooLateSaysWhy(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{"max_responses":1}`)
	one, two := p.visit(path).must(200), p.visit(path).must(200)
	one.send("sat", "4").must(200)
	two.send("sat", "5").must(200) // both have begun, and one of them fits
	one.patience().send().must(200)
	if two.send().must(410); !strings.Contains(two.text(), "all the answers it needs") {
		t.Errorf("the one too many reads %s", two.text())
	}
	v := p.visit(p.link(s, `{"single_use":true}`)).must(200).patience()
	v.send("sat", "4").must(200)
	p.want(204, "DELETE", "/v1/responses/"+p.stored(s)[0]["id"].(string), "")
	if v.send("feel", "1").must(410); !strings.Contains(v.text(), "You have answered already") {
		t.Errorf("behind a deleted answer: %s", v.text())
	}
}

// A hidden question is asked of nobody. That the link brings no answer to it,
// required or not, must not end in a page that cannot be left.
func TestAttack10ARequiredHiddenQuestionKeepsNobodyFromTheEnd(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	for keys, want := range map[string]string{
		`"title":"x","questions":[{"id":"source","type":"hidden","required":true}]`:                                                 "map[]",
		`"title":"x","questions":[{"id":"source","type":"hidden","required":true},{"id":"sat","type":"csat","title":"Satisfied?"}]`: "map[sat:4]",
	} {
		_, s := p.published(keys)
		v := p.visit(p.link(s, `{}`)).must(200).patience().send("sat", "4").must(200)
		if r := p.stored(s); !strings.Contains(v.text(), "Thank you") || len(r) != 1 || fmt.Sprint(r[0]["answers"]) != want || r[0]["status"] != "counted" {
			t.Errorf("%s: %s %v", keys, v.text(), r)
		}
	}
	_, s := p.published(`"title":"x","questions":[{"id":"source","type":"hidden","required":true},{"id":"sat","type":"csat","title":"Satisfied?"}]`)
	p.visit(p.link(s, `{}`)+"?source=mail").must(200).patience().send("sat", "4").must(200)
	if r := p.stored(s); fmt.Sprint(r[0]["answers"]) != "map[sat:4 source:mail]" {
		t.Errorf("stored: %v", r)
	}
	p.want(422, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`, s)) // a program can say it
}

// A page of an older version, still open on another device, has other questions
// than the visit has gone on with: what it sends must not wipe those out.
func TestAttack8APageOfAnOlderVersionWipesNothingOut(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	m, s := p.published(`"title":"x","questions":[{"id":"a","type":"text","title":"A"},{"id":"b","type":"text","title":"B"}]`)
	path := p.link(s, `{"single_use":true}`)
	old := p.visit(path).must(200)
	p.want(200, "PUT", "/v1/surveys/"+s, fmt.Sprintf(`{"map":%q,"stage":"delivery","title":"x","questions":[{"id":"new","type":"text","title":"N"},{"id":"a","type":"text","title":"A"},{"id":"b","type":"text","title":"B"}]}`, m), "If-Match", `"1"`)
	p.want(200, "POST", "/v1/surveys/"+s+"/publish", "")
	p.visit(path).must(200).send("new", "N").must(200).send("a", "A").must(200)
	old.send("a", "from the old page").must(422)
	if got := old.fields(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("the old page leads on to %v", got)
	}
	old.patience().send("b", "B").must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || r[0]["version"] != 2.0 || fmt.Sprint(r[0]["answers"]) != "map[a:A b:B new:N]" {
		t.Errorf("stored: %v", r)
	}
}

// An address can be written by anybody: it chooses a score, but it neither
// agrees to anything nor hands in a file in somebody's name.
func TestNoAddressAgreesInSomebodysName(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	file := p.upload("logo.png", drawing(t)).object(t)["id"].(string)
	_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"sat","type":"csat","title":"Satisfied?"},{"id":"terms","type":"consent","title":"Terms","text":"I agree to everything"},{"id":"doc","type":"file","title":"File"}]`)
	v := p.visit(p.link(s, `{"one_click":true}`) + "?sat=4&terms=true&doc=" + file + "&doc.name=x.png").must(200)
	if f, values := v.form(); values.Get("sat") != "4" || values.Has("terms") || strings.Contains(v.body, "x.png") {
		t.Errorf("the form begins with %v", values)
	} else {
		v.post(attr(f, "action"), "", url.Values{"wm-ticket": values["wm-ticket"], "wm-sign": {"1"}}, nil).must(200)
	}
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[sat:4]" {
		t.Errorf("stored: %v", r)
	}
}

// Who gets a link from elsewhere that leads into a stranger's visit must not
// answer there: the stranger has the ticket, and could read it.
func TestAttack45NoLinkFromElsewhereLeadsIntoAnotherVisit(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	stranger := p.visit(path).must(200)
	stranger.send("sat", "1").must(200)
	_, values := stranger.form()
	ticket := values.Get("wm-ticket")
	for _, site := range []string{"cross-site", "same-site", "none"} {
		victim := p.visit(path+"?ticket="+ticket, "Sec-Fetch-Site", site).must(200)
		if got := victim.fields(); !slices.Equal(got, []string{"sat"}) {
			t.Errorf("%s: the victim goes on at %v", site, got)
		}
		victim.agent = nil
		if victim.send("sat", "2").must(200); len(p.stored(s)) < 2 {
			t.Errorf("%s: the victim answered in the stranger's visit", site)
		}
	}
	for _, site := range []string{"same-origin", ""} { // the chooser of languages
		if v := p.visit(path+"?ticket="+ticket, "Sec-Fetch-Site", site).must(200); !slices.Equal(v.fields(), []string{"feel"}) {
			t.Errorf("%q: a page of ours leads to %v", site, v.fields())
		}
	}
}

func TestAPreviewWithARequiredFileHasAnEnd(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"]
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery","title":"x","questions":[{"id":"doc","type":"file","title":"File","required":true,"accept":["image/png"]},{"id":"sat","type":"csat","title":"Satisfied?"}]}`, m)).object(t)["id"].(string)
	u, _ := url.Parse(p.want(201, "POST", "/v1/surveys/"+s+"/preview", "").object(t)["url"].(string))
	v := p.visit(u.Path).must(200)
	v.handIn(false, []file{{"doc", "x.png", "image/png", []byte("no picture")}}).must(422)
	v.handIn(false, []file{{"doc", "x.png", "image/png", drawing(t)}}).must(200)
	if got := v.fields(); !slices.Equal(got, []string{"sat"}) {
		t.Fatalf("behind the file the preview asks %v", got)
	}
	if v.back().must(200); !strings.Contains(v.text(), "x.png") {
		t.Errorf("the preview forgot the file: %s", v.text())
	}
	v.send().must(200).send("sat", "4").must(200)
	if !strings.Contains(v.text(), "Thank you") || len(p.stored(s)) != 0 {
		t.Errorf("the end says %s", v.text())
	}
}

// The properties of a link are its author's words about who answers.
func TestThePageTellsOnlyWhatItsLogicNeedsOfALinksProperties(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"sat","type":"csat","title":"Satisfied?"},{"id":"why","type":"text","title":"Why?","show_if":"sat < 3 and property.state == 'SP'"}]`)
	v := p.visit(p.link(s, `{"properties":{"state":"SP","churn":"difficult customer"}}`)).must(200)
	if f, _ := v.form(); !strings.Contains(attr(f, "data-flow"), `"properties":{"state":"SP"}`) || strings.Contains(v.body, "churn") || strings.Contains(v.body, "difficult") {
		t.Errorf("the page tells %s", attr(f, "data-flow"))
	}
}

// Browsers load a page again that was put away, and the person who comes back
// gives another sign: it is the same person.
func TestAttack43APageLoadedAgainVotesOnce(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?"},{"id":"why","type":"text","title":"Why?"}]`)
	path := p.link(s, `{"one_click":true}`) + "?sat=4"
	sign := func(kept string) (v *visitor, ticket string) {
		t.Helper()
		v = p.visit(path).must(200)
		f, values := v.form()
		values.Set("wm-sign", "1")
		if kept != "" {
			values.Set("wm-kept", kept)
		}
		sent := *v
		sent.post(attr(f, "action"), "", values, nil).must(200)
		var got struct{ Ticket string }
		if err := json.Unmarshal([]byte(sent.body), &got); err != nil {
			t.Fatal(err)
		}
		return v, got.Ticket
	}
	_, kept := sign("")
	v, ticket := sign(kept)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" {
		t.Fatalf("one person's signs made %v", r)
	}
	v.send("sat", "2", "wm-ticket", ticket).must(200).send("why", "x").must(200)
	if r := p.stored(s); len(r) != 1 || r[0]["status"] != "counted" || fmt.Sprint(r[0]["answers"]) != "map[sat:2 why:x]" {
		t.Errorf("stored: %v", r)
	}
	// What is forged, another link's, or deleted since keeps nobody from voting.
	p.want(204, "DELETE", "/v1/responses/"+p.stored(s)[0]["id"].(string), "")
	_, other := p.published(delivery)
	_, foreign := p.visit(p.link(other, `{}`)).form()
	for i, bad := range []string{kept, "forged", foreign.Get("wm-ticket")} {
		if sign(bad); len(p.stored(s)) != i+1 {
			t.Errorf("with %.20q kept there are %d votes", bad, len(p.stored(s)))
		}
	}
}

// A file is part of its answer: it goes where that is changed, deleted, or never
// taken, and what somebody handed in does not fill the store for nothing.
func TestAttack59FilesGoWithTheirAnswers(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"doc","type":"file","title":"File"},{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	bill := func(secret string) file {
		return file{"doc", "bill.pdf", "application/pdf", []byte(strings.Replace(onePagePDF, "/Catalog", "/Catalog/"+secret, 1))}
	}
	named := func() string {
		t.Helper()
		answers, _ := p.stored(s)[0]["answers"].(map[string]any)
		doc, _ := answers["doc"].(map[string]any)
		id, _ := doc["id"].(string)
		return id
	}
	v := p.visit(p.link(s, `{"single_use":true}`)).must(200).patience()
	v.handIn(false, []file{bill("RefusedWithItsPage")}).must(422) // sat is missing
	v.handIn(false, []file{bill("TheFirstBill")}, "sat", "4").must(200)
	first := named()
	p.want(200, "GET", "/v1/files/"+first, "")
	v.get(v.at).must(200).patience()
	v.handIn(false, []file{bill("TheSecondBill")}, "sat", "3").must(200)
	second := named()
	if second == first || second == "" {
		t.Fatalf("%q and %q", first, second)
	}
	p.want(404, "GET", "/v1/files/"+first, "")
	v.get(v.at).must(200)
	f, values := v.filled("sat", "1", "wm-autosave", "1") // kept beside the answer that counts
	saved := *v
	saved.post(attr(f, "action"), attr(f, "enctype"), values, []file{bill("Unfinished")}).must(200)
	p.want(200, "GET", "/v1/files/"+second, "")
	id := p.stored(s)[0]["id"].(string)
	p.want(204, "DELETE", "/v1/responses/"+id, "")
	p.want(404, "GET", "/v1/files/"+second, "")
	v.handIn(false, []file{bill("AfterTheErasure")}, "sat", "1").must(410)

	logo := p.upload("logo.png", drawing(t)).object(t)["id"].(string) // by a key: pages may show it
	other := p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{"sat":1,"doc":{"id":%q}}}`, s, logo)).object(t)["id"].(string)
	p.want(204, "DELETE", "/v1/responses/"+other, "")
	p.want(200, "GET", "/v1/files/"+logo, "")
	if code := p.stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for _, secret := range []string{"RefusedWithItsPage", "TheFirstBill", "TheSecondBill", "Unfinished", "AfterTheErasure"} {
		p.holdsNot(secret)
	}
}

// A step that was answered with the next page was taken, whatever else of the
// visit was sent at the same time.
func TestAttack5PagesOfAVisitSentAtOnceLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, p *program) {
		_, s := p.published(`"title":"x","questions":[{"id":"a","type":"text","title":"A"},{"id":"b","type":"text","title":"B"},{"id":"c","type":"text","title":"C"}]`)
		for range 10 {
			path := p.link(s, `{"single_use":true}`)
			one := p.visit(path).must(200)
			other := p.visit(path).must(200).send("a", "first").must(200)
			var wg sync.WaitGroup
			wg.Go(func() { one.send("a", "changed") })
			wg.Go(func() { other.send("b", "B") })
			wg.Wait()
			if one.status != 200 || other.status != 200 {
				t.Fatalf("status %d and %d", one.status, other.status)
			}
			if r := p.stored(s)[0]; fmt.Sprint(r["answers"]) != "map[a:changed b:B]" {
				t.Fatalf("of two devices is left: %v", r["answers"])
			}
		}
	})
}

// On a slow line what a page saves meanwhile may arrive behind the page itself:
// what the person sent by the button holds.
func TestAttack5WhatAPageSavedMeanwhileOvertakesNothing(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","layout":"page","questions":[{"id":"a","type":"text","title":"A","page":1},{"id":"b","type":"text","title":"B","page":1},{"id":"c","type":"text","title":"C","page":2}]`)
	answers := func() string { return fmt.Sprint(p.stored(s)[0]["answers"]) }
	v := p.visit(p.link(s, `{}`)).must(200)
	page := *v
	save := func(ticket, a string) (next string) {
		t.Helper()
		from := page
		f, values := from.filled("a", a, "wm-autosave", "1")
		if ticket != "" {
			values.Set("wm-ticket", ticket)
		}
		from.post(attr(f, "action"), "", values, nil).must(200)
		var got struct{ Ticket string }
		if err := json.Unmarshal([]byte(from.body), &got); err != nil {
			t.Fatal(err)
		}
		return got.Ticket
	}
	ticket := save("", "wri")
	ticket = save(ticket, "written so far")
	if answers() != "map[a:written so far]" {
		t.Fatalf("kept: %s", answers())
	}
	v.send("a", "new", "b", "B", "wm-ticket", ticket).must(200)
	for _, late := range []string{"", ticket} {
		if save(late, "written so far"); answers() != "map[a:new b:B]" {
			t.Fatalf("behind the page came %s", answers())
		}
	}
	for range 10 { // and at the same time
		v := p.visit(p.link(s, `{}`)).must(200)
		page = *v
		var wg sync.WaitGroup
		wg.Go(func() { save("", "old") })
		wg.Go(func() { v.send("a", "new", "b", "B") })
		if wg.Wait(); answers() != "map[a:new b:B]" {
			t.Fatalf("sent at once: %s", answers())
		}
	}
}

// What was deleted comes back by nothing that is sent again; who comes back to
// an open link may answer anew.
func TestAttack59ADeletedAnswerComesBackByNothingSentAgain(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(delivery)
	path := p.link(s, `{}`)
	v := p.visit(path).must(200).patience().send("sat", "4").must(200)
	f, values := v.filled("feel", "1")
	single := p.link(s, `{"single_use":true}`)
	p.visit(single).must(200).send("sat", "2").must(200)
	for _, r := range p.stored(s) {
		p.want(204, "DELETE", "/v1/responses/"+r["id"].(string), "")
	}
	for _, more := range []url.Values{{}, {"wm-autosave": {"1"}}, {"back": {"1"}}} {
		for name, list := range values {
			more[name] = list
		}
		again := *v
		if again.post(attr(f, "action"), "", more, nil).must(410); !strings.Contains(again.text(), "You have answered already") {
			t.Errorf("%v: %s", more, again.text())
		}
	}
	if p.visit(single).must(410); len(p.stored(s)) != 0 {
		t.Fatalf("stored: %v", p.stored(s))
	}
	resumed := p.visit(path)
	resumed.post(path, "", url.Values{"wm-resume": {"1"}, "wm-ticket": values["wm-ticket"]}, nil).must(200)
	resumed.patience().send("sat", "5").must(200).send().must(200)
	if r := p.stored(s); len(r) != 1 || fmt.Sprint(r[0]["answers"]) != "map[sat:5]" {
		t.Errorf("who came back left %v", r)
	}
}
