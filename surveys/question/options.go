package question

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
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
	listDraft(l, pointer+"/options", len(q.Options), func(i int) (string, Text) { return q.Options[i].ID, q.Options[i].Title })
}

func optionsReady(q *Question, l *fault.List, p string) {
	if len(q.Options) == 0 {
		l.Add(p+"/options", "Name at least one option.")
	}
	for i, o := range q.Options {
		op := fmt.Sprintf("%s/options/%d", p, i)
		if o.ID == otherID {
			l.Add(op+"/id", "\"other\" is reserved for an own text: set \"other\": true where the type has it, or use another id.")
		}
		o.Title.Ready(l, op+"/title")
		if o.Exclusive && q.Type != (choices{}).Name() {
			l.Add(op+"/exclusive", "Only options of choices can be exclusive.")
		}
		if o.Image != "" && q.Type != (picture{}).Name() {
			l.Add(op+"/image", "Only options of picture have one.")
		}
	}
}

// option makes the check of one chosen thing. It gives the option's place,
// len(q.Options) for an own text, and what is wrong.
func option(q *Question) func(v *fastjson.Value) (place int, wrong *Refusal) {
	places := make(map[string]int, len(q.Options))
	for i, o := range q.Options {
		places[o.ID] = i
	}
	own, other := len(q.Options), q.Other
	unknown := refuse("There is no such option.", "err_option")
	noOption := refuse("An option's id is needed.", "err_option")
	noOther := refuse("An option's id is needed, or {\"other\": text} where that is offered.", "err_option")
	tooLong := refuse(fmt.Sprintf("The other text needs 1 to %d characters.", MaxOther), "err_other", "max", MaxOther)
	nul := refuse("The text contains a NUL character; leave it out.", "err_text")
	return func(v *fastjson.Value) (int, *Refusal) {
		switch v.Type() {
		case fastjson.TypeString:
			if i, known := places[string(v.GetStringBytes())]; known {
				return i, nil
			}
			return 0, unknown
		case fastjson.TypeObject:
			text := v.Get(otherID)
			if !other || v.GetObject().Len() != 1 || text == nil || text.Type() != fastjson.TypeString {
				return 0, noOther
			}
			b := text.GetStringBytes()
			if n := characters(b); n < 1 || n > MaxOther {
				return 0, tooLong
			}
			if bytes.IndexByte(b, 0) >= 0 {
				return 0, nul
			}
			return own, nil
		}
		return 0, noOption
	}
}

// optionChoices lists what there is to choose: the options, and an own text
// before those at the end that exclude the others ("none of these").
func optionChoices(q *Question) []Choice {
	out := make([]Choice, 0, len(q.Options)+1)
	for _, o := range q.Options {
		out = append(out, Choice{Value: o.ID, Label: Label{Text: o.Title}, Exclusive: o.Exclusive, Image: o.Image})
	}
	if !q.Other {
		return out
	}
	at := len(out)
	for at > 0 && out[at-1].Exclusive {
		at--
	}
	return slices.Insert(out, at, Choice{Value: otherID, Label: named(Text{}, "other")})
}

// optionIDs lists what an answer can be for expressions.
func optionIDs(q *Question) []string {
	out := make([]string, 0, len(q.Options)+1)
	for _, o := range q.Options {
		out = append(out, o.ID)
	}
	if q.Other {
		out = append(out, otherID)
	}
	return out
}

// ownField is the field of an own text.
func ownField(q *Question) string { return q.ID + "." + otherID }

// readOwn writes an own text as an answer. Whether it may be given, and is
// one at all, is for the check.
func readOwn(text string) []byte {
	return slices.Concat([]byte(`{"`+otherID+`":`), quote(text), []byte("}"))
}

// chosen gives the id of what was chosen, otherID for an own text, and that.
func chosen(v *fastjson.Value) (id, own string, ok bool) {
	if id, ok = str(v); ok {
		return id, "", true
	}
	if v == nil || v.Type() != fastjson.TypeObject {
		return "", "", false
	}
	own, ok = str(v.Get(otherID))
	return otherID, own, ok
}

// sayChosen gives the title of what was chosen, or the own text.
func sayChosen(q *Question, v *fastjson.Value, lang string) string {
	id, own, ok := chosen(v)
	if own != "" || !ok {
		return own
	}
	for i := range q.Options {
		if q.Options[i].ID == id {
			return q.Options[i].Title.In(lang)
		}
	}
	return ""
}
