package page

import (
	"bytes"
	"compress/gzip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waymark/surveys/question"
	"waymark/surveys/words"
)

func html(t *testing.T, d drawn) string {
	t.Helper()
	b, _, err := d.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	fields = regexp.MustCompile(`<(input|select|textarea|button)([^>]*)>`)
	attrs  = regexp.MustCompile(` ([a-z-]+)="([^"]*)"`)
)

// controls lists the fields of a page as type:name=value.
func controls(page string) (out []string) {
	for _, m := range fields.FindAllStringSubmatch(page, -1) {
		a := map[string]string{}
		for _, x := range attrs.FindAllStringSubmatch(m[2], -1) {
			a[x[1]] = x[2]
		}
		kind := m[1]
		if kind == "input" {
			kind = a["type"]
		}
		if kind == "hidden" || a["name"] == fieldDecoy {
			continue
		}
		out = append(out, kind+":"+a["name"]+"="+a["value"])
	}
	return out
}

func TestFieldsAreThoseOfTheContract(t *testing.T) {
	s := speaking("en")
	for kind, want := range map[string][]string{
		"csat":        {"radio:csat=1", "radio:csat=2", "radio:csat=3", "radio:csat=4", "radio:csat=5"},
		"emotion":     {"radio:emotion=-2", "radio:emotion=-1", "radio:emotion=0", "radio:emotion=1", "radio:emotion=2"},
		"stars":       {"radio:stars=1", "radio:stars=2", "radio:stars=3", "radio:stars=4", "radio:stars=5"},
		"choice":      {"radio:choice=o0", "radio:choice=o1", "radio:choice=o2", "radio:choice=o3", "radio:choice=other", "text:choice.other="},
		"choices":     {"checkbox:choices=o0", "checkbox:choices=o1", "checkbox:choices=o2", "checkbox:choices=o3", "checkbox:choices=other", "text:choices.other=", "checkbox:choices=none"},
		"matrix":      {"radio:matrix.a=o0", "radio:matrix.a=o1", "radio:matrix.a=o2", "radio:matrix.b=o0", "radio:matrix.b=o1", "radio:matrix.b=o2", "radio:matrix.c=o0", "radio:matrix.c=o1", "radio:matrix.c=o2"},
		"matrix_many": {"checkbox:matrix_many.a=o0", "checkbox:matrix_many.a=o1", "checkbox:matrix_many.a=o2", "checkbox:matrix_many.b=o0", "checkbox:matrix_many.b=o1", "checkbox:matrix_many.b=o2", "checkbox:matrix_many.c=o0", "checkbox:matrix_many.c=o1", "checkbox:matrix_many.c=o2"},
		"ranking":     {"select:ranking.a=", "select:ranking.b=", "select:ranking.c=", "select:ranking.d="},
		"text":        {"text:text="}, "email": {"email:email="}, "long_text": {"textarea:long_text="}, "number": {"text:number="}, "date": {"date:date="},
		"consent": {"checkbox:consent=true"},
		"picture": {"radio:picture=o0", "radio:picture=o1", "radio:picture=o2"},
		"file":    {"file:file="},
	} {
		want = append(want, "button:=", "button:back=1")
		if got := controls(html(t, s.view(s.field(kind)))); !slices.Equal(got, want) {
			t.Errorf("%s has the fields\n%v, want\n%v", kind, got, want)
		}
	}
	for n, want := range map[string]int{"ces": 7, "nps": 11} {
		if got := controls(html(t, s.view(s.field(n)))); len(got) != want+2 {
			t.Errorf("%s has %v", n, got)
		}
	}
	page := html(t, s.view(s.field("ranking")))
	if strings.Count(page, `<option value="4">4</option>`) != 4 || strings.Contains(page, `value="5"`) {
		t.Error("the places are not 1 to 4")
	}
	if !strings.Contains(page, `name="back" value="1" formnovalidate`) {
		t.Error("the way back is checked")
	}
	v := s.view(s.field("csat"))
	v.Back, v.Last = false, true
	if got := controls(html(t, v)); slices.Contains(got, "button:back=1") || !strings.Contains(html(t, v), "Send</button>") {
		t.Error("the last of a single step does not send, or leads back")
	}
}

func TestAnswersAreShownAgain(t *testing.T) {
	s := speaking("en")
	for kind, want := range map[string][]string{
		"csat": {`value="4" checked`}, "emotion": {`value="1" checked`}, "nps": {`value="8" checked`},
		"choice": {`value="other" checked`, `name="choice.other" value="Teal"`}, "choices": {`value="o0" checked`, `value="o2" checked`},
		"matrix": {`name="matrix.a" value="o0" checked`, `name="matrix.b" value="o1" checked`}, "matrix_many": {`value="o0" checked`, `value="o2" checked`},
		"ranking": {`value="2" selected>2</option>`, `value="1" selected>1</option>`, `value="4" selected>4</option>`, `value="3" selected>3</option>`},
		"text":    {`value="Ana"`}, "long_text": {"\nTwo days late,\nand wet.</textarea>"}, "number": {`value="2.5"`}, "date": {`value="2026-11-20"`}, "consent": {`value="true" id="q-consent-i" name="consent" checked`},
		"picture": {`value="o1" checked`}, "file": {"receipt.pdf", `name="file.remove"`},
	} {
		page := html(t, s.view(s.answered(kind)))
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s does not show %s again", kind, w)
			}
		}
		if n := strings.Count(page, " checked") + strings.Count(page, " selected"); n > len(want) {
			t.Errorf("%s has %d things chosen", kind, n)
		}
	}
}

