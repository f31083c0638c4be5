package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"waymark/surveys"
	"waymark/surveys/lint"
)

// survey is a definition on lines: 1 is the map's, 2 the stage's, 3 the
// title's, 4 that of further keys; the questions begin on line 6.
func survey(title, more string, questions ...string) string {
	return `{"map": "map_1",
 "stage": "delivery",
 "title": ` + title + `,
 ` + more + `
 "questions": [
  ` + strings.Join(questions, ",\n  ") + `
]}
`
}

const (
	english = `{"en": "Your delivery"}`
	two     = `{"en": "Your delivery", "de": "Ihre Lieferung"}`
	sat     = `{"id": "sat", "type": "csat", "title": {"en": "How was it?"}, "required": true}`
	satTwo  = `{"id": "sat", "type": "csat", "title": {"en": "How was it?", "de": "Wie war es?"}, "required": true}`
)

func choices(more string) string {
	return `{"id": "c", "type": "choices", "title": {"en": "Which?"}, "options": [{"id": "a", "title": {"en": "A"}}, {"id": "b", "title": {"en": "B"` + more + `}`
}

func open(id, title, more string) string {
	return fmt.Sprintf(`{"id": %q, "type": "long_text", "title": {"en": %q}%s}`, id, title, more)
}

// told writes problems as the command does.
func told(ps []lint.Problem) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%d: %s: %s: %s\n", p.Line, p.Pointer, p.Severity, p.Detail)
	}
	return b.String()
}

