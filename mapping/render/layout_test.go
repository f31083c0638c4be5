package render

import (
	"strings"
	"testing"
)

// at gives the layout of n stages on a screen; 0 columns are the stacked ones of a phone.
func at(n, width, most int) (s step) {
	for _, x := range steps(n, most) {
		if x.from <= width {
			s = x
		}
	}
	return s
}

func TestStagesStandInARowWhereTheyFit(t *testing.T) {
	for _, c := range []struct{ stages, width, columns int }{
		{6, 360, 0}, {6, 390, 0}, {1, 360, 0}, {6, 599, 0}, {6, 600, 3}, {6, 768, 6}, {6, 1024, 6}, {6, 1280, 6}, {6, 1920, 6},
		{1, 768, 1}, {1, 1280, 1}, {4, 600, 4}, {7, 768, 4}, {7, 1024, 7}, {12, 768, 6}, {12, 1024, 6}, {12, 1280, 6}, {12, 1600, 12}, {12, 1920, 12},
		{37, 768, 6}, {37, 1280, 10}, {37, 1920, 13}, {200, 1920, 13},
	} {
		if got := at(c.stages, c.width, pageWidest).columns; got != c.columns {
			t.Errorf("%d stages at %d px stand %d in a row, want %d", c.stages, c.width, got, c.columns)
		}
	}
	for n := 1; n <= 200; n++ {
		last := 0
		for _, s := range steps(n, pageWidest) {
			if s.columns < last {
				t.Errorf("%d stages: a wider screen of %d px shows fewer in a row", n, s.from)
			}
			if w := (s.from - s.frame.gutter - s.frame.sides) / s.columns; w < s.frame.column && s.columns > 1 {
				t.Errorf("%d stages at %d px have columns of %d px", n, s.from, w)
			}
			last = s.columns
		}
	}
	// A width that was asked for is kept, whatever the screen.
	if s := at(6, 1920, 700); s.columns != 3 {
		t.Errorf("a page of 700 px shows %d in a row", s.columns)
	}
	if css := layout(6, 3, 400); !strings.Contains(css, "@media screen{"+stacked) || strings.Contains(css, flowing) {
		t.Error("a page of 400 px is not stacked")
	}
}
