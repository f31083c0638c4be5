package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"waymark/cmd/internal/config"
	"waymark/responses/page"
)

// link makes a link to a survey and gives its token.
func (s *story) link(survey, body string) string {
	s.Helper()
	return s.secret(s.want(201, "createLink", request{path: map[string]string{"survey": survey}, body: []byte(body)}))
}

// open makes a survey of keys besides map and stage, and publishes it.
func (s *story) open(keys string) string {
	s.Helper()
	id := s.want(201, "createSurvey", request{body: fmt.Appendf(nil, `{"map": %q, "stage": "delivery", %s}`, s.path["map"], keys)}).object(s)["id"].(string)
	s.want(200, "publishSurvey", request{path: map[string]string{"survey": id}})
	return id
}

// sat asks one thing.
const sat = `"title": "Delivery", "questions": [{"id": "sat", "type": "csat", "title": "Satisfied?", "required": true}]`

// handed is what a page's form sends.
func handed(token string, form url.Values) request {
	return request{path: map[string]string{"token": token}, header: http.Header{"Content-Type": {plainForm}}, body: []byte(form.Encode())}
}

// answered answers a survey of one question as a person does, and gives the response.
func (s *story) answered(survey, token string) string {
	s.Helper()
	form := s.form(token, map[string]any{"sat": "4"})
	s.later(3 * time.Second) // nobody is quicker
	s.want(200, "answerPage", handed(token, form))
	list := s.want(200, "listResponses", request{query: "survey=" + survey}).object(s)["data"].([]any)
	newest := list[0].(map[string]any)
	if newest["status"] != "counted" {
		s.Fatalf("the answer of a person is %v", newest["status"])
	}
	return newest["id"].(string)
}

// over gives, by the reason why a link takes no answer, how to come to such a link.
func (s *story) over() map[string]func() (token string) {
	preview := func(survey string) string {
		return s.secret(s.want(201, "previewSurvey", request{path: map[string]string{"survey": survey}}))
	}
	return map[string]func() string{
		"409 survey-draft":   func() string { return s.link(s.draft(), `{}`) },
		"409 survey-unready": func() string { return preview(s.draft()) },
		"410 survey-closed": func() string {
			survey := s.open(sat)
			s.want(200, "closeSurvey", request{path: map[string]string{"survey": survey}})
			return s.link(survey, `{}`)
		},
		"410 used": func() string {
			survey := s.open(sat)
			token := s.link(survey, `{"single_use": true}`)
			s.answered(survey, token)
			s.want(200, "surveyPage", request{path: map[string]string{"token": token}}) // to be changed for a day
			s.later(25 * time.Hour)
			return token
		},
		"410 full": func() string {
			survey := s.open(sat)
			token := s.link(survey, `{"max_responses": 1}`)
			s.answered(survey, token)
			return token
		},
		"410 erased": func() string {
			survey := s.open(sat)
			token := s.link(survey, `{"single_use": true}`)
			s.want(204, "deleteResponse", request{path: map[string]string{"response": s.answered(survey, token)}})
			return token
		},
	}
}

// overdue are the failures of surveys' pages.
func (s *story) overdue() (all []failing) {
	for reason, come := range s.over() {
		status, slug := 0, ""
		if _, err := fmt.Sscan(reason, &status, &slug); err != nil {
			s.Fatal(err)
		}
		there := func(r *request) { r.path = map[string]string{"token": come()} }
		all = append(all, failing{"surveyPage", status, slug, there}, failing{"answerPage", status, slug, there})
	}
	return append(all,
		failing{"surveyPicture", 404, "not-found", func(r *request) { r.path["file"] = "fil_" + strings.Repeat("a", 26) }},
		failing{"answerPage", 403, "foreign-form", header("Sec-Fetch-Site", "cross-site")},
		failing{"answerPage", 422, "", func(r *request) { *r = handed(s.path["page"], s.form(s.path["page"], nil)) }},
		failing{"answerPage", 422, "", body("wm-ticket=forged&sat=4")})
}

