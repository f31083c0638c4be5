package surveys_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/valyala/fastjson"

	"waymark/surveys"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/logic"
	"waymark/surveys/words"
)

// ruled is a survey with one of everything that follows from answers.
const ruled = `{"map":"map_1","stage":"delivery","title":{"en":"Delivery for {{contact.name|you}}","de":"Lieferung"},"incentive":{"en":"5 € off"},
 "questions":[
  {"id":"sat","type":"csat","title":"How was it in {{property.state|your state}}?","page":1,"jump":[{"if":"sat == 5","to":"colour"}]},
  {"id":"why","type":"text","title":"You said {{sat}}, twice that is {{calc.double}}. Why?","help":"{{ not a name","page":1,"show_if":"sat <= 2","required_if":"calc.double < 4"},
  {"id":"colour","type":"choice","title":"Colour","options":[{"id":"red","title":{"en":"Red","de":"Rot"}},{"id":"blue","title":"Blue {{sat}}"}],"other":true,"page":3},
  {"id":"src","type":"hidden","default":"shop"},
  {"id":"day","type":"date","title":"When, {{colour|friend}}?"}],
 "calculated":[{"id":"double","value":"sat * 2"},{"id":"late","value":"double_is_no_name"}],
 "quotas":[{"id":"all","limit":100},{"id":"red","if":"colour == 'red'","limit":1}],
 "thanks":[{"if":"sat <= 2","text":{"en":"We will do better, {{contact.name|promised}}","de":"Besser"}},
  {"if":"calc.double >= 8","redirect":"https://shop.example/thanks?a={{x}}","link":"https://reviews.example/shop"},
  {"text":"Thanks","link":{"url":"http://127.0.0.1:8080/x","text":"{{day}}"}}]}`

var good = strings.Replace(ruled, "double_is_no_name", "src == 'late'", 1)

func ruledService(t *testing.T) *surveys.Service {
	s, _ := newService(t)
	s.RedirectHosts = func(_ context.Context, ws ident.Workspace) ([]string, error) {
		return []string{"shop.example", "localhost:8080"}, nil
	}
	return s
}

func TestASurveyWithRulesIsPublishedAndComesBackAsItWasSent(t *testing.T) {
	s := ruledService(t)
	r := publish(t, s, create(t, s, good).ID)
	var sent bytes.Buffer
	if err := json.Compact(&sent, []byte(good)); err != nil || !bytes.Equal(r.Current.Document, sent.Bytes()) {
		t.Fatalf("%s, %v", r.Current.Document, err)
	}
	c, err := s.Compiled(context.Background(), "w", r.ID, 1)
	must(t, err)
	if c.Flow().Plain() || c.Definition().Title.In("de") != "Lieferung" {
		t.Error("the definition is another one")
	}
}

