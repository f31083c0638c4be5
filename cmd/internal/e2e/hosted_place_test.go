package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// inLanguage follows the chooser to a language.
func (v *visitor) inLanguage(tag string) *visitor {
	v.t.Helper()
	for _, a := range v.find("a") {
		if attr(a, "hreflang") == tag {
			if !strings.Contains(attr(a, "href"), "?lang="+tag) {
				v.t.Errorf("the chooser leads to %s", attr(a, "href"))
			}
			return v.get(attr(a, "href"))
		}
	}
	v.t.Fatalf("%s offers no %s", v.at, tag)
	return nil
}

func TestAnotherLanguageKeepsThePlace(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":{"en":"x","de":"y"},"questions":[{"id":"a","type":"text","title":"A?"},{"id":"b","type":"text","title":"B?"},
		{"id":"c","type":"choice","title":"C?","random":true,"options":[` + offers(12) + `]}]`)
	path := p.link(s, `{}`)
	order := func(v *visitor) (out []string) {
		for _, n := range v.find("input") {
			if attr(n, "name") == "c" {
				out = append(out, attr(n, "value"))
			}
		}
		return out
	}
	v := p.visit(path).must(200).send().must(200).inLanguage("de").must(200)
	if !slices.Equal(v.fields(), []string{"b"}) || attr(v.find("html")[0], "lang") != "de" {
		t.Errorf("after a step that was skipped, another language leads to %v", v.fields())
	}
	at := v.at
	v.send().must(200)
	before := order(v)
	if v.inLanguage("en").must(200); !slices.Equal(order(v), before) || len(before) != 12 {
		t.Errorf("another language orders anew: %v, %v", before, order(v))
	}
	if len(p.stored(s)) != 0 {
		t.Error("choosing a language stored something")
	}
	// Two who open the address of such a page are two.
	for i := range 2 {
		w := p.visit(at).must(200).patience()
		w.send("b", fmt.Sprint("visitor ", i)).must(200).send().must(200)
	}
	r := p.stored(s)
	if len(r) != 2 || r[0]["status"] != "counted" || r[1]["status"] != "counted" {
		t.Errorf("an address that was passed on: %v", r)
	}
	// Going back and changing the language stays there, too.
	v = p.visit(path).must(200).patience().send("a", "x").must(200).send("b", "y").must(200).back().must(200)
	if v.inLanguage("de").must(200); !slices.Equal(v.fields(), []string{"b"}) {
		t.Errorf("behind the way back another language leads to %v", v.fields())
	}
	if v.inLanguage("en").must(200).send("b", "z").must(200).send().must(200); fmt.Sprint(p.stored(s)[0]["answers"]) != "map[a:x b:z]" {
		t.Errorf("stored: %v", p.stored(s)[0])
	}
}

func offers(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"id":"o%d","title":"O%d"}`, i, i)
	}
	return strings.Join(out, ",")
}

func TestAPreviewIsTriedToItsEndInEveryLanguage(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	m := p.want(201, "POST", "/v1/maps", `{"title":"Shop","stages":[{"id":"delivery","name":"Delivery"}]}`).object(t)["id"]
	s := p.want(201, "POST", "/v1/surveys", fmt.Sprintf(`{"map":%q,"stage":"delivery","title":{"en":"x","ar":"y"},"questions":[{"id":"a","type":"text","title":"A?"},
		{"id":"doc","type":"file","title":"Show it","required":true,"accept":["image/png"],"max_bytes":100000},{"id":"c","type":"text","title":"You wrote {{a}}"}]}`, m)).object(t)["id"].(string)
	u, _ := url.Parse(p.want(201, "POST", "/v1/surveys/"+s+"/preview", "").object(t)["url"].(string))
	v := p.visit(u.Path+"?theme=dark").must(200).send("a", "hello").must(200).inLanguage("ar").must(200)
	if h := v.find("html")[0]; !slices.Equal(v.fields(), []string{"doc"}) || attr(h, "lang") != "ar" || attr(h, "data-theme") != "dark" {
		t.Fatalf("another language leads to %v: %v", v.fields(), h.Attr)
	}
	for name, body := range map[string][]byte{"page.html": []byte("<html>"), "bill.pdf": []byte(onePagePDF), "big.png": append(drawing(t), make([]byte, 100000)...)} {
		if v.handIn(false, []file{{"doc", name, "image/png", body}}).must(422); !strings.Contains(v.body, `aria-invalid="true"`) {
			t.Errorf("%s is not refused by its field", name)
		}
	}
	v.handIn(false, []file{{"doc", "photo.png", "image/png", drawing(t)}}).must(200)
	if !strings.Contains(v.text(), "You wrote hello") {
		t.Fatalf("behind the file: %s", v.text())
	}
	if v.back().must(200); !strings.Contains(v.text(), "photo.png") {
		t.Errorf("the way back forgot the file: %s", v.text())
	}
	if v.send().must(200).send().must(200); len(v.fields()) != 0 {
		t.Errorf("the end asks %v", v.fields())
	}
	if len(p.stored(s)) != 0 {
		t.Error("a preview was stored")
	}
}

func TestTheEndOfALinkSpeaksTheChosenLanguage(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":{"en":"x","ar":"y"},"questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	v := p.visit(p.link(s, `{}`)+"?lang=ar", "Accept-Language", "en").must(200)
	p.want(200, "POST", "/v1/surveys/"+s+"/close", "")
	if v.send("sat", "4").must(410); attr(v.find("html")[0], "lang") != "ar" {
		t.Errorf("the closed survey says %s", v.text())
	}
}

func TestAChoiceThatTheLinkMakesTwiceIsMadeOnce(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"sat","type":"csat","title":"Satisfied?","required":true}]`)
	path := p.link(s, `{"one_click":true}`)
	v := p.visit(path + "?sat=4&sat=5").must(200)
	_, shown := v.form()
	if !slices.Equal(shown["sat"], []string{"4"}) {
		t.Errorf("the page chooses %v", shown["sat"])
	}
	v.post(path, "", url.Values{"wm-ticket": shown["wm-ticket"], "wm-sign": {"1"}}, nil).must(http.StatusOK)
	if r := p.stored(s); len(r) != 1 || fmt.Sprint(r[0]["answers"]) != "map[sat:4]" {
		t.Errorf("counted: %v", r)
	}
}

func TestWhatIsTooLargeIsToldAsThat(t *testing.T) {
	t.Parallel() // most of its time it waits, as a person does
	p := start(t, t.TempDir())
	_, s := p.published(`"title":"x","questions":[{"id":"doc","type":"file","title":"Show it","required":true}]`)
	path := p.link(s, `{}`)
	for size, status := range map[int]int{6 << 20: 422, 12 << 20: 413} {
		v := p.visit(path, "Accept-Language", "de").must(200)
		if v.handIn(false, []file{{"doc", "photo.png", "image/png", make([]byte, size)}}).must(status); !strings.Contains(v.text(), "5 MB") {
			t.Errorf("a file of %d bytes: %s", size, v.text())
		}
	}
	_, s = p.published(`"title":"x","questions":[{"id":"why","type":"long_text","title":"Why?"}]`)
	if v := p.visit(p.link(s, `{}`)).must(200).send("why", strings.Repeat("a", 300<<10)).must(413); !strings.Contains(v.text(), "at most 10,000 characters") {
		t.Errorf("a text of 300 KB: %s", v.text())
	}
}
