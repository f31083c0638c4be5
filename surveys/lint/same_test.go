package lint_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/lint"
	"waymark/surveys/sqlite"
	"waymark/surveys/templates"
)

// anywhere has every map and stage.
type anywhere struct{}

func (anywhere) CheckBinding(context.Context, ident.Workspace, surveys.Binding) error { return nil }

// junk is what is put in place of a value.
var junk = []string{`null`, `7`, `-1`, `1e99`, `true`, `"x"`, `""`, `"sat <"`, `"sat > 3"`, `"{{sat}}"`, `"{{nobody}}"`, `[]`, `{}`, `["x"]`, `[{}]`, `[null]`, `{"en": ""}`, `{"en": 5}`,
	`"csat"`, `"matrix"`, `[{"id": "a", "title": "A"}]`, `[{"if": "sat > 3", "to": "end"}]`, `"https://evil.example"`, `"\u0000"`}

// spoil replaces, doubles or removes one value of a document, somewhere.
func spoil(r *rand.Rand, doc []byte) []byte {
	type span struct{ from, to int }
	var values []span
	d := jsontext.NewDecoder(strings.NewReader(string(doc)))
	for d.PeekKind() != 0 {
		kind := d.PeekKind()
		if kind == '}' || kind == ']' {
			_, _ = d.ReadToken()
			continue
		}
		_, _ = d.ReadToken()
		end := int(d.InputOffset())
		if kind == '"' {
			begin := strings.LastIndexByte(string(doc[:end-1]), '"')
			values = append(values, span{begin, end})
		}
		if kind == 't' || kind == 'f' || kind == '0' {
			begin := end
			for begin > 0 && !strings.ContainsRune(" ,:[\n", rune(doc[begin-1])) {
				begin--
			}
			values = append(values, span{begin, end})
		}
	}
	v := values[r.IntN(len(values))]
	with := junk[r.IntN(len(junk))]
	if r.IntN(2) == 0 && doc[v.to] != ':' { // a harmless one
		with = []string{`"Another text"`, `true`, `"sat > 2"`}[r.IntN(3)]
	}
	return slices.Concat(doc[:v.from], []byte(with), doc[v.to:])
}

// A file without errors publishes. What saving refuses are errors; what saving
// takes has the errors that publishing gives, and no other.
func TestErrorsAreWhatSavingAndPublishingRefuse(t *testing.T) {
	s := &surveys.Service{Store: sqlite.New(enginetest.SQLite(t, sqlite.Steps)), Stages: anywhere{}, Now: time.Now, Seq: new(ident.Sequence),
		Language: func(context.Context, ident.Workspace) (string, error) { return "en", nil }}
	a := ident.Actor{Workspace: "w", Name: "ops", Scope: ident.ScopeSurveys}
	r := rand.New(rand.NewPCG(3, 4))
	refused, taken := 0, 0
	for i := range 600 {
		one, _ := templates.Find(templates.Names()[i%len(templates.Names())])
		doc := spoil(r, one.For("map_1", "delivery", ""))
		for range r.IntN(2) {
			if jsontext.Value(doc).IsValid() {
				doc = spoil(r, doc)
			}
		}
		record, err := s.Create(t.Context(), a, ident.New("srv"), false, doc)
		saved := err == nil
		if saved {
			_, err = s.Publish(t.Context(), a, record.ID)
		}
		var want []string
		var f *fault.Error
		switch {
		case err == nil:
			taken++
		case errors.As(err, &f):
			refused++
			for _, field := range f.Fields {
				want = append(want, field.Pointer+" "+field.Detail)
			}
		default:
			t.Fatal(err)
		}
		var got []string
		whole := false
		for _, p := range lint.Survey(doc, surveys.Among(nil)) {
			if p.Severity == lint.Error {
				got = append(got, p.Pointer+" "+p.Detail)
				whole = whole || p.Pointer == "#"
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !saved { // more than that only publishing would refuse
			got = slices.DeleteFunc(got, func(p string) bool { return !slices.Contains(want, p) })
		}
		if !slices.Equal(got, want) && !(err != nil && whole) {
			t.Fatalf("publishing says %q, lint %q, of\n%s", want, got, doc)
		}
	}
	t.Logf("%d refused, %d taken", refused, taken)
	if refused < 100 || taken < 50 {
		t.Errorf("%d were refused and %d taken: the test hardly looks", refused, taken)
	}
}

// In a template every key stands on a line of its own, so that the line of a
// key is known.
func TestEveryKeyIsFoundOnItsLine(t *testing.T) {
	one, _ := templates.Find("delivery")
	doc := string(one.For("map_1", "delivery", ""))
	lines := strings.Split(doc, "\n")
	tried := 0
	for i, line := range lines {
		name, _, key := strings.Cut(strings.TrimSpace(line), `": `)
		if !key || name == `"id` { // ids must be unique, so their second is told at the other
			continue
		}
		spoiled := slices.Clone(lines)
		spoiled[i] = strings.Replace(line, name, `"no-such-key`, 1)
		tried++
		found := false
		for _, p := range lint.Survey([]byte(strings.Join(spoiled, "\n")), surveys.Anywhere) {
			if strings.Contains(p.Pointer, "no-such-key") {
				found = true
				if p.Line != i+1 {
					t.Errorf("%s is told on line %s, it stands on %d", p.Pointer, strconv.Itoa(p.Line), i+1)
				}
			}
		}
		if !found {
			t.Errorf("a wrong key on line %d was not told: %s", i+1, spoiled[i])
		}
	}
	if tried < 100 {
		t.Errorf("only %d keys were tried", tried)
	}
}

func FuzzSurvey(f *testing.F) {
	for _, name := range templates.Names() {
		one, _ := templates.Find(name)
		f.Add(one.For("map_1", "delivery", ""))
	}
	f.Add([]byte("{\"map\":\n \"\xff\"}"))
	f.Add([]byte(strings.Repeat(`[`, 1000)))
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, p := range lint.Survey(doc, surveys.Anywhere) {
			if p.Line < 1 || p.Line > 1+strings.Count(string(doc), "\n") || !strings.HasPrefix(p.Pointer, "#") || p.Detail == "" {
				t.Fatalf("%+v", p)
			}
		}
	})
}
