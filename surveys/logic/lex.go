package logic

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// token is one word of an expression: its sort is a name ("n"), a number
// ("0"), a text ("'"), or the operator or keyword itself. "" is the end.
type token struct {
	sort string
	text string // of names and texts
	at   int    // bytes from the beginning
}

var keywords = map[string]bool{"or": true, "and": true, "not": true, "in": true, "true": true, "false": true, "null": true}

// twoSigns come before the single signs they begin with.
var signs = []string{"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ","}

// lex cuts src into tokens.
func lex(src string) ([]token, error) {
	var out []token
	for at := 0; at < len(src); {
		c := src[at]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			at++
		case letter(c):
			end := nameEnd(src, at)
			word := src[at:end]
			if keywords[word] {
				out = append(out, token{sort: word, at: at})
			} else {
				out = append(out, token{sort: "n", text: word, at: at})
			}
			at = end
		case digit(c):
			end := at
			for end < len(src) && (digit(src[end]) || src[end] == '.' && end+1 < len(src) && digit(src[end+1])) {
				end++
			}
			if end < len(src) && (letter(src[end]) || src[end] == '.') {
				return nil, fault(end, "a number like 4 or 2.5 ends here")
			}
			out = append(out, token{sort: "0", text: src[at:end], at: at})
			at = end
		case c == '\'':
			s, end, ok := quoted(src, at)
			if !ok {
				return nil, fault(at, "the text that begins here has no closing '")
			}
			out = append(out, token{sort: "'", text: s, at: at})
			at = end
		default:
			sign := ""
			for _, s := range signs {
				if strings.HasPrefix(src[at:], s) {
					sign = s
					break
				}
			}
			if sign == "" {
				r, _ := utf8.DecodeRuneInString(src[at:])
				return nil, fault(at, "%q means nothing here%s", r, hint(r))
			}
			out = append(out, token{sort: sign, at: at})
			at += len(sign)
		}
	}
	return append(out, token{at: len(src)}), nil
}

// hint says what people mean who know other languages.
func hint(r rune) string {
	switch r {
	case '"', '“', '”', '‘', '’':
		return "; write texts in single quotes: 'text'"
	case '=':
		return "; compare with =="
	case '&':
		return "; write and"
	case '|':
		return "; write or"
	case '!':
		return "; write not"
	}
	return ""
}

// nameEnd finds the end of a name: a word, then parts behind dots, which may
// hold what ids may hold (parts.front-door).
func nameEnd(src string, at int) int {
	for at < len(src) && (letter(src[at]) || digit(src[at]) || src[at] == '_') {
		at++
	}
	for at+1 < len(src) && src[at] == '.' && idByte(src[at+1]) {
		at++
		for at < len(src) && idByte(src[at]) {
			at++
		}
	}
	return at
}

// quoted reads the text that begins at the quote at; two quotes inside are one.
func quoted(src string, at int) (text string, end int, ok bool) {
	var b strings.Builder
	for i := at + 1; i < len(src); i++ {
		if src[i] != '\'' {
			b.WriteByte(src[i])
			continue
		}
		if i+1 < len(src) && src[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1, true
	}
	return "", 0, false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
func idByte(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '-' }

// Error is why an expression was refused.
type Error struct {
	At     int // bytes from its beginning
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("At character %d: %s.", e.At+1, e.Reason)
}

func fault(at int, format string, args ...any) *Error {
	return &Error{At: at, Reason: fmt.Sprintf(format, args...)}
}
