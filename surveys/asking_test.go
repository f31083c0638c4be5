package surveys_test

import (
	"fmt"
	"testing"

	"waymark/surveys"
)

func TestWhatIsAskedTogether(t *testing.T) {
	q := func(n, page int, kind string) string {
		s := fmt.Sprintf(`{"id":"q%d","type":%q,"title":"T"`, n, kind)
		if page > 0 {
			s += fmt.Sprintf(`,"page":%d`, page)
		}
		return s + "}"
	}
	for _, c := range []struct {
		name, layout string
		pages        []int // -1 hides the question
		want         string
	}{
		{"steps ask one by one", "steps", []int{0, 0, 0}, "[[0] [1] [2]]"},
		{"the usual layout is steps", "", []int{0, 0}, "[[0] [1]]"},
		{"a page asks all at once", "page", []int{0, 0, 0}, "[[0 1 2]]"},
		{"page numbers join neighbours", "steps", []int{1, 1, 2, 2, 0}, "[[0 1] [2 3] [4]]"},
		{"and part a page", "page", []int{1, 2, 0, 0}, "[[0] [1] [2 3]]"},
		{"hidden questions are not asked", "steps", []int{-1, 1, -1, 1, -1}, "[[1 3]]"},
		{"nothing is asked where all are hidden", "page", []int{-1}, "[]"},
	} {
		questions := ""
		for i, page := range c.pages {
			if i > 0 {
				questions += ","
			}
			kind := "text"
			if page < 0 {
				kind = "hidden"
			}
			questions += q(i, page, kind)
		}
		v, err := surveys.Compile(surveys.Version{Survey: "srv_1", Number: 1, Document: fmt.Appendf(nil, `{"map":"map_1","stage":"s","title":"T","layout":%q,"questions":[%s]}`, c.layout, questions)})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(v.Groups()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
