package render

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"waymark/mapping"
	"waymark/surveys/when"
)

var update = flag.Bool("update", false, "rewrite the golden pictures")

var asOf = when.Of(time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC))

func ptr[T any](v T) *T { return &v }

func measure(metric string, state mapping.State, n int64, value, low, high float64) *mapping.Measure {
	m := &mapping.Measure{Metric: metric, State: state, N: &n, Distribution: mapping.Distribution{}}
	switch state {
	case mapping.Hidden:
		m.N, m.Distribution = nil, nil
	case mapping.Empty:
	default:
		m.Value, m.Low, m.High = &value, &low, &high
	}
	return m
}

// shop is a map with every state there is.
func shop() (*mapping.Document, mapping.Scores) {
	d := &mapping.Document{Title: "Online shop: from the first look to the second order", Language: "en",
		Subject: &mapping.Subject{Kind: "persona", Name: "Ana, 34, buys twice a month"},
		Stages: []mapping.Stage{
			{ID: "discover", Name: "Discover", Goal: "Find something that fits", Thoughts: []string{"Is this shop for real?"}, Believed: &mapping.Believed{Satisfaction: ptr(80.0), Emotion: ptr(0.8)},
				Touchpoints: []mapping.Touchpoint{{ID: "ad", Name: "Search ad", Channel: "ads"}, {ID: "home", Name: "Home page", Channel: "web"}}},
			{ID: "order", Name: "Order", Goal: "Choose the right size", Thoughts: []string{"The size table helps"}, Believed: &mapping.Believed{Satisfaction: ptr(85.0), Emotion: ptr(1.0)}},
			{ID: "pay", Name: "Pay", Goal: "Pay without an account", Pains: []mapping.Pain{{ID: "acc", Text: "Has to register before paying"}}, Believed: &mapping.Believed{Satisfaction: ptr(85.0), Emotion: ptr(0.6)}},
			{ID: "delivery", Name: "Wait for the delivery", Goal: "Have it by Friday", Thoughts: []string{"Where is my parcel? Nobody answers."}, Pains: []mapping.Pain{{ID: "late", Text: "Two days later than promised"}, {ID: "track", Text: "The tracking page stands still"}},
				Touchpoints: []mapping.Touchpoint{{ID: "courier", Name: "Courier", Channel: "in_person"}}, Believed: &mapping.Believed{Satisfaction: ptr(75.0), Emotion: ptr(0.5)}},
			{ID: "use", Name: "Use", Goal: "Enjoy it", Moments: []mapping.Moment{{Kind: "delight", Text: "A hand-written card in the box"}}, Believed: &mapping.Believed{Emotion: ptr(1.2)}},
			{ID: "support", Name: "Ask for help", Goal: "Send it back", Believed: &mapping.Believed{Emotion: ptr(0.2)}},
			{ID: "again", Name: "Buy again"},
		},
		Opportunities: []mapping.Opportunity{{ID: "sms", Stage: ptr("delivery"), Text: "A text message when the parcel is late"}}}
	stage := func(id string, sat, emo *mapping.Measure, last time.Duration, n int64, fresh string) mapping.StageScore {
		s := mapping.StageScore{ID: id, Satisfaction: sat, Emotion: emo, Freshness: fresh}
		if n > 0 {
			s.Responses, s.LastResponseAt = &n, ptr(asOf.Add(-last))
		}
		return s
	}
	s := mapping.Scores{Map: "map_x", From: asOf.Add(-90 * 24 * time.Hour), To: asOf, AsOf: asOf, Stages: []mapping.StageScore{
		stage("discover", measure("csat", mapping.OK, 3120, 81.4, 80, 82.7), measure("emotion", mapping.OK, 2980, 0.9, 0.86, 0.94), 40*time.Second, 3120, "fresh"),
		stage("order", measure("csat", mapping.OK, 2841, 88.2, 87, 89.3), measure("emotion", mapping.OK, 2700, 1.21, 1.17, 1.25), 4*time.Minute, 2841, "fresh"),
		stage("pay", measure("csat", mapping.OK, 412, 71, 66.4, 75.2), measure("emotion", mapping.OK, 399, 0.31, 0.2, 0.42), 5*time.Hour, 412, "fresh"),
		stage("delivery", measure("csat", mapping.OK, 1284, 43.1, 40.4, 45.8), measure("emotion", mapping.OK, 1201, -0.84, -0.91, -0.77), 31*time.Minute, 1284, "fresh"),
		stage("use", measure("csat", mapping.Indicative, 18, 77.8, 54.8, 91), measure("emotion", mapping.Indicative, 17, 1.1, 0.6, 1.6), 9*24*time.Hour, 18, "ageing"),
		stage("support", measure("csat", mapping.Hidden, 0, 0, 0, 0), measure("emotion", mapping.Hidden, 0, 0, 0, 0), 0, 0, "ageing"),
		stage("again", measure("csat", mapping.Empty, 0, 0, 0, 0), measure("emotion", mapping.Empty, 0, 0, 0, 0), 0, 0, "empty"),
	}}
	s.Stages[2].Break = ptr(asOf.Add(-30 * 24 * time.Hour))
	s.Stages[2].EmotionBreak = s.Stages[2].Break
	s.Stages[3].Suspects = ptr(int64(3))
	s.Stages[3].Touchpoints = []mapping.TouchpointScore{{ID: "courier", Satisfaction: measure("csat", mapping.OK, 300, 61, 55, 66)}}
	return d, s
}