// What people hand in in the ways that the description names, and what they get.
func TestThePageAnswersAsDescribed(t *testing.T) {
	s := prepare(t)
	survey := s.open(`"title": "Delivery", "thanks": [{"text": "Thanks", "redirect": "https://shop.example/thanks"}], "questions": [
		{"id": "sat", "type": "csat", "title": "Satisfied?", "required": true}, {"id": "proof", "type": "file", "title": "A picture?", "accept": ["image/png"]}]`)
	token := s.link(survey, `{"one_click": true}`)
	at := request{path: map[string]string{"token": token}, query: "sat=4"}
	ticket, _ := page.Ticket(s.unchecked("surveyPage", at).body) // any question may be named
	s.later(3 * time.Second)

	sign := s.want(200, "answerPage", handed(token, url.Values{page.FieldTicket: {ticket}, "wm-sign": {"1"}}))
	ticket, _ = sign.object(t)["ticket"].(string)
	kept := s.want(200, "answerPage", handed(token, url.Values{page.FieldTicket: {ticket}, "wm-autosave": {"1"}, "sat": {"5"}}))
	ticket, _ = kept.object(t)["ticket"].(string)
	second := s.want(200, "answerPage", handed(token, url.Values{page.FieldTicket: {ticket}, "sat": {"5"}}))
	ticket, _ = page.Ticket(second.body)

	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField(page.FieldTicket, ticket)
	part, _ := w.CreateFormFile("proof", "photo.png")
	_, _ = part.Write(drawing(t))
	_ = w.Close()
	last := request{path: at.path, header: http.Header{"Content-Type": {w.FormDataContentType()}}, body: b.Bytes()}
	if got := s.want(303, "answerPage", last); got.header.Get("Location") != "https://shop.example/thanks" {
		t.Errorf("the end leads to %q", got.header.Get("Location"))
	}
	list := s.want(200, "listResponses", request{query: "survey=" + survey}).object(t)["data"].([]any)
	if len(list) != 1 || fmt.Sprint(list[0].(map[string]any)["answers"].(map[string]any)["sat"]) != "5" {
		t.Errorf("stored: %v", list)
	}
}

func TestAPageIsWholeWhateverBecameOfItsLink(t *testing.T) {
	s := prepare(t)
	picture := func(token, query string) int {
		return s.call("surveyPicture", request{path: map[string]string{"token": token, "file": s.path["file"]}, query: query}).status
	}
	for reason, come := range s.over() {
		token := come()
		if got := s.unchecked("surveyPage", request{path: map[string]string{"token": token}}); !strings.Contains(string(got.body), "/s/"+token+"/files/"+s.path["file"]) {
			t.Errorf("%s: the page has no logo", reason)
		}
		if status := picture(token, ""); status != 200 {
			t.Errorf("%s: the logo answers %d", reason, status)
		}
	}

	// A page that shows an older version has that version's pictures, and no others.
	s.want(200, "replaceSettings", request{header: http.Header{"If-Match": {s.etag["/v1/settings"]}}, body: []byte(`{}`)})
	pictured := fmt.Sprintf(`"title": "Parcels", "questions": [{"id": "which", "type": "picture", "title": "Which?", "options": [{"id": "a", "title": "A", "image": %q}, {"id": "b", "title": "B", "image": %q}]}]`, s.path["file"], s.path["file"])
	survey := s.open(pictured)
	token, other := s.link(survey, `{}`), s.link(s.open(sat), `{}`)
	got := s.want(200, "surveyPage", request{path: map[string]string{"token": token}})
	if address := "/s/" + token + "/files/" + s.path["file"] + "?version=1"; !strings.Contains(string(got.body), address) {
		t.Fatalf("the page does not show %s", address)
	}
	now := s.want(200, "getSurvey", request{path: map[string]string{"survey": survey}}).object(t)["version"]
	s.want(200, "replaceSurvey", request{path: map[string]string{"survey": survey}, header: http.Header{"If-Match": {fmt.Sprintf(`"%v"`, now)}}, body: fmt.Appendf(nil, `{"map": %q, "stage": "delivery", %s}`, s.path["map"], sat)})
	s.want(200, "publishSurvey", request{path: map[string]string{"survey": survey}})
	preview := s.secret(s.want(201, "previewSurvey", request{path: map[string]string{"survey": survey}}))
	for _, c := range []struct {
		token, query string
		want         int
	}{{token, "version=1", 200}, {token, "version=2", 404}, {token, "", 404}, {token, "version=9", 404}, {other, "version=1", 404}, {preview, "", 404}} {
		if status := picture(c.token, c.query); status != c.want {
			t.Errorf("the picture at %s?%s answers %d, want %d", c.token, c.query, status, c.want)
		}
	}
}

