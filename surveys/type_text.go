package surveys

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
)

var telephone = regexp.MustCompile(`^\+?[0-9 ()/.\-]{3,40}$`)

// text is a short or long text of at most most characters.
func text(most int) kind {
	limits := func(q *Question) (low, high int) {
		high = most
		if q.MinLength != nil {
			low = *q.MinLength
		}
		if q.MaxLength != nil {
			high = *q.MaxLength
		}
		return low, high
	}
	return kind{
		allowed: []string{"min_length", "max_length", "format"},
		ready: func(q *Question, l *fault.List, p string) {
			low, high := limits(q)
			if low < 0 || low > most {
				l.Add(p+"/min_length", "From 0 to %d.", most)
			}
			if high < 1 || high > maxText || high < low {
				l.Add(p+"/max_length", "From 1 to %d, and not less than min_length.", maxText)
			}
			switch q.Format {
			case "", "email", "url", "tel":
			default:
				l.Add(p+"/format", "Must be \"email\", \"url\" or \"tel\".")
			}
		},
		compile: func(q *Question) func(*fastjson.Value) string {
			low, high := limits(q)
			format := q.Format
			return func(v *fastjson.Value) string {
				b, err := v.StringBytes()
				if err != nil {
					return "A text is needed."
				}
				n := utf8.RuneCount(b)
				if n == 0 {
					return "Leave the key out where nothing was answered."
				}
				if n < low || n > high {
					return fmt.Sprintf("From %d to %d characters.", max(low, 1), high)
				}
				return wrongFormat(format, b)
			}
		},
	}
}

func wrongFormat(format string, b []byte) string {
	switch format {
	case "email":
		if a, err := mail.ParseAddress(string(b)); err != nil || a.Address != string(b) {
			return "An e-mail address is needed."
		}
	case "url":
		if u, err := url.Parse(string(b)); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return "An address that begins with http:// or https:// is needed."
		}
	case "tel":
		if !telephone.Match(b) {
			return "A telephone number is needed."
		}
	}
	return ""
}

// hidden is a text that the link or the API hands in.
func hidden() kind {
	return kind{
		allowed: []string{"default"},
		ready: func(q *Question, l *fault.List, p string) {
			if q.Default != nil && utf8.RuneCountInString(*q.Default) > 200 {
				l.Add(p+"/default", "At most 200 characters.")
			}
		},
		compile: func(*Question) func(*fastjson.Value) string {
			return func(v *fastjson.Value) string {
				if b, err := v.StringBytes(); err != nil || utf8.RuneCount(b) > 200 {
					return "A text of at most 200 characters is needed."
				}
				return ""
			}
		},
	}
}
