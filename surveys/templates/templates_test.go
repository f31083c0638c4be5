package templates_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"waymark/surveys"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
	"waymark/surveys/lint"
	"waymark/surveys/question"
	"waymark/surveys/sqlite"
	"waymark/surveys/templates"
	"waymark/surveys/words"
)

// anywhere has every map and stage.
type anywhere struct{}

func (anywhere) CheckBinding(context.Context, ident.Workspace, surveys.Binding) error { return nil }

// each runs a test for every template, as the definition of a stage.
func each(t *testing.T, fn func(t *testing.T, doc []byte, d *surveys.Definition)) {
	for _, name := range templates.Names() {
		t.Run(name, func(t *testing.T) {
			one, found := templates.Find(name)
			if !found {
				t.Fatal("it is named and not there")
			}
			doc := one.For("map_1", "delivery", "")
			d, err := surveys.Publishable(doc, surveys.Among(nil))
			if err != nil {
				t.Fatal(err)
			}
			fn(t, doc, d)
		})
	}
}

func TestEveryFileIsATemplateWithALineAboutIt(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		if name, is := strings.CutSuffix(e.Name(), ".json"); is {
			files = append(files, name)
		}
	}
	if names := slices.Sorted(slices.Values(templates.Names())); !slices.Equal(files, names) {
		t.Errorf("the files are %v, the templates %v", files, names)
	}
	for _, name := range templates.Names() {
		if one, _ := templates.Find(name); one.Name != name || len(one.About) < 20 || strings.Contains(one.About, "\n") {
			t.Errorf("%s: %q", name, one.About)
		}
	}
	if _, found := templates.Find("../template.go"); found {
		t.Error("what is no template was found")
	}
}

func TestEveryTemplateIsCleanAndPublishes(t *testing.T) {
	s := &surveys.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Stages: anywhere{}, Now: time.Now, Seq: new(ident.Sequence),
		Language: func(context.Context, ident.Workspace) (string, error) { return "en", nil }}
	a := ident.Actor{Workspace: "w", Name: "ops", Scope: ident.ScopeSurveys}
	each(t, func(t *testing.T, doc []byte, d *surveys.Definition) {
		for _, p := range lint.Survey(doc, surveys.Among(nil)) {
			t.Errorf("line %d: %s: %s", p.Line, p.Pointer, p.Detail)
		}
		r, err := s.Create(t.Context(), a, ident.New("srv"), false, doc)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = s.Publish(t.Context(), a, r.ID); err != nil {
			t.Fatal(err)
		}
		if r.Shown() != surveys.Published || r.Current.Binding != (surveys.Binding{Map: "map_1", Stage: "delivery"}) {
			t.Errorf("published as %+v", r.Current)
		}
		if len(r.Current.Series) < 2 {
			t.Errorf("it measures %d things, want a score and the emotion", len(r.Current.Series))
		}
	})
}

