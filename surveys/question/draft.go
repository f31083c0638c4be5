package question

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// CheckDraft reports what even a draft must not hold: to malformed what has
// the wrong JSON type, to l what the rules refuse.
func CheckDraft(q *Question, malformed, l *fault.List, pointer string) {
	q.Title.Check(l, pointer+"/title")
	q.Help.Check(l, pointer+"/help")
	if q.Page < 0 || q.Page > maxPages {
		l.Add(pointer+"/page", "A page from 1 to %d.", maxPages)
	}
	notLong(l, pointer+"/show_if", q.ShowIf)
	notLong(l, pointer+"/required_if", q.RequiredIf)
	if len(q.Jump) > maxJumps {
		l.Add(pointer+"/jump", "At most %d jumps.", maxJumps)
	}
	for i, j := range q.Jump {
		notLong(l, fmt.Sprintf("%s/jump/%d/if", pointer, i), j.If)
	}
	t, known := Find(q.Type)
	switch {
	case known:
		refuseOthers(q, t, l, pointer)
		t.Draft(q, malformed, l, pointer)
	default:
		l.Add(pointer+"/type", "Must be one of %s.", strings.Join(Names(), ", "))
	}
}

func notLong(l *fault.List, pointer, text string) {
	if utf8.RuneCountInString(text) > MaxText {
		l.Add(pointer, "At most %d characters.", MaxText)
	}
}

// refuseOthers refuses keys that belong to other types.
func refuseOthers(q *Question, t Type, l *fault.List, pointer string) {
	keys := append(commonKeys(t), t.Keys()...)
	for f, value := range reflect.ValueOf(q).Elem().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !value.IsZero() && !slices.ContainsFunc(keys, func(k openapi.Key) bool { return k.Name == name }) {
			l.Add(pointer+"/"+name, "A question of type %s has no %q.", t.Name(), name)
		}
	}
}

// CheckReady reports what publishing must refuse in a question that
// CheckDraft passed, its logic apart: that stands among other questions.
func CheckReady(q *Question, l *fault.List, pointer string) {
	t, known := Find(q.Type)
	if !known {
		l.Add(pointer+"/type", "Must be one of %s.", strings.Join(Names(), ", "))
		return
	}
	if q.Type != (hidden{}).Name() || !q.Title.Empty() {
		q.Title.Ready(l, pointer+"/title")
	}
	if !q.Help.Empty() {
		q.Help.Ready(l, pointer+"/help")
	}
	t.Ready(q, l, pointer)
}
