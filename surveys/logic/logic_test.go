package logic

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// table is what Go and JavaScript must agree on.
type table struct {
	Values map[string]any `json:"values"`
	Cases  [][2]any       `json:"cases"`
}

func readTable(t *testing.T) table {
	t.Helper()
	b, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var out table
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// of gives a JSON value as a Value.
func of(v any) Value {
	switch v := v.(type) {
	case float64:
		return Num(v)
	case string:
		return Str(v)
	case bool:
		return Truth(v)
	case []any:
		var ids []string
		for _, e := range v {
			ids = append(ids, e.(string))
		}
		return Ids(ids)
	case map[string]any:
		return Group(int(v["parts"].(float64)))
	}
	return Value{}
}

func TestEveryCaseOfTheTableHasItsValue(t *testing.T) {
	tab := readTable(t)
	env := func(name string) Value { return of(tab.Values[name]) }
	for _, c := range tab.Cases {
		n, err := Parse(c[0].(string))
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		if got := n.Eval(env).Any(); !reflect.DeepEqual(got, c[1]) {
			t.Errorf("%s is %v, want %v", c[0], got, c[1])
		}
	}
	if len(tab.Cases) < 80 {
		t.Errorf("the table has only %d cases", len(tab.Cases))
	}
}

func scope(name string) (Symbol, error) {
	switch name {
	case "sat", "num", "calc.total":
		return Symbol{Kind: Number}, nil
	case "why", "property.state", "contact.name":
		return Symbol{Kind: Text}, nil
	case "day":
		return Symbol{Kind: Date}, nil
	case "colour", "parts.box":
		return Symbol{Kind: Text, Options: []string{"red", "blue", "other"}}, nil
	case "reasons":
		return Symbol{Kind: List, Options: []string{"price", "time"}}, nil
	case "parts":
		return Symbol{Kind: Record}, nil
	case "agreed":
		return Symbol{Kind: Bool}, nil
	}
	return Symbol{}, errors.New("there is no earlier question of this name")
}

func TestPublishingTypesExpressions(t *testing.T) {
	for _, c := range []struct {
		src    string
		kind   Kind
		reason string // part of the refusal, "" where there is none
	}{
		{"sat < 3", Bool, ""}, {"sat + 1", Number, ""}, {"colour == 'other'", Bool, ""}, {"'price' in reasons", Bool, ""}, {"why", Text, ""}, {"day < '2026-01-01'", Bool, ""},
		{"agreed", Bool, ""}, {"not agreed", Bool, ""}, {"sat == null", Bool, ""}, {"count(reasons) > 1", Bool, ""}, {"answered(parts)", Bool, ""}, {"day == why", Bool, ""},
		{"colour in ('red', 'blue')", Bool, ""}, {"num in (1, sat)", Bool, ""}, {"colour != parts.box", Bool, ""},
		{"later == 1", 0, "no earlier question"}, {"colour == 'green'", 0, "no option 'green'"}, {"'green' == colour", 0, "no option 'green'"}, {"'green' in reasons", 0, "no option 'green'"},
		{"colour in ('red', 'green')", 0, "no option 'green'"}, {"sat == 'four'", 0, "cannot be compared"}, {"sat and agreed", 0, "true or false is needed"}, {"why < 'b'", 0, "compares numbers and dates"},
		{"agreed < true", 0, "compares numbers and dates"}, {"why + 1", 0, "a number is needed"}, {"reasons == 'price'", 0, "in reasons"}, {"sat in reasons", 0, "an option is needed"},
		{"'a' in why", 0, "a list is needed"}, {"day > 'soon'", 0, "not a date"}, {"round(1, 2)", 0, "one number"}, {"count(1)", 0, "name of one question"}, {"min(why)", 0, "a number is needed"},
		{"reasons in reasons", 0, "one value"}, {"sat in (reasons)", 0, "an option is needed"}, {"not sat", 0, "true or false is needed"},
	} {
		n, err := Parse(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		kind, err := n.Check(scope)
		switch {
		case c.reason == "" && (err != nil || kind != c.kind):
			t.Errorf("%s gives %v, %v; want %v", c.src, kind, err, c.kind)
		case c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)):
			t.Errorf("%s gives %v, want a refusal with %q", c.src, err, c.reason)
		}
	}
}

