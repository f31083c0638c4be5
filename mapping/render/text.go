package render

import (
	"strings"
	"unicode"
)

// maxMarks is how many combining marks are shown on one letter.
const maxMarks = 3

// neutral gives a text of a user as it is shown: what could turn its
// surroundings around, hide in it, or break an XML file is taken out or
// replaced. What is stored stays as it was sent.
func neutral(s string) string {
	var b strings.Builder
	marks := 0
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || unicode.Is(unicode.Zs, r) || r == '\u2028' || r == '\u2029':
			r, marks = ' ', 0
		case r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r == 0x200B, r == 0x200E, r == 0x200F, r == 0x061C, r == 0xFEFF,
			r >= 0xE0000 && r <= 0xE007F, r == 0x00AD:
			continue // direction overrides and isolates, invisible characters
		case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFFFE, r == 0xFFFF:
			r, marks = unicode.ReplacementChar, 0
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// width estimates how wide a text is in units of its size, on the wide side of
// what system fonts do: the drawing must hold without knowing the font.
func width(s string, bold bool) float64 {
	w := 0.0
	for _, r := range s {
		w += runeWidth(r)
	}
	if bold {
		w *= 1.07
	}
	return w
}

func runeWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("iljtfI.,:;'|!()[] /-", r):
		return 0.34
	case r >= '0' && r <= '9', r == '+', r == '−', r == '<':
		return 0.6
	case strings.ContainsRune("mwMWЖШЩЮМФжшщюмф@%—…", r):
		return 0.95
	case r < 0x80 && unicode.IsUpper(r):
		return 0.7
	case r < 0x250:
		return 0.57
	case unicode.In(r, unicode.Mn, unicode.Me) || r == 0x200C || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F:
		return 0
	case r >= 0x1100 && (r <= 0x11FF || r >= 0x2E80 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFFEF || r >= 0x1F000):
		return 1.15
	}
	return 0.68
}

// wrap breaks a text into lines of at most so many pixels; words too long for
// a line are broken, nothing is cut.
func wrap(s string, size, max float64, bold bool) []string {
	limit := max / size
	var lines []string
	line, used := "", 0.0
	flush := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, used = "", 0
	}
	for _, word := range strings.Fields(s) {
		w := width(word, bold)
		if line != "" && used+width(" ", bold)+w > limit {
			flush()
		}
		if w <= limit {
			if line != "" {
				line, used = line+" ", used+width(" ", bold)
			}
			line, used = line+word, used+w
			continue
		}
		for _, r := range word { // also how CJK breaks: between any two
			rw := width(string(r), bold)
			if used+rw > limit && rw > 0 {
				flush()
			}
			line, used = line+string(r), used+rw
		}
	}
	flush()
	return lines
}