const hostile = "</text><script>alert(1)</script>]]>&amp;\u202Eevil\u200B Z̸̡̢̛̗a̷l̴g̵o̶ \x00\x1b 👩‍🚀 <foreignObject>"

func hostileMap() (*mapping.Document, mapping.Scores) {
	d, s := shop()
	d.Title, d.Stages[0].Name, d.Stages[0].Goal, d.Stages[0].Touchpoints[0].Name = hostile, hostile, hostile, hostile
	d.Stages[1].Name = strings.Repeat("Unbrokenword", 20)
	return d, s
}

func strict(t testing.TB, doc string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(doc))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("the picture is not strict XML: %v", err)
		}
		if e, ok := tok.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "foreignObject") {
			t.Fatalf("a text became the element %s", e.Name.Local)
		}
	}
}

func TestThePictureIsWhatItWas(t *testing.T) { // attacks 20, 25 and 27, by the hostile one
	d, s := shop()
	many, manyScores := shop()
	for i := range 30 {
		st := many.Stages[i%6]
		st.ID = "s" + itoa(int64(i))
		sc := manyScores.Stages[i%6]
		sc.ID = st.ID
		many.Stages, manyScores.Stages = append(many.Stages, st), append(manyScores.Stages, sc)
	}
	mixed, mixedScores := shop()
	mixedScores.Stages[1].Satisfaction = measure("nps", mapping.OK, 900, 34, 29, 39)
	mixedScores.Stages[4].Satisfaction = measure("nps", mapping.OK, 90, -21, -36, -6)
	changed, changedScores := shop()
	changedScores.Compared = 8
	changedScores.Stages[1].SatisfactionMove = &mapping.Move{Value: 3.2, Low: 1, High: 5.4}
	changedScores.Stages[3].SatisfactionMove = &mapping.Move{Value: -12.2, Low: -17, High: -7.4}
	changedScores.Stages[3].EmotionMove = &mapping.Move{Value: -0.31, Low: -0.4, High: -0.22}
	hd, hs := hostileMap()
	for name, c := range map[string]struct {
		d *mapping.Document
		s mapping.Scores
		o Options
	}{
		"map":      {changed, changedScores, Options{Theme: Auto}},
		"dark":     {d, s, Options{Theme: Dark}},
		"print":    {d, s, Options{Theme: Print}},
		"narrow":   {d, s, Options{Theme: Light, Width: 360}},
		"russian":  {d, s, Options{Theme: Light, Lang: "ru"}},
		"metrics":  {mixed, mixedScores, Options{Theme: Light}},
		"stages37": {many, manyScores, Options{Theme: Light}},
		"hostile":  {hd, hs, Options{Theme: Light}},
	} {
		c.o.Window = mapping.DefaultWindow
		if err := c.o.check(); err != nil {
			t.Fatal(err)
		}
		got := SVG(NewView(c.d, c.s, c.o), c.o)
		strict(t, got)
		for _, st := range c.d.Stages {
			if !strings.Contains(got, `data-stage="`+st.ID+`"`) {
				t.Errorf("%s: stage %s is not in the picture", name, st.ID)
			}
		}
		file := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s differs from its golden file; look at it, and run with -update where it is right", name)
		}
	}
}

func TestAStageCarriesItsStateAndNumber(t *testing.T) {
	d, s := shop()
	got := SVG(NewView(d, s, Options{Width: 1200}), Options{Width: 1200})
	for _, want := range []string{`data-stage="delivery" data-state="ok" data-n="1284"`, `data-stage="use" data-state="indicative" data-n="18"`,
		`data-stage="support" data-state="hidden" data-n=""`, `data-stage="again" data-state="empty" data-n="0"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in the picture", want)
		}
	}
	if !strings.Contains(got, ">3 suspect answers") {
		t.Error("what was left out is not said")
	}
	// The line has two halves between shown neighbours, none into the hidden stage.
	if n := len(regexp.MustCompile(`class="curve"`).FindAllString(got, -1)); n != 8 {
		t.Errorf("the curve has %d halves, want 8", n)
	}
}

func FuzzDrawing(f *testing.F) {
	f.Add("Delivery", "late")
	f.Add(hostile, "\xff\xfe")
	f.Add(strings.Repeat("x", 10_000), "شحن")
	f.Fuzz(func(t *testing.T, a, b string) {
		d, s := shop()
		d.Title, d.Stages[0].Name, d.Stages[3].Pains[0].Text, d.Stages[0].Touchpoints[0].Name = a, b, a, b
		o := Options{Width: 700, Lang: "en"}
		strict(t, SVG(NewView(d, s, o), o))
	})
}

func BenchmarkSVG(b *testing.B) {
	d, s := shop()
	o := Options{Width: 1200, Lang: "en"}
	for b.Loop() {
		SVG(NewView(d, s, o), o)
	}
}

func BenchmarkHTML(b *testing.B) {
	d, s := shop()
	o := Options{Lang: "en"}
	for b.Loop() {
		if _, _, err := HTML(NewView(d, s, o), o, nil); err != nil {
			b.Fatal(err)
		}
	}
}
