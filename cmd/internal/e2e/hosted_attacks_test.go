package e2e

import (
	"strings"
	"testing"
)

// A page that stands in a frame of another site must stay there to its end: the
// browser shows nothing of one whose policy forbids the frame.
func TestAttack39AnEmbeddedSurveyStaysInItsFrameToTheEnd(t *testing.T) {
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
