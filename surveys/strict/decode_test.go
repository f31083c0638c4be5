package strict

import (
	"strings"
	"testing"

	"waymark/surveys/fault"
	"waymark/surveys/when"
)

type inner struct {
	Type string `json:"type"`
	Max  int    `json:"max,omitzero"`
}

type outer struct {
	Title     string            `json:"title"`
	At        *when.Time        `json:"at,omitzero"`
	Questions []inner           `json:"questions"`
	Props     map[string]string `json:"props"`
}

func TestDecodeNamesThePlaceAndTheKind(t *testing.T) {
	for name, c := range map[string]struct {
		in      string
		kind    fault.Kind
		pointer string
	}{
		"not JSON (attack 11: NaN)":         {`{"title": NaN}`, fault.Malformed, ""},
		"unknown key (attack 12, 35)":       {`{"title":"x","workspace":"w"}`, fault.Malformed, "#/workspace"},
		"unknown nested key":                {`{"questions":[{"type":"a"},{"typ":"b"}]}`, fault.Malformed, "#/questions/1/typ"},
		"duplicate key (attack 12)":         {`{"title":"x","title":"y"}`, fault.Malformed, "#/title"},
		"wrong JSON type":                   {`{"questions":[{"type":7}]}`, fault.Malformed, "#/questions/0/type"},
		"null for a text":                   {`{"title":null}`, fault.Malformed, "#/title"},
		"null for a nested number":          {`{"questions":[{"type":"a"},{"max":null}]}`, fault.Malformed, "#/questions/1/max"},
		"null for a list":                   {`{"questions":null}`, fault.Malformed, "#/questions"},
		"null for a property":               {`{"props":{"a":null}}`, fault.Malformed, "#/props/a"},
		"null for an element":               {`{"questions":[null]}`, fault.Malformed, "#/questions/0"},
		"null for all of it":                {`null`, fault.Malformed, ""},
		"list where an object is due":       {`{"props":[]}`, fault.Malformed, "#/props"},
		"dollar in a key (attack 32)":       {`{"props":{"$ne":"x"}}`, fault.Malformed, "#/props/$ne"},
		"dot in a key":                      {`{"props":{"a.b":"x"}}`, fault.Malformed, "#/props/a.b"},
		"NUL (attack 19)":                   {"{\"title\":\"a\\u0000b\"}", fault.Invalid, "#/title"},
		"invalid UTF-8 (attack 19)":         {"{\"title\":\"\xff\"}", fault.Invalid, ""},
		"lone surrogate":                    {`{"title":"\ud800"}`, fault.Invalid, "#/title"},
		"number beyond 2^53 (attack 13)":    {`{"questions":[{"max":9007199254740993}]}`, fault.Invalid, "#/questions/0/max"},
		"huge exponent":                     {`{"questions":[{"max":1e400}]}`, fault.Invalid, "#/questions/0/max"},
		"fraction where whole is due":       {`{"questions":[{"max":1.5}]}`, fault.Invalid, "#/questions/0/max"},
		"a time that is none":               {`{"at":"yesterday"}`, fault.Invalid, "#/at"},
		"two values":                        {`{} {}`, fault.Malformed, ""},
		"nothing":                           {``, fault.Malformed, ""},
		"10,000 levels deep (attack 14)":    {strings.Repeat("[", 10000) + strings.Repeat("]", 10000), fault.Malformed, ""},
		"cut off":                           {`{"title":"x`, fault.Malformed, ""},
		"an escaped backslash before u0000": {`{"title":"a\\u0000"}`, -1, ""},
		"null for what may be absent":       {`{"at":null}`, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var v outer
			err := Decode([]byte(c.in), &v)
			if c.kind < 0 {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if fault.KindOf(err) != c.kind {
				t.Fatalf("kind %v, want %v: %v", fault.KindOf(err), c.kind, err)
			}
			if c.pointer != "" {
				f := err.(*fault.Error)
				if len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
					t.Fatalf("fields %+v, want pointer %s", f.Fields, c.pointer)
				}
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"title":"x","questions":[{"type":"csat","max":3}],"props":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v outer
		if err := Decode(b, &v); err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatalf("internal error for %q: %v", b, err)
		}
	})
}