func TestPublishingPointsAtEachFaultyRule(t *testing.T) {
	s := ruledService(t)
	one := func(more string) string {
		return `{"map":"map_1","stage":"delivery","title":"T","questions":[{"id":"a","type":"csat","title":"A"},{"id":"b","type":"choice","title":"B","options":[{"id":"x","title":"X"}]},{"id":"c","type":"text","title":"C"}],` + more + `}`
	}
	second := func(keys string) string {
		return `{"map":"map_1","stage":"delivery","title":"T","questions":[{"id":"a","type":"csat","title":"A","page":2},{"id":"b","type":"text","title":"B",` + keys + `},{"id":"c","type":"nps","title":"C","page":2}]}`
	}
	ends := func(address string) string { return one(`"thanks":[{"redirect":"` + address + `"}]`) }
	long := strings.Repeat("(", 60) + "a" + strings.Repeat(")", 60)
	much := `{"map":"map_1","stage":"delivery","title":"T","questions":[{"id":"a","type":"csat","title":"A"}`
	for i := range 60 {
		much += fmt.Sprintf(`,{"id":"b%d","type":"text","title":"B","show_if":"%s"}`, i, strings.Repeat("a > 0 and ", 180)+"true")
	}
	much += `]}`
	for _, c := range []struct{ name, body, pointer string }{
		{"a calculated value of a name that there is not", ruled, "#/calculated/1/value"},
		{"show_if that cannot be read", second(`"show_if":"a =="`), "#/questions/1/show_if"},
		{"show_if nested too deep (attack 14)", second(`"show_if":"` + long + `"`), "#/questions/1/show_if"},
		{"show_if by a later question", second(`"show_if":"c > 3"`), "#/questions/1/show_if"},
		{"show_if by itself", second(`"show_if":"answered(b)"`), "#/questions/1/show_if"},
		{"show_if that is a number", second(`"show_if":"a + 1"`), "#/questions/1/show_if"},
		{"required_if of a question that there is not", second(`"required_if":"zz == 1"`), "#/questions/1/required_if"},
		{"a jump backwards", second(`"jump":[{"if":"a == 1","to":"a"}]`), "#/questions/1/jump/0/to"},
		{"a jump nowhere", second(`"jump":[{"if":"true","to":"end"},{"if":"a == 1","to":"zz"}]`), "#/questions/1/jump/1/to"},
		{"a jump without a condition", second(`"jump":[{"to":"end"}]`), "#/questions/1/jump/0/if"},
		{"a question that every way jumps over", second(`"jump":[{"if":"true","to":"end"}]`), "#/questions/2"},
		{"a page that falls", second(`"page":1`), "#/questions/1/page"},
		{"a page in two pieces", second(`"help":"x"`), "#/questions/2/page"},
		{"an option that there is not", one(`"quotas":[{"id":"q","if":"b == 'y'","limit":1}]`), "#/quotas/0/if"},
		{"a quota that is no condition", one(`"quotas":[{"id":"q","if":"a","limit":1}]`), "#/quotas/0/if"},
		{"a quota of none", one(`"quotas":[{"id":"q","limit":0}]`), "#/quotas/0/limit"},
		{"a quota of too many", one(`"quotas":[{"id":"q","limit":1000001}]`), "#/quotas/0/limit"},
		{"a quota with an id that is none", one(`"quotas":[{"id":"a.b","limit":1}]`), "#/quotas/0/id"},
		{"two quotas of one id", one(`"quotas":[{"id":"q","limit":1},{"id":"q","limit":2}]`), "#/quotas/1/id"},
		{"a calculated id that is none", one(`"calculated":[{"id":"A","value":"a"}]`), "#/calculated/0/id"},
		{"two calculated values of one id", one(`"calculated":[{"id":"v","value":"a"},{"id":"v","value":"a"}]`), "#/calculated/1/id"},
		{"a calculated value of a later one", one(`"calculated":[{"id":"v","value":"calc.w"},{"id":"w","value":"a"}]`), "#/calculated/0/value"},
		{"a calculated value that is a text and a number", one(`"calculated":[{"id":"v","value":"a + c"}]`), "#/calculated/0/value"},
		{"thanks by what there is not", one(`"thanks":[{"text":"T"},{"if":"zz","text":"T"}]`), "#/thanks/1/if"},
		{"thanks that say nothing", one(`"thanks":[{"if":"a == 1"}]`), "#/thanks/0"},
		{"thanks with a blank text", one(`"thanks":[{"text":{"en":" "}}]`), "#/thanks/0/text/en"},
		{"thanks that name what there is not", one(`"thanks":[{"text":"{{zz}}"}]`), "#/thanks/0/text"},
		{"a link's text that names what there is not", one(`"thanks":[{"link":{"url":"https://a.example","text":"{{zz}}"}}]`), "#/thanks/0/link/text"},
		{"a link without an address", one(`"thanks":[{"link":{"text":"x"}}]`), "#/thanks/0/link/url"},
		{"a link to a script (attack 26)", one(`"thanks":[{"link":"javascript:alert(1)"}]`), "#/thanks/0/link"},
		{"a link to data (attack 26)", one(`"thanks":[{"link":{"url":"data:text/html,x"}}]`), "#/thanks/0/link/url"},
		{"a title that names an answer", strings.Replace(one(`"segments":[]`), `"title":"T"`, `"title":{"de":"T","en":"{{a}}"}`, 1), "#/title/en"},
		{"a question that names itself", strings.Replace(one(`"segments":[]`), `"title":"A"`, `"title":"{{a}}"`, 1), "#/questions/0/title"},
		{"an option that names a later question", strings.Replace(one(`"segments":[]`), `"title":"X"`, `"title":"{{c}}"`, 1), "#/questions/1/options/0/title"},
		{"a label that names what there is not", strings.Replace(one(`"segments":[]`), `"title":"A"`, `"title":"A","labels":{"low":"{{zz|x}}"}`, 1), "#/questions/0/labels/low"},
		{"a contact's secret", strings.Replace(one(`"segments":[]`), `"title":"A"`, `"title":"{{contact.email}}"`, 1), "#/questions/0/title"},
		{"brackets that are not closed", strings.Replace(one(`"segments":[]`), `"title":"A"`, `"title":"{{a"`, 1), "#/questions/0/title"},
		{"a template of another kind (attack 24)", strings.Replace(one(`"segments":[]`), `"title":"A"`, `"title":"{{Secret}}"`, 1), "#/questions/0/title"},
		{"an incentive without a text", one(`"incentive":{"en":" "}`), "#/incentive/en"},
		{"a redirect elsewhere (attack 46)", ends("https://evil.example/"), "#/thanks/0/redirect"},
		{"two slashes (attack 46)", ends("//shop.example/"), "#/thanks/0/redirect"},
		{"backslashes (attack 46)", ends(`https:\\\\shop.example`), "#/thanks/0/redirect"},
		{"a backslash in the host (attack 46)", ends(`https://evil.example\\@shop.example`), "#/thanks/0/redirect"},
		{"no slashes (attack 46)", ends("https:shop.example"), "#/thanks/0/redirect"},
		{"a user before the host (attack 46)", ends("https://shop.example@evil.example/"), "#/thanks/0/redirect"},
		{"a user of the host (attack 46)", ends("https://a:b@shop.example/"), "#/thanks/0/redirect"},
		{"a host that begins alike (attack 46)", ends("https://shop.example.evil.example/"), "#/thanks/0/redirect"},
		{"a host that ends alike (attack 46)", ends("https://evilshop.example/"), "#/thanks/0/redirect"},
		{"another port (attack 46)", ends("https://shop.example:8443/"), "#/thanks/0/redirect"},
		{"a tab in the scheme (attack 46)", ends(`java\tscript:alert(1)//shop.example`), "#/thanks/0/redirect"},
		{"more logic than a page may cost", much, "#/questions"},
		{"more answers in texts than a page may have", one(`"thanks":[{"text":{"en":"` + strings.Repeat("{{c}}", 1001) + `","de":"` + strings.Repeat("{{c}}", 1000) + `"}}]`), "#/questions"},
		{"a tab in the host (attack 46)", ends(`https://shop.exa\tmple/`), "#/thanks/0/redirect"},
		{"a blank before it (attack 46)", ends(" https://shop.example/"), "#/thanks/0/redirect"},
		{"no https (attack 46)", ends("http://shop.example/"), "#/thanks/0/redirect"},
		{"a path alone (attack 46)", ends("/thanks"), "#/thanks/0/redirect"},
		{"letters of another script (attack 46)", ends("https://shоp.example/"), "#/thanks/0/redirect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := create(t, s, c.body)
			_, err := s.Publish(context.Background(), actor, r.ID)
			if !fault.Is(err, fault.Invalid) || !slices.Contains(pointers(err), c.pointer) {
				t.Fatalf("got %v, want %s", err, c.pointer)
			}
		})
	}
	for _, fine := range []string{"https://shop.example", "https://SHOP.example/a?b=c#d", "https://shop.example:443/", "http://localhost:8080/"} {
		publish(t, s, create(t, s, ends(fine)).ID)
	}
}

