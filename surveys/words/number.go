package words

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/number"
)

// Number writes a number as the language does.
func (w *Words) Number(f float64) string {
	return w.printer.Sprint(number.Decimal(f, number.MaxFractionDigits(15)))
}

// decimal is a number with a comma, and nothing that groups its digits.
var decimal = regexp.MustCompile(`^\s*[+-]?[0-9]*,[0-9]+\s*$`)

// Unwritten is Number the other way round, as text: what people write as their
// language does, with a comma, or with digits of their own script, is given as
// programs write it. What is no number stays as it is.
func (w *Words) Unwritten(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII && unicode.IsDigit(r) {
			// The digits of a script follow each other from 0 on.
			zero := r
			for unicode.IsDigit(zero-1) && r-zero < 9 {
				zero--
			}
			return '0' + r - zero
		}
		if r == '٫' { // the Arabic decimal sign
			return '.'
		}
		return r
	}, s)
	if decimal.MatchString(s) && strings.Contains(w.Number(0.5), ",") {
		s = strings.Replace(s, ",", ".", 1)
	}
	return s
}
