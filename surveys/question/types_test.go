package question

import (
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/words"
)

// sample is a question of a type, with what is known of answers to it.
type sample struct {
	question string
	// forms are sent by pages and give the answer; "" is none. Those that begin
	// with ~ write it in another way than the page does, and are not shown again.
	forms map[string]string
	// bad answers, by the word that tells people why.
	bad map[string]string
	// said is an answer as a text says it in English.
	said map[string]string
}

const three = `"options":[{"id":"a","title":"Apples"},{"id":"b","title":"Pears"},{"id":"c","title":"Plums"}]`

// samples has every type: a type that is not here fails the tests.
var samples = map[string][]sample{
	"csat": {
		{`{"id":"q","type":"csat","title":"T"}`, map[string]string{"q=4": "4", "q=": "", "": "", "~q=+4+": "4"},
			map[string]string{"0": "err_scale", "6": "err_scale", `"4"`: "err_scale", "4.5": "err_scale", "null": "err_scale"}, map[string]string{"4": "Satisfied"}},
		{`{"id":"q","type":"csat","title":"T","labels":{"low":"Awful","high":"Great"}}`, nil, nil, map[string]string{"5": "5"}}},
	"ces": {{`{"id":"q","type":"ces","title":"T"}`, map[string]string{"q=7": "7"}, map[string]string{"8": "err_scale"}, map[string]string{"7": "7"}}},
	"nps": {{`{"id":"q","type":"nps","title":"T"}`, map[string]string{"q=0": "0", "q=10": "10"},
		map[string]string{"11": "err_scale", "-1": "err_scale", "7.5": "err_scale", `"9"`: "err_scale", "true": "err_scale", "null": "err_scale", "[]": "err_scale"}, map[string]string{"10": "10"}}}, // attack 11
	"emotion": {{`{"id":"q","type":"emotion","title":"T","labels":{"low":"Hated it"}}`, map[string]string{"q=-2": "-2", "q=0": "0", "~q=-0": "0", "~q=%2b2": "2"}, map[string]string{"-3": "err_scale"},
		map[string]string{"-2": "Hated it", "1": "Good"}}},
	"rating": {{`{"id":"q","type":"rating","title":"T"}`, map[string]string{"q=5": "5", "~q=five": `"five"`}, map[string]string{`"five"`: "err_scale"}, map[string]string{"5": "5"}}},
	"emotion_words": {
		{`{"id":"q","type":"emotion_words","title":"T","max":2}`, map[string]string{"q=heard&q=rushed": `["heard","rushed"]`, "~q=": ""},
			map[string]string{`["heard","rushed","calm"]`: "err_most", `["happy"]`: "err_option", `"heard"`: "err_option", "[]": "err_option", `["heard","heard"]`: "err_option"}, map[string]string{`["heard","rushed"]`: "Heard, Rushed"}},
		{`{"id":"q","type":"emotion_words","title":"T","words":[{"id":"heard"},{"id":"wow","title":"Wow","valence":2,"arousal":2}]}`, map[string]string{"q=wow&q=heard": `["wow","heard"]`},
			map[string]string{`["calm"]`: "err_option"}, map[string]string{`["heard","wow"]`: "Heard, Wow"}}},
	"choice": {
		{`{"id":"q","type":"choice","title":"T",` + three + `}`, map[string]string{"q=a": `"a"`, "q=": "", "~q=other&q.other=x": `"other"`},
			map[string]string{`"z"`: "err_option", `{"other":"x"}`: "err_option", `["a"]`: "err_option", "1": "err_option"}, map[string]string{`"a"`: "Apples"}},
		{`{"id":"q","type":"choice","title":"T","other":true,` + three + `}`,
			map[string]string{"q=other&q.other=Teal": `{"other":"Teal"}`, "~q.other=Teal": `{"other":"Teal"}`, "~q=a&q.other=Teal": `"a"`, "~q=other&q.other=+": `{"other":""}`},
			map[string]string{`{"other":""}`: "err_other", `{"other":"\u0000"}`: "err_text"}, map[string]string{`{"other":"Teal"}`: "Teal"}}},
	"choices": {{`{"id":"q","type":"choices","title":"T","min":1,"max":2,"other":true,"options":[{"id":"a","title":"A"},{"id":"b","title":"B"},{"id":"none","title":"None","exclusive":true}]}`,
		map[string]string{"q=a&q=b": `["a","b"]`, "q=b&q=other&q.other=x": `["b",{"other":"x"}]`, "~q=b&q.other=x": `["b",{"other":"x"}]`, "~q=none&q.other=x": `["none"]`, "q=": "", "~q.other=+": ""},
		map[string]string{`["a","b",{"other":"x"}]`: "err_most", `["a","none"]`: "err_exclusive", `["a","a"]`: "err_option", `"a"`: "err_option"}, map[string]string{`["a",{"other":"x"}]`: "A, x"}}},
	"matrix": {
		{`{"id":"q","type":"matrix","title":"T","required":true,"rows":[{"id":"box","title":"The box"},{"id":"time","title":"The time"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]}`,
			map[string]string{"q.box=good&q.time=bad": `{"box":"good","time":"bad"}`, "q.box=good": `{"box":"good"}`, "~q.box=&q.time=": "", "~q.other=good": "", "~q.box=x": `{"box":"x"}`},
			map[string]string{"{}": "err_rows", `{"lid":"good"}`: "err_rows", `{"box":"fine"}`: "err_option", `{"box":["good"]}`: "err_option", `"good"`: "err_rows"},
			map[string]string{`{"box":"good","time":"bad"}`: "The box: Good, The time: Bad"}},
		{`{"id":"q","type":"matrix","title":"T","multiple":true,"rows":[{"id":"box","title":"The box"}],"columns":[{"id":"good","title":"Good"},{"id":"bad","title":"Bad"}]}`,
			map[string]string{"q.box=good&q.box=bad": `{"box":["good","bad"]}`}, map[string]string{`{"box":"good"}`: "err_option", `{"box":[]}`: "err_option", `{"box":["bad","bad"]}`: "err_option"},
			map[string]string{`{"box":["good","bad"]}`: "The box: Good, Bad"}}},
	"ranking": {{`{"id":"q","type":"ranking","title":"T",` + three + `}`,
		map[string]string{"q.a=2&q.b=1&q.c=3": `["b","a","c"]`, "~q.a=&q.b=&q.c=": "", "q.b=1": `["b",null,null]`, "~q.a=1&q.b=1&q.c=2": `[null,"c",null]`, "~q.a=9&q.b=x&q.c=2": `[null,"c",null]`, "~q.a=1&q.b=1&q.c=1": `[null,null,null]`},
		map[string]string{`["a","b"]`: "err_rank", `["a","b","b"]`: "err_rank", `["b",null,null]`: "err_rank", `[null,"c",null]`: "err_rank", `"a"`: "err_rank", `["a","b","c","a"]`: "err_rank"}, map[string]string{`["b","a","c"]`: "Pears, Apples, Plums"}}},
	"text": {
		{`{"id":"q","type":"text","title":"T","min_length":2,"max_length":4}`, map[string]string{"q=abc": `"abc"`, "~q=++abc++": `"abc"`, "~q=++": "", "~q=a%0d%0ab": `"a\nb"`},
			map[string]string{`"a"`: "err_short", `"abcde"`: "err_long", `""`: "err_required", "1": "err_text", `"\u0000"`: "err_text"}, map[string]string{`"abc"`: "abc"}},
		{`{"id":"q","type":"text","title":"T","format":"email"}`, map[string]string{"q=a%40example.org": `"a@example.org"`}, map[string]string{`"a"`: "err_email"}, nil},
		{`{"id":"q","type":"text","title":"T","format":"url"}`, nil, map[string]string{`"javascript:alert(1)"`: "err_url"}, nil},
		{`{"id":"q","type":"text","title":"T","format":"tel"}`, nil, map[string]string{`"call me"`: "err_tel"}, nil}},
	"long_text": {{`{"id":"q","type":"long_text","title":"T"}`, map[string]string{"q=a%0ab": `"a\nb"`, "~q=a%0d%0ab": `"a\nb"`, "q=+a+": `" a "`, "~q=+%0d%0a+": ""}, nil, map[string]string{`"a\nb"`: "a\nb"}}},
	"number": {{`{"id":"q","type":"number","title":"T","min":1,"max":2000,"step":0.5,"unit":"km"}`, map[string]string{"q=1.5": "1.5", "~q=+7.": "7", "~q=%2b.5e1": "5", "~q=1e999": `"1e999"`, "~q=0x10": `"0x10"`, "~q=Inf": `"Inf"`, "~q=1_0": `"1_0"`, "~q=1,5": `"1,5"`},
		map[string]string{"0": "err_least_number", "2000.5": "err_most_number", "1.7": "err_step", `"x"`: "err_number", "null": "err_number", "1e400": "err_most_number"}, map[string]string{"1234.5": "1,234.5\u00a0km"}}},
	"date": {{`{"id":"q","type":"date","title":"T","min":"2026-01-01","max":"2026-12-31"}`, map[string]string{"q=2026-11-20": `"2026-11-20"`, "~q=": ""},
		map[string]string{`"2025-12-31"`: "err_from", `"2027-01-01"`: "err_until", `"2026-02-30"`: "err_date", "1": "err_date"}, map[string]string{`"2026-11-20"`: "20 Nov 2026"}}},
	"consent": {{`{"id":"q","type":"consent","title":"T","text":"I agree to be called.","version":"2026-11"}`, map[string]string{"q=true": "true", "~q=": "", "~q=on": `"on"`},
		map[string]string{"false": "err_consent", `"on"`: "err_consent", "1": "err_consent", "null": "err_consent"}, map[string]string{"true": "I agree"}}},
	"hidden": {{`{"id":"q","type":"hidden"}`, map[string]string{"q=mail": `"mail"`, "q=": `""`, "": ""}, map[string]string{"1": "err_long", `"\u0000"`: "err_long"}, map[string]string{`"mail"`: "mail"}}},
	"picture": {
		{`{"id":"q","type":"picture","title":"T","options":[{"id":"a","title":"A","image":"fil_a"},{"id":"b","title":"B","image":"fil_b"}]}`, map[string]string{"q=a": `"a"`},
			map[string]string{`"z"`: "err_option", `["a"]`: "err_option"}, map[string]string{`"b"`: "B"}},
		{`{"id":"q","type":"picture","title":"T","multiple":true,"options":[{"id":"a","title":"A","image":"fil_a"},{"id":"b","title":"B","image":"fil_b"}]}`, map[string]string{"q=b&q=a": `["b","a"]`},
			map[string]string{`"a"`: "err_option", `["a","a"]`: "err_option", `["a","b","a"]`: "err_most"}, map[string]string{`["b","a"]`: "B, A"}}},
	"file": {{`{"id":"q","type":"file","title":"T","accept":["image/png","application/pdf"],"max_bytes":1000}`,
		map[string]string{"q=" + aFile + "&q.name=a.png&q.type=image/png&q.bytes=7": `{"id":"` + aFile + `","name":"a.png","type":"image/png","bytes":7}`, "q=" + aFile: `{"id":"` + aFile + `"}`, "~q=": "", "~q=" + aFile + "&q.remove=true": ""},
		map[string]string{`"` + aFile + `"`: "err_file", "{}": "err_file", `{"id":"fil_x"}`: "err_file", `{"id":"` + aFile + `","size":1}`: "err_file", `{"id":"` + aFile + `","type":"image/webp"}`: "err_file_type",
			`{"id":"` + aFile + `","bytes":1001}`: "err_file_size", `{"id":"` + aFile + `","bytes":0}`: "err_file", `{"id":"` + aFile + `","name":"a\r\nb"}`: "err_file", `{"id":"` + aFile + `","name":"../a"}`: "err_file"}, // attack 23
		map[string]string{`{"id":"` + aFile + `","name":"a.png"}`: "a.png"}}},
}