func TestARedirectIsCheckedAgainWhenItIsFollowed(t *testing.T) {
	for _, c := range []struct {
		redirect string
		hosts    []string
		want     bool
	}{
		{"https://shop.example/x", []string{"shop.example"}, true},
		{"https://shop.example/x", nil, false}, // the setting was changed since
		{"https://shop.example:8443/x", []string{"shop.example:8443"}, true},
		{"javascript:alert(1)", []string{"shop.example"}, false},
		{"", []string{""}, false},
	} {
		if got := surveys.Leads(c.redirect, c.hosts); got != c.want {
			t.Errorf("%s with %v: %v", c.redirect, c.hosts, got)
		}
	}
}

// known is what is known of somebody beside the answers.
func known(name string) logic.Value {
	switch name {
	case "contact.name":
		return logic.Str("Ana <b>")
	case "property.state":
		return logic.Str("SP")
	}
	return logic.Value{}
}

func TestWhatFollowsFromAnswers(t *testing.T) {
	c, err := surveys.Compile(surveys.Version{Survey: "srv_1", Number: 1, Document: []byte(good)})
	must(t, err)
	w := words.In("de")
	for _, k := range []struct {
		answers  string
		pruned   string
		shown    string // by question
		wrong    string
		calc     string
		quotas   string
		thanks   int // -1 for the usual end
		whyTitle string
		dayTitle string
		linkText string
	}{
		{`{}`, `{}`, "10111", "", `{"late":false}`, "all", 2, "You said , twice that is . Why?", "When, friend?", ""},
		{`{"sat":1,"colour":"red"}`, `{"sat":1,"colour":"red"}`, "11111", "#/answers/why", `{"double":2,"late":false}`, "all red", 0, "You said Sehr unzufrieden, twice that is 2. Why?", "When, Rot?", ""},
		{`{"sat":2,"why":"x"}`, `{"sat":2,"why":"x"}`, "11111", "", `{"double":4,"late":false}`, "all", 0, "You said Unzufrieden, twice that is 4. Why?", "When, friend?", ""},
		{`{"why":"x","sat":3,"src":"late"}`, `{"sat":3,"src":"late"}`, "10111", "#/answers/why", `{"double":6,"late":true}`, "all", 2, "You said Weder zufrieden noch unzufrieden, twice that is 6. Why?", "When, friend?", ""},
		{`{"sat":5,"why":"x","colour":{"other":"Teal"},"day":"2026-11-20"}`, `{"sat":5,"colour":{"other":"Teal"},"day":"2026-11-20"}`, "10111", "#/answers/why", `{"double":10,"late":false}`, "all", 1, "You said Sehr zufrieden, twice that is 10. Why?", "When, Teal?", "20.11.2026"},
	} {
		o := fastjson.MustParse(k.answers).GetObject()
		j := c.Judge(o, known, true)
		var pointers []string
		for _, f := range surveys.Fields(j.Wrong) {
			pointers = append(pointers, f.Pointer)
		}
		if got := strings.Join(pointers, " "); got != k.wrong {
			t.Errorf("%s: wrong is %q, want %q", k.answers, got, k.wrong)
		}
		shown := ""
		for _, s := range j.Path.Shown {
			shown += map[bool]string{true: "1", false: "0"}[s]
		}
		if shown != k.shown {
			t.Errorf("%s: shown %s, want %s", k.answers, shown, k.shown)
		}
		if got, err := c.Prune([]byte(k.answers), known); err != nil || string(got) != k.pruned {
			t.Errorf("%s: pruned %s, %v", k.answers, got, err)
		}
		if got := string(c.Calculated(&j.Path)); got != k.calc {
			t.Errorf("%s: calculated %s, want %s", k.answers, got, k.calc)
		}
		var quotas []string
		for _, q := range c.Quotas(o, known, &j.Path) {
			quotas = append(quotas, q.ID)
		}
		if got := strings.Join(quotas, " "); got != k.quotas {
			t.Errorf("%s: quotas %s, want %s", k.answers, got, k.quotas)
		}
		d := c.Definition()
		if got := c.Thanks(o, known, &j.Path); got != &d.Thanks[k.thanks] {
			t.Errorf("%s: ends with %+v", k.answers, got)
		}
		for _, f := range []struct {
			text surveys.Text
			want string
		}{
			{d.Questions[1].Title, k.whyTitle}, {d.Questions[4].Title, k.dayTitle}, {d.Thanks[2].Link.Text, k.linkText},
			{d.Title, "Lieferung"}, {d.Questions[0].Title, "How was it in SP?"}, {d.Questions[1].Help, "{{ not a name"},
			{d.Thanks[0].Text, "Besser"},
		} {
			if got := c.Fill(f.text.In("de"), "de", w, o, known, &j.Path); got != f.want {
				t.Errorf("%s: %q, want %q", k.answers, got, f.want)
			}
		}
		if got := c.Fill(d.Title.In("en"), "en", words.In("en"), o, known, &j.Path); got != "Delivery for Ana <b>" { // escaping is the page's
			t.Errorf("the title is %q", got)
		}
	}
}

// shelf is the files of a test: "fil_a" is a picture.
type shelf struct{}

func (shelf) Known(context.Context, ident.Workspace, []string) error { return nil }

func (shelf) Pictures(_ context.Context, ws ident.Workspace, ids []string) (none []string, err error) {
	for _, id := range ids {
		if ws != "w" || id != picture {
			none = append(none, id)
		}
	}
	return none, nil
}

var picture = ident.Derive("fil", "a")

func TestPicturesOfAQuestionMustBeThere(t *testing.T) {
	s, _ := newService(t)
	s.Files = shelf{}
	show := func(second string) string {
		return doc(sat + `,{"id":"p","type":"picture","title":"Which?","options":[{"id":"a","title":"A","image":"` + picture + `"},{"id":"b","title":"B","image":"` + second + `"}]}`)
	}
	r := create(t, s, show(ident.Derive("fil", "b")))
	_, err := s.Publish(context.Background(), actor, r.ID)
	if !fault.Is(err, fault.Invalid) || !slices.Equal(pointers(err), []string{"#/questions/1/options/1/image"}) {
		t.Fatal(err)
	}
	publish(t, s, create(t, s, show(picture)).ID)
}
