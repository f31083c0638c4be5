package words

import "testing"

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ lang, written, want string }{
		{"en", "2.5", "2.5"}, {"en", "2,5", "2,5"}, {"de", "2,5", "2.5"}, {"de", " -12,75 ", " -12.75 "}, {"de", "1.000,5", "1.000,5"}, {"fr", ",5", ".5"}, {"de", "2.5", "2.5"},
		{"ar", "٢٥", "25"}, {"ar", "٢٫٥", "2.5"}, {"en", "１２", "12"}, {"en", "०९", "09"}, {"de", "1,2,3", "1,2,3"}, {"en", "x", "x"},
	} {
		if got := In(c.lang).Unwritten(c.written); got != c.want {
			t.Errorf("%s: %q is read as %q, want %q", c.lang, c.written, got, c.want)
		}
	}
}
