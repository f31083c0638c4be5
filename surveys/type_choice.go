package surveys

import (
	"fmt"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
)

// otherID is the option id that stands for an own text.
const otherID = "other"

const maxOther = 500

func optionsReady(q *Question, l *fault.List, p string) {
	if len(q.Options) == 0 {
		l.Add(p+"/options", "Name at least one option.")
	}
	for i, o := range q.Options {
		op := fmt.Sprintf("%s/options/%d", p, i)
		if o.ID == otherID {
			l.Add(op+"/id", "\"other\" is reserved; set \"other\": true instead.")
		}
		if o.Title.Empty() {
			l.Add(op+"/title", "The option needs a text.")
		}
		if o.Exclusive && q.Type != "choices" {
			l.Add(op+"/exclusive", "Only options of choices can be exclusive.")
		}
	}
}

// option checks one chosen thing and gives its id, "" with what is wrong.
func option(q *Question) func(v *fastjson.Value) (id, wrong string) {
	known := make(map[string]bool, len(q.Options))
	for _, o := range q.Options {
		known[o.ID] = true
	}
	other := q.Other
	return func(v *fastjson.Value) (string, string) {
		switch v.Type() {
		case fastjson.TypeString:
			id := string(v.GetStringBytes())
			if !known[id] {
				return "", "There is no such option."
			}
			return id, ""
		case fastjson.TypeObject:
			o := v.GetObject()
			text := v.Get(otherID)
			if !other || o.Len() != 1 || text == nil || text.Type() != fastjson.TypeString {
				return "", "An option's id is needed, or {\"other\": text} where that is offered."
			}
			if n := len([]rune(string(text.GetStringBytes()))); n < 1 || n > maxOther {
				return "", fmt.Sprintf("The other text needs 1 to %d characters.", maxOther)
			}
			return otherID, ""
		}
		return "", "An option's id is needed."
	}
}

// choice takes one option.
func choice() kind {
	return kind{
		allowed: []string{"options", "other", "random"},
		ready:   optionsReady,
		compile: func(q *Question) func(*fastjson.Value) string {
			one := option(q)
			return func(v *fastjson.Value) string { _, wrong := one(v); return wrong }
		},
	}
}

// choices takes several options.
func choices() kind {
	return kind{
		allowed: []string{"options", "other", "random", "min", "max"},
		ready: func(q *Question, l *fault.List, p string) {
			optionsReady(q, l, p)
			low, high := bounds(q, l, p, 0, float64(maxOptions+1))
			if low > high {
				l.Add(p+"/min", "Must not be more than max.")
			}
		},
		compile: func(q *Question) func(*fastjson.Value) string {
			one := option(q)
			low, high := bounds(q, &fault.List{}, "", 0, float64(maxOptions+1))
			exclusive := map[string]bool{}
			for _, o := range q.Options {
				exclusive[o.ID] = o.Exclusive
			}
			return func(v *fastjson.Value) string {
				list, err := v.Array()
				if err != nil || len(list) == 0 {
					return "A list of options is needed; leave the key out where none was chosen."
				}
				if n := float64(len(list)); n < low || n > high {
					return fmt.Sprintf("Choose from %g to %g options.", low, high)
				}
				seen := map[string]bool{}
				for _, e := range list {
					id, wrong := one(e)
					if wrong != "" {
						return wrong
					}
					if seen[id] {
						return "An option stands there twice."
					}
					if seen[id] = true; exclusive[id] && len(list) > 1 {
						return fmt.Sprintf("%q excludes the other options.", id)
					}
				}
				return ""
			}
		},
	}
}