func TestLookingAndHandingInTooOftenIsRefusedAsDescribed(t *testing.T) {
	s := prepare(t, func(c *config.Config) { c.LimitsOff = false })
	token := map[string]string{"token": s.path["page"]}
	statuses := func(id string, n int, r request) (all []int) {
		for range n {
			status := s.unchecked(id, request{path: r.path, header: r.header.Clone(), body: r.body}).status
			if !slices.Contains(all, status) {
				all = append(all, status)
			}
		}
		return all
	}
	if got := statuses("answerPage", 601, request{path: token, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte("x")}); !slices.Equal(got, []int{415, 429}) {
		t.Errorf("handing in answers %v", got)
	}
	if got := statuses("surveyPage", 1201, request{path: token}); !slices.Equal(got, []int{200, 429}) {
		t.Errorf("looking answers %v", got)
	}
	s.later(time.Minute)
	s.want(200, "surveyPage", request{path: token})
	guess := map[string]string{"token": strings.Repeat("x", 27)}
	if got := statuses("surveyPage", 61, request{path: guess}); !slices.Equal(got, []int{404, 429}) {
		t.Errorf("guessing answers %v", got)
	}
	s.want(200, "surveyPage", request{path: token})
}

// Attack 39: what stands in a frame, or in a theme, stays there to the end, and
// what does not is not let into one.
func TestTheFrameAndTheThemeOfAPageAreThoseOfAllThatFollow(t *testing.T) {
	s := prepare(t)
	survey := s.open(`"title": {"en": "Delivery", "de": "Lieferung"}, "questions": [{"id": "sat", "type": "csat", "title": {"en": "Satisfied?", "de": "Zufrieden?"}, "required": true},
		{"id": "embed", "type": "choice", "title": {"en": "Embed?", "de": "Einbetten?"}, "options": [{"id": "1", "title": "Yes"}]}]`)
	over := s.over()["410 survey-closed"]()
	for query, inside := range map[string]bool{"embed=1&theme=dark": true, "": false, "theme=pink": false} {
		token := map[string]string{"token": s.link(survey, `{"single_use": true}`)}
		look := func(where string, got answer) string {
			t.Helper()
			policy := got.header.Get("Content-Security-Policy")
			if inside != strings.Contains(policy, "frame-ancestors *") || inside == strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%q: %s may be framed: %s", query, where, policy)
			}
			if where != "a failure" && inside != bytes.Contains(got.body, []byte(`data-theme="dark"`)) {
				t.Errorf("%q: the theme of %s is another", query, where)
			}
			return string(got.body)
		}
		got := s.unchecked("surveyPage", request{path: token, query: query})
		first := look("the first page", got)
		for _, m := range regexp.MustCompile(`(?:action|href)="(/s/[^"]+)"`).FindAllStringSubmatch(first, -1) {
			if inside != strings.Contains(m[1], "embed=1&amp;") && inside != strings.HasSuffix(m[1], "embed=1&amp;theme=dark") {
				t.Errorf("%q: the page leads to %s", query, m[1])
			}
		}
		action := regexp.MustCompile(`<form [^>]*action="[^"?]+\??([^"]*)"`).FindStringSubmatch(first)
		if action == nil {
			t.Fatalf("there is no form: %s", first)
		}
		on := strings.ReplaceAll(action[1], "&amp;", "&")
		hand := func(fields ...string) answer {
			t.Helper()
			ticket, _ := page.Ticket(got.body)
			form := url.Values{page.FieldTicket: {ticket}}
			for i := 0; i < len(fields); i += 2 {
				form.Set(fields[i], fields[i+1])
			}
			r := handed(token["token"], form)
			r.query = on
			return s.call("answerPage", r)
		}
		got = hand()
		look("the page that is shown again", got)
		got = hand("sat", "4")
		look("the second page", got)
		got = hand("embed", "1") // a question's own field
		end := look("the end", got)
		if change := `href="/s/` + token["token"] + strings.TrimSuffix("?"+strings.ReplaceAll(on, "&", "&amp;"), "?") + `"`; !strings.Contains(end, change) {
			t.Errorf("%q: the end does not lead back to %s", query, change)
		}
		look("a page of its own", s.unchecked("surveyPage", request{path: map[string]string{"token": over}, query: query}))
		r := handed(token["token"], url.Values{})
		r.query, r.header = on, http.Header{"Content-Type": {plainForm}, "Origin": {"https://evil.example"}}
		look("a failure", s.call("answerPage", r))
	}
}