const aFile = "fil_abcdefghijklmnopqrstuvwxyz"

func parse(t testing.TB, doc string) *Question {
	t.Helper()
	var q Question
	if err := json.Unmarshal([]byte(doc), &q); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return &q
}

// each runs fn with every sample of every type there is.
func each(t *testing.T, fn func(t *testing.T, ty Type, q *Question, s sample)) {
	t.Helper()
	for _, name := range Names() {
		if len(samples[name]) == 0 {
			t.Errorf("there is no sample of type %s", name)
		}
		ty, _ := Find(name)
		for _, s := range samples[name] {
			t.Run(name, func(t *testing.T) { fn(t, ty, parse(t, s.question), s) })
		}
	}
}

func TestSamplesCanBePublished(t *testing.T) {
	each(t, func(t *testing.T, _ Type, q *Question, _ sample) {
		var malformed, l fault.List
		CheckDraft(q, &malformed, &l, "#")
		CheckReady(q, &l, "#")
		if wrong := append(malformed.Fields(), l.Fields()...); len(wrong) > 0 {
			t.Errorf("%v", wrong)
		}
	})
}

func TestFormsAreReadAndShownAgain(t *testing.T) {
	each(t, func(t *testing.T, ty Type, q *Question, s sample) {
		for form, want := range s.forms {
			sent, otherwise := strings.CutPrefix(form, "~")
			v, err := url.ParseQuery(sent)
			if err != nil {
				t.Fatal(err)
			}
			got := ty.Read(q, Values(v))
			if string(got) != want {
				t.Errorf("%s reads as %s, want %s", form, got, want)
			}
			if otherwise || want == "" {
				continue
			}
			if fields := ty.Fields(q, fastjson.MustParse(want)); !reflect.DeepEqual(fields, v) {
				t.Errorf("%s is shown as %v, want %v", want, fields, v)
			}
		}
	})
}