func TestFaultyExpressionsSayWhereAndWhy(t *testing.T) {
	for src, reason := range map[string]string{
		"":                             "missing at the end",
		"sat ==":                       "missing at the end",
		"sat = 4":                      "compare with ==",
		`why == "late"`:                "single quotes",
		"why == 'late":                 "no closing '",
		"sat == 4 colour == 'red'":     "should end here",
		"1 < 2 < 3":                    "two things at a time",
		"(sat == 4":                    "closing )",
		"sat && agreed":                "write and",
		"sat == 4 || agreed":           "write or",
		"!agreed":                      "write not",
		"fetch(1)":                     "no function",
		"4x == 1":                      "a number like",
		"1. == 1":                      "a number like",
		"99999999999999999999 == 1":    "2^53",
		"in":                           "is needed here",
		"sat in ('a'":                  "comma",
		strings.Repeat("(", 100) + "1": "nested",
		strings.Repeat("not ", 100):    "nested",
		strings.Repeat("-", 100) + "1": "nested",
		strings.Repeat("a", 3000):      "at most",
		"sat == 4; drop":               "means nothing here",
	} {
		if _, err := Parse(src); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.40s gives %v, want a refusal with %q", src, err, reason)
		}
	}
	_, err := Parse("sat == 4 and sat = 5")
	var e *Error
	if !errors.As(err, &e) || e.At != 17 {
		t.Errorf("the second = of %v is not pointed at", err)
	}
}

func TestTextsAreCutAtTheirNames(t *testing.T) {
	value := func(name string) string {
		return map[string]string{"contact.name": "Ana", "sat": "4"}[name]
	}
	for text, want := range map[string]string{
		"Hello {{contact.name}}":               "Hello Ana",
		"Hello {{contact.first|you}}, {{sat}}": "Hello you, 4",
		"{{why|}}.":                            ".",
		"{{.Secret}} ${x} {ip} {{ name }}":     "{{.Secret}} ${x} {ip} {{ name }}",
		"{{{sat}}}":                            "{4}",
		"{{sat}}{{sat}}":                       "44",
		"{{":                                   "{{",
		"{{1}}":                                "{{1}}",
		"":                                     "",
	} {
		p, err := Pieces(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := Fill(p, value); got != want {
			t.Errorf("%s becomes %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"{{sat", "{{sat|no", "{{sat +1}}", "{{sat }}"} {
		if _, err := Pieces(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// FuzzParse: whatever is sent, parsing ends, and what Check passes has the
// kind that Check says, for any answers.
func FuzzParse(f *testing.F) {
	for _, c := range []string{"sat == 4", "not (a or b) and 'x' in reasons", "min(1, -2) * calc.total", "colour in ('red')", "{{"} {
		f.Add(c, 4.0, "red", true)
	}
	f.Fuzz(func(t *testing.T, src string, num float64, text string, answered bool) {
		_, _ = Pieces(src)
		n, err := Parse(src)
		if err != nil {
			return
		}
		if _, err := json.Marshal(n); err != nil {
			t.Fatal(err)
		}
		kind, err := n.Check(scope)
		if err != nil {
			return
		}
		v := n.Eval(func(name string) Value {
			s, _ := scope(name)
			if !answered {
				return Value{}
			}
			switch s.Kind {
			case Number:
				return Num(num)
			case Text, Date:
				return Str(text)
			case Bool:
				return Truth(num > 0)
			case List:
				return Ids([]string{text})
			}
			return Group(2)
		})
		if !v.IsNull() && kind != Null && v.kind != kind && !(kind == Date && v.kind == Text) {
			t.Errorf("%q is of kind %v and gives %v", src, kind, v)
		}
	})
}