func TestAStepThatIsRefusedSaysWhatAndWhere(t *testing.T) {
	for _, k := range kinds {
		page := html(t, speaking("en").refused(k))
		for _, w := range []string{`role="alert"`, `aria-invalid="true"`, "Please look at one thing again", "<title>Please look at one thing again – Your delivery</title>"} {
			if !strings.Contains(page, w) {
				t.Errorf("%s: %s is missing", k, w)
			}
		}
		if strings.Count(page, "Please answer this question.") != 2 {
			t.Errorf("%s does not say it above and at the field", k)
		}
		target := regexp.MustCompile(`<li><a href="#([^"]+)"`).FindStringSubmatch(page)
		if target == nil || strings.Count(page, ` id="`+target[1]+`"`) != 1 {
			t.Errorf("%s: the alert leads to %v, which is not there once", k, target)
		}
		// What describes a field is there.
		for _, m := range regexp.MustCompile(`aria-(?:describedby|labelledby)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			for id := range strings.FieldsSeq(m[1]) {
				if strings.Count(page, ` id="`+id+`"`) != 1 {
					t.Errorf("%s: #%s is not there once", k, id)
				}
			}
		}
	}
}

func TestFilesTravelInPartsAndNothingElseDoes(t *testing.T) {
	for _, k := range kinds {
		if got := strings.Contains(html(t, speaking("en").view(speaking("en").field(k))), `enctype="multipart/form-data"`); got != (k == "file") {
			t.Errorf("%s: multipart is %v", k, got)
		}
	}
}

// hostile is attacks 20, 24 and 25 in one text.
const hostile = `"><script>hit=1</script><img src=x onerror=hit=1>` + "{{.Secret}} ${x} {ip} & 'q' \u202Eevil\u2066 zero\u200Bwidth z\u0335\u0321\u034Aalgo"

// hostileView has it wherever a text of a user can stand.
func hostileView() *View {
	v := speaking("en").sheet()
	v.Title, v.Brand.Name, v.Notice, v.Ticket, v.Action = hostile, hostile, hostile, hostile, "/s/t?"+hostile
	v.Flow = []byte(`{"flow":{"q":[]},"answers":{"x":"` + strings.ReplaceAll(hostile, `"`, `\"`) + `"}}`)
	v.Theme, v.Resume = hostile, hostile
	v.Languages = []Language{{Tag: "en", Name: hostile, Href: "/s/t?" + hostile, Current: true}, {Tag: "de", Name: hostile, Href: "/s/t?lang=de"}}
	for i := range v.Fields {
		f := &v.Fields[i]
		f.Title, f.Help, f.Low, f.High, f.Agree, f.Wrong = hostile, hostile, hostile, hostile, hostile, hostile
		if f.Control.Kind == question.Line {
			f.Control.Unit = hostile
		}
		for j := range f.Choices {
			f.Choices[j].Text = hostile
		}
		for j := range f.Rows {
			f.Rows[j].Text = hostile
		}
		f.Values = url.Values{f.ID: {hostile}, f.ID + ".other": {hostile}, f.ID + ".name": {hostile}}
	}
	v.Wrong = len(v.Fields)
	return v
}

func TestTextsOfUsersAreData(t *testing.T) {
	e := &End{Kind: EndThanks, Lang: "en", Words: words.In("en"), Brand: Brand{Name: hostile, LogoURL: "/" + hostile}, Text: hostile, Link: Link{"https://x.example/" + hostile, hostile}, Change: "/" + hostile, Action: hostile, Resume: hostile}
	for name, d := range map[string]drawn{"view": hostileView(), "end": e} {
		page := html(t, d)
		if n := strings.Count(page, "<script"); n != 1 {
			t.Errorf("attack 25: the %s has %d scripts", name, n)
		}
		if strings.Contains(page, "<img src=x") || strings.Contains(page, `""`) && strings.Contains(page, `"">`) && strings.Contains(page, `"><script>hit`) {
			t.Errorf("attack 25: a text became markup in the %s", name)
		}
		if !strings.Contains(page, "{{.Secret}} ${x} {ip} &amp; &#39;q&#39;") {
			t.Errorf("attack 24: the text is not shown as it was written in the %s", name)
		}
		head := page[:strings.Index(page, "</title>")]
		if strings.ContainsAny(head, "\u202E\u2066") {
			t.Errorf("attack 20: the title of the %s turns around", name)
		}
		if !strings.Contains(page, "\u202Eevil\u2066 zero\u200Bwidth") {
			t.Errorf("attack 20: the %s does not keep the text as data", name)
		}
	}
	// Attack 26: publishing refuses these, and the page does too.
	for _, u := range []string{"javascript:alert(1)", "data:text/html,x", "//evil.example", "JaVaScRiPt:x"} {
		e := &End{Kind: EndThanks, Lang: "en", Words: words.In("en"), Link: Link{u, "go"}}
		if strings.Contains(html(t, e), "<a") {
			t.Errorf("attack 26: the page leads to %s", u)
		}
	}
}

func TestTextsThatFellBackSayTheirLanguage(t *testing.T) {
	s := speaking("ar")
	f := s.field("csat")
	f.Title, f.TitleLang = "How was it?", "en"
	page := html(t, s.view(f))
	for _, w := range []string{`<html lang="ar" dir="rtl"`, `<bdi dir="ltr" lang="en">How was it?</bdi>`, `<bdi dir="rtl">` + s.text(2)} {
		if !strings.Contains(page, w) {
			t.Errorf("%s is missing", w)
		}
	}
	// A survey in a language without a catalogue: its words are English ones, and say so.
	v := speaking("en").view(speaking("en").field("csat"))
	v.Lang = "fa"
	page = html(t, v)
	for _, w := range []string{`<html lang="fa" dir="rtl"`, `<bdi dir="ltr" lang="en">Next</bdi>`, `<bdi dir="rtl">Think of`} {
		if !strings.Contains(page, w) {
			t.Errorf("%s is missing", w)
		}
	}
}

func TestNothingIsAskedOfNobody(t *testing.T) {
	f := Field{ID: "src", Control: question.Control{Kind: question.Nothing}, Values: url.Values{"src": {"x"}}}
	if page := html(t, speaking("en").view(f)); strings.Contains(page, "src\"") && strings.Contains(page, `data-q="src"`) {
		t.Error("a hidden question stands on the page")
	}
}

func TestHiddenQuestionsAreNotSentWithoutScripts(t *testing.T) {
	for _, k := range kinds {
		f := speaking("en").answered(k)
		f.Hidden = true
		page := html(t, speaking("en").view(f))
		box := page[strings.Index(page, `data-q=`):]
		box = box[:strings.Index(box, `<div class="unseen"`)]
		if !strings.Contains(page, " hidden") || !strings.Contains(box, "disabled") {
			t.Errorf("%s is hidden and would be sent", k)
		}
	}
}

func TestEveryEndSaysWhatHappened(t *testing.T) {
	for _, tag := range words.Languages() {
		for _, k := range endKinds {
			w := words.In(tag)
			page := html(t, &End{Kind: k, Lang: tag, Words: w})
			if w.Say(string(k)) == string(k) || w.Say(string(k)+"_text") == string(k)+"_text" {
				t.Errorf("%s has no words for %s", tag, k)
			}
			if strings.Contains(page, "<form") || strings.Contains(page, "<input") || strings.Count(page, "<h1>") != 1 {
				t.Errorf("%s %s asks something, or has no heading", tag, k)
			}
		}
	}
}

func TestThemesAreForcedOnlyWhereAsked(t *testing.T) {
	v := speaking("en").view(speaking("en").field("csat"))
	if strings.Contains(html(t, v), `" data-theme="`) {
		t.Error("a theme is forced")
	}
	v.Theme = "dark"
	if page := html(t, v); !strings.Contains(page, ` data-theme="dark"`) || strings.Contains(page, `data-theme="light"`) {
		t.Error("the theme is not forced")
	}
}

func packed(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Len()
}

// A page is its document, style inside, and its script.
func TestAPageIsSmall(t *testing.T) {
	const most = 30 << 10
	script := packed(t, Script)
	for _, k := range []string{"csat", "emotion", "nps", "feelings", "matrix"} {
		for _, lang := range []string{"en", "ar"} {
			v := speaking(lang).view(speaking(lang).field(k))
			v.Brand.Colour = "#ff5500"
			body := packed(t, []byte(html(t, v)))
			t.Logf("%s in %s: %d bytes, with the script %d", k, lang, body, body+script)
			if body+script > most/2 {
				t.Errorf("%s in %s is %d bytes, more than half of what is allowed", k, lang, body+script)
			}
		}
	}
	if all := packed(t, []byte(html(t, speaking("de").sheet()))) + script; all > most {
		t.Errorf("a page with every kind of question is %d bytes", all)
	}
}

func TestAPageAsksForNothingFromElsewhere(t *testing.T) {
	page := html(t, speaking("en").sheet()) + string(Script)
	for _, bad := range []string{"http://", "https://", "url(", "@import", "document.cookie", "//cdn", " style=", " onclick", "javascript:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func BenchmarkCSAT(b *testing.B) {
	v := speaking("en").view(speaking("en").field("csat"))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := v.HTML(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCSATInABrandsColour(b *testing.B) {
	v := speaking("en").view(speaking("en").field("csat"))
	v.Brand.Colour = "#ffd400"
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := v.HTML(); err != nil {
			b.Fatal(err)
		}
	}
}