func TestBadAnswersAreRefusedInWords(t *testing.T) {
	each(t, func(t *testing.T, ty Type, q *Question, s sample) {
		check := ty.Compile(q)
		for answer, word := range s.bad {
			wrong := check(fastjson.MustParse(answer))
			if wrong == nil || wrong.Word != word {
				t.Errorf("%s: %+v, want %s", answer, wrong, word)
				continue
			}
			inWords(t, wrong)
		}
	})
}

// inWords finds a refusal that people would not read whole.
func inWords(t *testing.T, r *Refusal) {
	t.Helper()
	if r.Detail == "" {
		t.Errorf("%s has no sentence for programs", r.Word)
	}
	for _, lang := range words.Languages() {
		if s := words.In(lang).Say(r.Word, r.Fill...); s == r.Word || unfilled.MatchString(s) {
			t.Errorf("%s: %q", lang, s)
		}
	}
}

func TestAnswersAreSaidAsPeopleReadThem(t *testing.T) {
	each(t, func(t *testing.T, ty Type, q *Question, s sample) {
		for answer, want := range s.said {
			v := fastjson.MustParse(answer)
			if wrong := ty.Compile(q)(v); wrong != nil {
				t.Errorf("%s is refused: %s", answer, wrong.Detail)
			}
			if got := ty.Say(q, v, "", "en", words.In("en")); got != want {
				t.Errorf("%s is said %q, want %q", answer, got, want)
			}
		}
		if got := ty.Say(q, nil, "", "en", words.In("en")); got != "" {
			t.Errorf("nothing is said %q", got)
		}
	})
}