func TestWhatIsWrongIsFoundOnItsLine(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{ // want: the beginning of each line that is told; "" for none
		{"a good one", survey(english, "", sat), ""},
		{"nothing", "", "1: #: error: The file is empty."},
		{"no JSON", "{\"map\":\n \"m\",\n 'stage': 1}", "3: #: error: This is not JSON: "},
		{"not closed", "{\"map\":\n \"m\",\n\"stage\": \"s\"\n", "3: #: error: The JSON ends too early"},
		{"two values", "{}\n{}", "1: #: error: There is something after the JSON value."},
		{"bytes that are no text", "{\"map\":\n \"\xff\"}", "2: #: error: The file is not valid UTF-8"},
		{"a key twice", survey(english, "\"stage\": \"s\",", sat), "4: #/stage: error: The key stands here twice."},
		{"an unknown key", survey(english, "\"colour\": \"red\",", sat), "4: #/colour: error: This key is not known"},
		{"a wrong type", survey(english, "", `{"id": "sat",`+"\n"+`"type": 7}`), "7: #/questions/0/type: error: Text is needed here"},
		{"what is missing is missed where it should stand", survey(english, "", sat, `{"id": "why", "type": "text"}`),
			"7: #/questions/1/title: error: A text is needed here"},
		{"what saving refuses and what publishing does", strings.Replace(survey(english, "", sat, open("why", "Why?", `, "show_if": "sta < 3"`)), `"map_1"`, `""`, 1), "1: #/map: error: Name the map\n7: #/questions/1/show_if: error: "},
		{"a type that is none, and a condition on it, which is not to be mended", survey(english, "", `{"id": "sat", "type": "csta", "title": {"en": "How was it?"}}`, `{"id": "x", "type": "text", "title": {"en": "X"}, "show_if": "sat <= 2"}`), "6: #/questions/0/type: error: Must be one of csat, ces, nps, emotion, rating, emotion_words, choice, choices, matrix, ranking, text, long_text, number, date, consent, hidden, picture, file."},
		{"a type that is none", survey(english, "", sat, `{"id": "x", "type": "slider", "title": {"en": "X"}}`), "7: #/questions/1/type: error: Must be one of csat, ces, nps, emotion, rating, emotion_words, choice, choices, matrix, ranking, text, long_text, number, date, consent, hidden, picture, file."},
		{"a missing map", "{\n\"stage\": \"s\", \"title\": \"T\", \"questions\": []}", "1: #/map: error: Name the map\n2: #/questions: error: The survey needs a question."},
		{"logic that names nothing", survey(english, "", sat, open("why", "Why?", `, "show_if": "sta < 3"`)), `7: #/questions/1/show_if: error: At character 1: there is no question "sta"`},
		{"a metric twice", survey(english, "", sat, strings.Replace(sat, `"sat"`, `"two"`, 1)),
			"7: #/questions/1/type: error: \"sat\" measures csat already\n7: #/questions/1/title/en: warning: This reads like #/questions/0/title/en"},
		{"several, in the order of their lines", survey(english, `"thanks": [{"if": "sat <", "text": "x"}],`, sat, open("why", "Why?", `, "jump": [{"if": "true", "to": "sat"}]`)),
			"4: #/thanks/0/if: error: \n7: #/questions/1/jump/0/to: error: "},
		{"a redirect elsewhere", survey(english, `"thanks": [{"redirect": "https://evil.example/x"}],`, sat), "4: #/thanks/0/redirect: error: Redirects lead only"},
		{"a redirect that may be", survey(english, `"thanks": [{"redirect": "https://shop.example/x"}],`, sat), ""},
		{"a redirect over http", survey(english, `"thanks": [{"redirect": "http://shop.example/x"}],`, sat), "4: #/thanks/0/redirect: error: Begin it with https://"},

		{"a language that a text lacks", survey(two, "", satTwo, open("why", "Why?", "")), "7: #/questions/1/title: warning: Missing in de:"},
		{"a text in no language of many", survey(two, "", satTwo, `{"id": "why", "type": "text", "title": "Why?"}`), "7: #/questions/1/title: warning: This is in one language only, and the title is in en and de"},
		{"plain texts throughout", survey(`"Your delivery"`, "", `{"id": "sat", "type": "csat", "title": "How was it?"}`), ""},
		{"a language that the title lacks", survey(english, "", satTwo), "3: #/title: warning: A survey is offered in the languages of its title, and other texts are in de too"},
		{"a language that the page lacks", survey(`{"en": "Your delivery", "fi": "Toimitus"}`, "", `{"id": "sat", "type": "csat", "title": {"en": "How?", "fi": "Miten?"}}`), "3: #/title/fi: warning: The page has no words of its own in fi"},
		{"a language of which the page has another", survey(`{"es-MX": "Entrega"}`, "", `{"id": "sat", "type": "csat", "title": {"es-MX": "¿Qué tal?"}}`), ""},
		{"nothing measured", survey(english, "", open("why", "Why?", "")), "5: #/questions: warning: No question measures anything"},
		{"a text that must be written", survey(english, "", sat, open("why", "Why?", `, "required": true`)), "7: #/questions/1/required: warning: Many people leave"},
		{"an address that must be written", survey(english, "", sat, `{"id": "mail", "type": "text", "format": "email", "title": {"en": "Where?"}, "required": true}`), ""},
		{"options that may fit nobody", survey(english, "", sat, choices(`}}], "required": true`)), "7: #/questions/1/required: warning: Who finds nothing that fits"},
		{"with one that fits all others", survey(english, "", sat, choices(`}, "exclusive": true}], "required": true`)), ""},
		{"with an own text", survey(english, "", sat, choices(`}}], "required": true, "other": true`)), ""},
		{"options alike", survey(english, "", sat, choices(`}}, {"id": "d", "title": {"en": " a  "}}]`)), "7: #/questions/1/options/2/title/en: warning: This reads like #/questions/1/options/0/title/en"},
		{"questions alike", survey(english, "", sat, open("x", "Why?", ""), open("y", "why?", "")), "8: #/questions/2/title/en: warning: This reads like #/questions/1/title/en"},
		{"questions alike for different people", survey(english, "", sat, open("x", "Why?", `, "show_if": "sat > 3"`), open("y", "Why?", `, "show_if": "sat < 3"`)), ""},
		{"one end named", survey(english, "", `{"id": "sat", "type": "csat", "title": {"en": "How?"}, "labels": {"low": {"en": "Bad"}}}`), "6: #/questions/0/labels: warning: Only one end"},
		{"both ends named", survey(english, "", `{"id": "sat", "type": "csat", "title": {"en": "How?"}, "labels": {"low": {"en": "Bad"}, "high": {"en": "Good"}}}`), ""},
		{"a hidden one that must be there", survey(english, "", sat, `{"id": "order", "type": "hidden", "required": true}`), "7: #/questions/1/required: warning: Nobody can fill in a hidden question"},
		{"a hidden one with a default", survey(english, "", sat, `{"id": "order", "type": "hidden", "required": true, "default": "none"}`), ""},
		{"a gap", survey(english, "", sat, open("why", "Dear {{contact.name}}, why?", "")), "7: #/questions/1/title/en: warning: Where contact.name is not known there is a gap"},
		{"no gap", survey(english, "", sat, open("why", "Dear {{contact.name|customer}}, why {{sat}}?", "")), ""},
		{"no gap where it was asked for", survey(english, `"thanks": [{"if": "answered(why)", "text": {"en": "{{why}}"}}],`, sat, open("why", "Why?", ""),
			open("more", "More than {{why}}?", `, "show_if": "why != ''"`)), ""},
		{"brackets that stay", survey(english, "", sat, open("why", "Why {{ sat }}?", "")), "7: #/questions/1/title/en: warning: People see these brackets"},
		{"thanks that nobody gets", survey(english, `"thanks": [{"text": {"en": "A"}}, {"if": "sat > 3", "text": {"en": "B"}}],`, sat), "4: #/thanks/1: warning: Nobody gets here"},
	} {
		got := told(lint.Survey([]byte(c.doc), surveys.Among([]string{"shop.example"})))
		lines, wants := strings.Split(strings.TrimSuffix(got, "\n"), "\n"), strings.Split(c.want, "\n")
		ok := len(lines) == len(wants) && (c.want != "" || got == "")
		for i := 0; ok && i < len(wants); i++ {
			ok = strings.HasPrefix(lines[i], wants[i])
		}
		if !ok {
			t.Errorf("%s: it says\n%swant\n%s", c.name, got, c.want)
		}
	}
}

func TestALongSurveyIsWarnedOfWhereAllAreAsked(t *testing.T) {
	for n, want := range map[int]bool{12: false, 13: true} {
		for _, condition := range []string{"", `, "show_if": "sat > 3"`} {
			questions := []string{sat}
			for i := range n - 1 {
				questions = append(questions, open(fmt.Sprintf("q%d", i), fmt.Sprintf("And %d?", i), condition))
			}
			got := told(lint.Survey([]byte(survey(english, "", questions...)), surveys.Anywhere))
			if strings.Contains(got, fmt.Sprintf("%d questions are for everybody", n)) != (want && condition == "") {
				t.Errorf("%d questions%s: it says %q", n, condition, got)
			}
		}
	}
}

func TestMoreThanARefusalListsIsSaid(t *testing.T) {
	questions := []string{sat}
	for i := range 60 {
		questions = append(questions, fmt.Sprintf(`{"id": "q%d", "type": "text"}`, i))
	}
	got := told(lint.Survey([]byte(survey(english, "", questions...)), surveys.Anywhere))
	if !strings.Contains(got, "1: #: error: 10 more are not listed.\n") {
		t.Errorf("it says %q", got)
	}
}
