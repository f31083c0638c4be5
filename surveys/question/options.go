package question

import (
	"fmt"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/openapi"
)

// otherID is the option id that stands for an own text.
const otherID = "other"

func optionKeys() []openapi.Key {
	return []openapi.Key{
		openapi.May("options", openapi.List(openapi.Ref("Option")).Sized(0, MaxOptions), "What there is to choose; at least one when published."),
		openapi.May("other", openapi.Bool(), "An own text may be given beside the options."),
		openapi.May("random", openapi.Bool(), "The options come in another order each time."),
	}
}

func optionsDraft(q *Question, l *fault.List, pointer string) {
	if len(q.Options) > MaxOptions {
		l.Add(pointer+"/options", "At most %d options.", MaxOptions)
	}
	seen := make(map[string]bool, len(q.Options))
	for i, o := range q.Options {
		p := fmt.Sprintf("%s/options/%d", pointer, i)
		if !ident.Chosen(o.ID) {
			l.Add(p+"/id", "1 to 64 of A-Z a-z 0-9 _ -.")
		}
		if seen[o.ID] {
			l.Add(p+"/id", "%q stands here twice.", o.ID)
		}
		seen[o.ID] = true
		o.Title.Check(l, p+"/title")
	}
}

func optionsReady(q *Question, l *fault.List, p string) {
	if len(q.Options) == 0 {
		l.Add(p+"/options", "Name at least one option.")
	}
	for i, o := range q.Options {
		op := fmt.Sprintf("%s/options/%d", p, i)
		if o.ID == otherID {
			l.Add(op+"/id", "\"other\" is reserved; set \"other\": true instead.")
		}
		o.Title.Ready(l, op+"/title")
		if o.Exclusive && q.Type != (choices{}).Name() {
			l.Add(op+"/exclusive", "Only options of choices can be exclusive.")
		}
		if o.Image != nil {
			l.Add(op+"/image", "Options with pictures are not available yet.")
		}
	}
}

// option makes the check of one chosen thing. It gives the option's place,
// len(q.Options) for an own text, and what is wrong.
func option(q *Question) func(v *fastjson.Value) (place int, wrong string) {
	places := make(map[string]int, len(q.Options))
	for i, o := range q.Options {
		places[o.ID] = i
	}
	own, other := len(q.Options), q.Other
	tooLong := fmt.Sprintf("The other text needs 1 to %d characters.", MaxOther)
	return func(v *fastjson.Value) (int, string) {
		switch v.Type() {
		case fastjson.TypeString:
			if i, known := places[string(v.GetStringBytes())]; known {
				return i, ""
			}
			return 0, "There is no such option."
		case fastjson.TypeObject:
			text := v.Get(otherID)
			if !other || v.GetObject().Len() != 1 || text == nil || text.Type() != fastjson.TypeString {
				return 0, "An option's id is needed, or {\"other\": text} where that is offered."
			}
			if n := utf8.RuneCount(text.GetStringBytes()); n < 1 || n > MaxOther {
				return 0, tooLong
			}
			return own, ""
		}
		return 0, "An option's id is needed."
	}
}
