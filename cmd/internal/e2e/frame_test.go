package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// Every page of a visit that began in a frame may stand there, and every way on
// leads to one that may, in the theme that was asked for: else the browser
// shows its own error to whoever has just sent their answers.
func TestAVisitStaysInItsFrameToTheEnd(t *testing.T) {
	p := start(t, t.TempDir())
	_, s := p.published(`"title":{"en":"Your delivery","de":"Ihre Lieferung"},"questions":[{"id":"sat","type":"csat","title":{"en":"How was it?","de":"Wie war es?"},"required":true}]`)
	framed := func(what string, v *visitor) *visitor {
		t.Helper()
		if policy := v.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors *") {
			t.Errorf("%s: %s", what, policy)
		}
		if theme := attr(v.find("html")[0], "data-theme"); theme != "dark" {
			t.Errorf("%s: theme %q", what, theme)
		}
		for _, a := range v.find("a") {
			if href := attr(a, "href"); strings.HasPrefix(href, "/") && !(strings.Contains(href, "embed=1") && strings.Contains(href, "theme=dark")) {
				t.Errorf("%s: a way out of the frame: %s", what, href)
			}
		}
		return v
	}
	const in = "?embed=1&theme=dark"

	once := p.link(s, `{"single_use":true}`)
	v := framed("the survey", p.visit(once+in).must(200))
	if len(v.find("a")) != 2 {
		t.Fatalf("%d ways to another language, want 2", len(v.find("a")))
	}
	framed("another language", v.get(attr(v.find("a")[0], "href")).must(200)).patience()
	framed("what is wrong", v.send().must(422))
	framed("thanks", v.send("sat", "4").must(200))
	if len(v.find("a")) != 1 {
		t.Fatalf("%d ways to change the answers, want 1", len(v.find("a")))
	}
	framed("the change", v.get(attr(v.find("a")[0], "href")).must(200))

	kiosk := p.visit(p.link(s, `{"kiosk":true}`) + in).must(200)
	home := attr(kiosk.find("body")[0], "data-home")
	framed("a kiosk's thanks", kiosk.patience().send("sat", "4").must(200))
	if again := attr(kiosk.find("a")[0], "href"); again != home || !strings.Contains(home, "embed=1") || !strings.Contains(home, "theme=dark") {
		t.Errorf("a kiosk begins at %q and again at %q", home, again)
	}

	one := p.link(s, `{"max_responses":1}`)
	first, second := p.visit(one+in).must(200), p.visit(one+in).must(200).patience()
	first.send("sat", "4").must(200)
	framed("full while answering", second.send("sat", "4").must(410))
	framed("full", p.visit(one+in).must(410))

	open := p.visit(p.link(s, `{}`) + in).must(200)
	p.want(200, "POST", fmt.Sprintf("/v1/surveys/%s/close", s), "")
	framed("closed while answering", open.patience().send("sat", "4").must(410))
}
