package question

import (
	"fmt"
	"unicode/utf8"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
)

// otherID is the option id that stands for an own text.
const otherID = "other"

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
