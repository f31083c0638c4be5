package question

import (
	"encoding/json"
	"testing"

	"github.com/valyala/fastjson"
)

func TestACellOfEachTypeReadsAsAnAnswerThatItsCheckTakes(t *testing.T) {
	ask := &Question{ID: "q", Options: []Option{{ID: "red", Title: Text{Plain: "Signal red"}}, {ID: "blue"}}, Other: true,
		Rows: []Part{{ID: "box"}, {ID: "lid", Title: Text{Plain: "The lid"}}}, Columns: []Part{{ID: "good"}, {ID: "bad", Title: Text{Plain: "bad"}}}}
	cells := map[string]map[string]string{
		"csat": {" 4 ": "4"}, "ces": {"7": "7"}, "nps": {"0": "0"}, "emotion": {"-2": "-2"}, "rating": {"5.0": "5"}, "number": {"2.5": "2.5"},
		"choice":  {"red": `"red"`, "signal RED": `"red"`, "Teal": `{"other":"Teal"}`, `{"other":"x"}`: `{"other":"x"}`},
		"choices": {"blue | Signal red|": `["blue","red"]`, `["red"]`: `["red"]`},
		"text":    {"two days": `"two days"`}, "long_text": {"a\r\nb": `"a\nb"`}, "date": {" 2026-11-20": `"2026-11-20"`}, "hidden": {"x": `"x"`},
		"emotion_words": {"heard | GEHETZT": `["heard","rushed"]`, `["calm"]`: `["calm"]`}, "picture": {"signal red": `"red"`},
		"matrix": {"box=good|The lid = Bad": `{"box":"good","lid":"bad"}`, `{"box":"bad"}`: `{"box":"bad"}`}, "ranking": {"blue|Signal red": `["blue","red"]`},
		"consent": {" Yes": "true", "TRUE": "true"}, "file": {`{"id":"` + aFile + `"}`: `{"id":"` + aFile + `"}`},
	}
	for _, ty := range types {
		if len(cells[ty.Name()]) == 0 {
			t.Errorf("no cell of %s is tried", ty.Name())
		}
		check := ty.Compile(ask)
		for cell, want := range cells[ty.Name()] {
			v, err := ty.Cell(ask, cell)
			if err != nil {
				t.Errorf("%s: %q: %v", ty.Name(), cell, err)
				continue
			}
			b, err := json.Marshal(v)
			if err != nil || string(b) != want {
				t.Errorf("%s: %q reads as %s, want %s (%v)", ty.Name(), cell, b, want, err)
			}
			if wrong := check(fastjson.MustParseBytes(b)); wrong != nil {
				t.Errorf("%s: %s: %s", ty.Name(), b, wrong.Detail)
			}
		}
	}
	for name, bad := range map[string][]string{"csat": {"four", "NaN", "1e999"}, "number": {"four", "NaN", "1e999"}, "matrix": {"box", "box=good|box=bad"}, "consent": {"false", "maybe"}, "file": {"photo.png"}} {
		ty, _ := Find(name)
		for _, cell := range bad {
			if v, err := ty.Cell(ask, cell); err == nil {
				t.Errorf("%s takes %q as %v", name, cell, v)
			}
		}
	}
}
