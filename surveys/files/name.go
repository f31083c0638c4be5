package files

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds a name without its extension, in characters; maxStem in bytes,
// so that every file system takes it. Of what is sent maxSent bytes are read.
// No script puts more than maxMarks marks on a letter.
const (
	maxName = 80
	maxStem = 200
	maxSent = 1000

	maxMarks = 8
)

// Name makes a name for a file of a type: the letters and digits of what its
// sender calls it, without folders, and the extension that is true. No
// character of it means anything in a header, a shell, a path or a page.
func Name(sent, mediaType string) string {
	sent = sent[strings.LastIndexAny(sent, `/\`)+1:]
	if dot := strings.LastIndexByte(sent, '.'); dot >= 0 {
		sent = sent[:dot]
	}
	sent = strings.ToValidUTF8(sent[:min(len(sent), maxSent)], "")
	var b strings.Builder
	n, marks, gap := 0, 0, false
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // turns the text around, or is not seen
			return -1
		}
		return r
	}, sent)
	for _, r := range norm.NFC.String(seen) {
		switch {
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			marks = 0
		case unicode.IsMark(r):
			if marks++; n == 0 || gap || marks > maxMarks {
				continue
			}
		default:
			gap = true
			continue
		}
		if gap && n > 0 {
			b.WriteByte('-')
			n++
		}
		if gap = false; n >= maxName || b.Len()+utf8.RuneLen(r) > maxStem {
			break
		}
		b.WriteRune(r)
		n++
	}
	stem := strings.Trim(b.String(), "-")
	if stem == "" {
		stem = "file"
	}
	return stem + extensions[mediaType]
}
