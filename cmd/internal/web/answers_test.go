package web_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"waymark/surveys/question"
)

// each type of question: its keys besides id, type and title, and an answer.
var each = map[string][2]string{
	"csat": {``, `4`}, "ces": {``, `7`}, "nps": {``, `0`}, "emotion": {``, `-2`}, "rating": {`, "shape": "stars"`, `5`},
	"emotion_words": {``, `["heard"]`},
	"choice":        {`, "other": true, "options": [{"id": "red", "title": "Red"}]`, `{"other": "Teal"}`},
	"choices":       {`, "other": true, "options": [{"id": "red", "title": "Red"}]`, `["red", {"other": "Teal"}]`},
	"matrix":        {`, "multiple": true, "rows": [{"id": "box", "title": "Box"}, {"id": "lid", "title": "Lid"}], "columns": [{"id": "good", "title": "Good"}, {"id": "bad", "title": "Bad"}]`, `{"box": ["good"], "lid": ["good", "bad"]}`},
	"ranking":       {`, "options": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]`, `["b", "a"]`},
	"text":          {``, `"x"`}, "long_text": {``, `"x\ny"`}, "number": {``, `1.5`}, "date": {``, `"2026-11-20"`},
	"consent": {`, "text": "Agreed?", "version": "1"`, `true`},
	"hidden":  {``, `"x"`},
	"picture": {`, "options": [{"id": "a", "title": "A", "image": "{file}"}, {"id": "b", "title": "B", "image": "{file}"}]`, `"b"`},
	"file":    {`, "accept": ["image/png"]`, `{"id": "{file}", "name": "photo.png", "type": "image/png", "bytes": 74}`},
}

func TestAnswersToEveryTypeOfQuestionAreAsDescribed(t *testing.T) {
	s := prepare(t)
	if names := slices.Sorted(maps.Keys(each)); !slices.Equal(names, slices.Sorted(slices.Values(question.Names()))) {
		t.Fatalf("the test knows %v", names)
	}
	var questions, answers []string
	for name, of := range each {
		questions = append(questions, fmt.Sprintf(`{"id": %q, "type": %q, "title": "x"%s}`, name, name, of[0]))
		answers = append(answers, fmt.Sprintf(`%q: %s`, name, of[1]))
	}
	filled := func(list []string) string {
		return strings.ReplaceAll(strings.Join(list, ", "), "{file}", s.path["file"])
	}
	survey := s.open(`"title": "All", "questions": [` + filled(questions) + `]`)
	got := s.want(201, "createResponse", request{body: fmt.Appendf(nil, `{"survey": %q, "answers": {%s}}`, survey, filled(answers))})
	read := s.want(200, "getResponse", request{path: map[string]string{"response": got.object(t)["id"].(string)}})
	if n := len(read.object(t)["answers"].(map[string]any)); n != len(each) {
		t.Errorf("%d of %d answers are there", n, len(each))
	}
}