func TestARequiredAnswerIsDemandedInTheTypesOwnWords(t *testing.T) {
	for name, want := range map[string]string{"csat": "err_required", "matrix": "err_rows", "consent": "err_consent", "file": "err_required"} {
		ty, _ := Find(name)
		q := parse(t, samples[name][0].question)
		if wrong := ty.Demand(q)(nil); wrong == nil || wrong.Word != want {
			t.Errorf("%s: %+v", name, wrong)
		}
	}
	each(t, func(t *testing.T, ty Type, q *Question, s sample) {
		demand := ty.Demand(q)
		inWords(t, demand(nil))
		for answer := range s.said {
			if wrong := demand(fastjson.MustParse(answer)); wrong != nil {
				t.Errorf("%s does not do: %s", answer, wrong.Detail)
			}
		}
	})
	m := parse(t, samples["matrix"][0].question)
	if wrong := (matrix{}).Demand(m)(fastjson.MustParse(`{"box":"good"}`)); wrong == nil || wrong.Word != "err_rows" {
		t.Errorf("a row is missing: %+v (attack 10)", wrong)
	}
}

func TestPublishingRefusesWhatATypeCannotShow(t *testing.T) {
	for _, c := range []struct{ name, question, pointer string }{
		{"no rows", `{"type":"matrix","columns":[{"id":"a","title":"A"}]}`, "#/rows"},
		{"no columns", `{"type":"matrix","rows":[{"id":"a","title":"A"}]}`, "#/columns"},
		{"a row without a text", `{"type":"matrix","rows":[{"id":"a"}],"columns":[{"id":"a","title":"A"}]}`, "#/rows/0/title"},
		{"101 rows", `{"type":"matrix","columns":[{"id":"a","title":"A"}],"rows":[` + many(101) + `]}`, "#/rows"},
		{"26 columns", `{"type":"matrix","rows":[{"id":"a","title":"A"}],"columns":[` + many(26) + `]}`, "#/columns"},
		{"one thing to order", `{"type":"ranking","options":[{"id":"a","title":"A"}]}`, "#/options"},
		{"nothing to order", `{"type":"ranking"}`, "#/options"},
		{"51 things to order", `{"type":"ranking","options":[` + many(51) + `]}`, "#/options"},
		{"the reserved option", `{"type":"ranking","options":[{"id":"other","title":"A"},{"id":"b","title":"B"}]}`, "#/options/0/id"},
		{"nothing to agree to", `{"type":"consent"}`, "#/text"},
		{"a version with a control character", `{"type":"consent","text":"A","version":"a\n"}`, "#/version"},
		{"an option without its picture", `{"type":"picture","options":[{"id":"a","title":"A"}]}`, "#/options/0/image"},
		{"a picture without a text", `{"type":"picture","options":[{"id":"a","image":"fil_a"}]}`, "#/options/0/title"},
		{"a picture elsewhere", `{"type":"choice","options":[{"id":"a","title":"A","image":"fil_a"}]}`, "#/options/0/image"},
		{"what excludes others, elsewhere", `{"type":"picture","options":[{"id":"a","title":"A","image":"fil_a","exclusive":true}]}`, "#/options/0/exclusive"},
		{"a media type that is not taken", `{"type":"file","accept":["image/svg+xml"]}`, "#/accept/0"},
		{"a media type twice", `{"type":"file","accept":["image/png","image/png"]}`, "#/accept/1"},
		{"no media type", `{"type":"file","accept":[]}`, "#/accept"},
		{"more bytes than are taken", `{"type":"file","max_bytes":5242881}`, "#/max_bytes"},
		{"no bytes", `{"type":"file","max_bytes":0}`, "#/max_bytes"},
		{"a word without a text", `{"type":"emotion_words","words":[{"id":"wow"}]}`, "#/words/0/title"},
		{"a feeling off the scale", `{"type":"emotion_words","words":[{"id":"wow","title":"W","valence":3}]}`, "#/words/0/valence"},
		{"more words than there are", `{"type":"emotion_words","max":17}`, "#/max"},
		{"half a word", `{"type":"emotion_words","max":1.5}`, "#/max"},
	} {
		q := parse(t, `{"id":"q","title":"T",`+c.question[1:])
		var malformed, draft, l fault.List
		CheckDraft(q, &malformed, &draft, "#")
		if wrong := append(malformed.Fields(), draft.Fields()...); len(wrong) > 0 {
			t.Errorf("%s: no draft: %v", c.name, wrong)
		}
		CheckReady(q, &l, "#")
		if !slices.ContainsFunc(l.Fields(), func(f fault.Field) bool { return f.Pointer == c.pointer && f.Detail != "" }) {
			t.Errorf("%s: %v, want %s", c.name, l.Fields(), c.pointer)
		}
	}
}