func TestWhatIsNotKnownYetIsLeftOut(t *testing.T) {
	one, _ := templates.Find("delivery")
	for _, c := range []struct{ mapID, stage, touchpoint, begins string }{
		{"", "", "", "{\n  \"title\""},
		{"map_1", "s", "", "{\n  \"map\": \"map_1\",\n  \"stage\": \"s\",\n  \"title\""},
		{"map_1", "s", `a"b\`, "{\n  \"map\": \"map_1\",\n  \"stage\": \"s\",\n  \"touchpoint\": \"a\\\"b\\\\\",\n  \"title\""},
	} {
		if got := string(one.For(c.mapID, c.stage, c.touchpoint)); !strings.HasPrefix(got, c.begins) || !strings.HasSuffix(got, "\n}\n") {
			t.Errorf("%+v: it begins %q", c, got[:80])
		}
	}
}

func TestEveryTextIsThereInEveryLanguageAndNoOther(t *testing.T) {
	for _, tag := range templates.Languages() {
		if words.In(tag).Tag != tag {
			t.Errorf("the page itself has no words in %s", tag)
		}
	}
	each(t, func(t *testing.T, _ []byte, d *surveys.Definition) {
		n := 0
		d.Texts(func(pointer string, _ int, text surveys.Text) {
			if text.Empty() {
				return
			}
			n++
			if !slices.Equal(text.Tags(), templates.Languages()) {
				t.Errorf("%s is in %v", pointer, text.Tags())
			}
		})
		if n < 10 {
			t.Fatalf("only %d texts were looked at", n)
		}
		for i, q := range d.Questions {
			if q.Type != question.Hidden && q.Title.Empty() {
				t.Errorf("question %d has no title", i)
			}
		}
	})
}

func TestTheScoreComesFirstThenTheEmotion(t *testing.T) {
	each(t, func(t *testing.T, _ []byte, d *surveys.Definition) {
		asked := slices.DeleteFunc(slices.Clone(d.Questions), func(q surveys.Question) bool { return q.Type == question.Hidden })
		if first := asked[0]; first.Type != "csat" && first.Type != "nps" || !first.Required {
			t.Errorf("it begins with %s", first.Type)
		}
		if asked[1].Type != "emotion" {
			t.Errorf("then comes %s", asked[1].Type)
		}
		for _, q := range asked[1:] {
			if q.Required {
				t.Errorf("%s must be answered, and only the score should", q.ID)
			}
		}
	})
}

// informal finds what addresses people as friends; the page says Sie, usted and você.
var informal = map[string]*regexp.Regexp{
	"de":    regexp.MustCompile(`(?i)(^|\PL)(du|dich|dir|dein|deine[mnrs]?|euch|euer|eure[mnrs]?)(\PL|$)`),
	"es":    regexp.MustCompile(`(?i)(^|\PL)(tú|tu|tus|te|ti|contigo|vosotr[oa]s|vuestr[oa]s?|os)(\PL|$)`),
	"pt-BR": regexp.MustCompile(`(?i)(^|\PL)(tu|teus?|tuas?|te|ti|contigo)(\PL|$)`),
}

func TestTheInformalIsFound(t *testing.T) {
	for lang, s := range map[string]string{"de": "Wie geht es dir?", "es": "¿Qué te parece?", "pt-BR": "Qual é a tua opinião?"} {
		if !informal[lang].MatchString(s) {
			t.Errorf("%s: %q passed", lang, s)
		}
	}
}

// Questions are short, end as questions, and shout at nobody.
func TestTheWordingIsPlainAndKind(t *testing.T) {
	title := regexp.MustCompile(`^#/questions/\d+/title$`)
	each(t, func(t *testing.T, _ []byte, d *surveys.Definition) {
		d.Texts(func(pointer string, _ int, text surveys.Text) {
			most := 100
			if strings.Contains(pointer, "/options/") {
				most = 50
			} else if strings.HasPrefix(pointer, "#/thanks/") || strings.HasSuffix(pointer, "/help") {
				most = 140
			}
			for _, lang := range text.Tags() {
				s := text.Languages[lang]
				asks := title.MatchString(pointer)
				switch {
				case strings.ContainsAny(s, "!¡"):
					t.Errorf("%s/%s has an exclamation mark: %q", pointer, lang, s)
				case utf8.RuneCountInString(s) > most:
					t.Errorf("%s/%s is longer than %d: %q", pointer, lang, most, s)
				case s != strings.Join(strings.Fields(s), " "):
					t.Errorf("%s/%s has blanks too many: %q", pointer, lang, s)
				case asks != strings.HasSuffix(s, "?"), lang == "es" && asks != strings.Contains(s, "¿"):
					t.Errorf("%s/%s: is it a question? %q", pointer, lang, s)
				case informal[lang] != nil && informal[lang].MatchString(s):
					t.Errorf("%s/%s addresses people as friends: %q", pointer, lang, s)
				}
			}
		})
	})
}
