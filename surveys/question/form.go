package question

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"
)

// Form is what a page or a link sent.
type Form interface {
	Get(name string) string // the first value of a field; "" where there is none
	All(name string) []string
	Has(name string) bool
}

// line reads a one-line input: surrounding blanks are no part of the answer.
func line(s string) string { return strings.TrimSpace(lines(s)) }

// lines reads what was written: forms end lines by CRLF, and browsers make
// CRLF of a lone CR too.
func lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// quote writes a text as JSON. Bytes that are no UTF-8 become a NUL, which
// every check refuses.
func quote(s string) []byte {
	b, _ := jsontext.AppendQuote(nil, strings.ToValidUTF8(s, "\x00")) // only fails for invalid UTF-8
	return b
}

// numeric is a number as a field carries it: what JSON takes, and a sign or a
// point at the ends, which people write.
var numeric = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// numberOf reads a field as a number; as a text where it is none, and as
// nothing where it is blank.
func numberOf(field string) []byte {
	s := line(field)
	if s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !numeric.MatchString(s) {
		return quote(s)
	}
	return []byte(figure(f))
}

// figure writes a number as JSON, which a number field takes too.
func figure(f float64) string { return jsontext.Float(f + 0).String() } // + 0: there is no -0

// field is the form of an answer with a single field.
func field(q *Question, value string) url.Values { return url.Values{q.ID: {value}} }

// str gives the text that an answer is.
func str(v *fastjson.Value) (string, bool) {
	if v == nil {
		return "", false
	}
	b, err := v.StringBytes()
	return string(b), err == nil
}