// many lists n parts.
func many(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = `{"id":"p` + strings.Repeat("x", i%50) + string(rune('a'+i/50)) + `","title":"T"}`
	}
	return strings.Join(list, ",")
}

func TestFilesAndImagesAreNamed(t *testing.T) {
	if got := Images(parse(t, samples["picture"][0].question)); !slices.Equal(got, []string{"fil_a", "fil_b"}) {
		t.Errorf("the pictures are %v", got)
	}
	f := parse(t, samples["file"][0].question)
	if got := Files(f, fastjson.MustParse(`{"id":"`+aFile+`"}`)); !slices.Equal(got, []string{aFile}) {
		t.Errorf("the files are %v", got)
	}
	for _, q := range []*Question{f, parse(t, samples["text"][0].question)} {
		if got := append(Files(q, nil), Images(q)...); got != nil {
			t.Errorf("%s: %v", q.Type, got)
		}
	}
	if wrong := TakesFile(f, "image/webp", 1); wrong == nil || wrong.Word != "err_file_type" {
		t.Errorf("%+v", wrong)
	}
	if wrong := TakesFile(f, "image/png", 1001); wrong == nil || wrong.Word != "err_file_size" {
		t.Errorf("%+v", wrong)
	}
	if wrong := TakesFile(f, "image/png", 1000); wrong != nil {
		t.Errorf("%+v", wrong)
	}
}

func TestTheCuratedWordsCoverThePlaneInEveryLanguage(t *testing.T) {
	quarters := map[[2]bool]int{}
	for _, w := range Feelings(&Question{}) {
		quarters[[2]bool{*w.Valence > 0, *w.Arousal > 0}]++
		if word := curatedWord(w.ID); words.In("en").Say(word) == word {
			t.Errorf("%s has no word", w.ID)
		}
	}
	for _, good := range []bool{false, true} {
		for _, stirred := range []bool{false, true} {
			if n := quarters[[2]bool{good, stirred}]; n < 3 {
				t.Errorf("only %d words where good is %v and stirred %v", n, good, stirred)
			}
		}
	}
	own := Feelings(parse(t, samples["emotion_words"][1].question))
	if *own[0].Valence != 1.2 || *own[1].Valence != 2 {
		t.Errorf("an own list: %+v", own)
	}
}

var unfilled = regexp.MustCompile(`\{[a-z]+\}`)