// What a link should bring along and does not is nothing that people can mend.
func TestAHiddenQuestionThatTheLinkLeavesOpenKeepsNobodyFromTheEnd(t *testing.T) {
	s := prepare(t)
	for _, questions := range []string{`{"id": "who", "type": "hidden", "required": true}`, `{"id": "who", "type": "hidden", "required": true}, {"id": "sat", "type": "csat", "title": "Satisfied?"}`} {
		survey := s.open(`"title": "Delivery", "questions": [` + questions + `]`)
		token := s.link(survey, `{}`)
		for _, query := range []string{"", "who=ana"} {
			ticket, _ := page.Ticket(s.unchecked("surveyPage", request{path: map[string]string{"token": token}, query: query}).body)
			s.later(3 * time.Second)
			if got := s.want(200, "answerPage", handed(token, url.Values{page.FieldTicket: {ticket}, "sat": {"4"}})); bytes.Contains(got.body, []byte("<form")) {
				t.Errorf("%s: it goes on and on: %.3000s", questions, got.body)
			}
			newest := s.want(200, "listResponses", request{query: "survey=" + survey}).object(t)["data"].([]any)[0].(map[string]any)
			who, brought := newest["answers"].(map[string]any)["who"]
			if newest["status"] != "counted" || brought != (query != "") || brought && who != "ana" {
				t.Errorf("%s with %q: stored %v", questions, query, newest)
			}
		}
		s.want(422, "createResponse", request{body: fmt.Appendf(nil, `{"survey": %q, "answers": {}}`, survey)})
	}
}

func TestThePageTellsNoMoreOfALinkThanItsLogicNeeds(t *testing.T) {
	s := prepare(t)
	survey := s.open(`"title": "Delivery", "layout": "page", "questions": [{"id": "sat", "type": "csat", "title": "Satisfied?"}, {"id": "why", "type": "text", "title": "Why?", "show_if": "sat < 3 and property.state == 'SP'"}]`)
	token := s.link(survey, `{"properties": {"state": "SP", "margin": "secret-42", "stat": "secret-43"}}`)
	body := string(s.want(200, "surveyPage", request{path: map[string]string{"token": token}}).body)
	if !strings.Contains(body, "&#34;state&#34;:&#34;SP&#34;") || strings.Contains(body, "secret-") {
		t.Errorf("the page tells: %s", regexp.MustCompile(`data-flow="[^"]*"`).FindString(body))
	}
}
