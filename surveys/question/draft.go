package question

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
)

// CheckDraft reports what even a draft must not hold: to malformed what has
// the wrong JSON type, to l what the rules refuse.
func CheckDraft(q *Question, malformed, l *fault.List, pointer string) {
	q.Title.Check(l, pointer+"/title")
	q.Help.Check(l, pointer+"/help")
	if q.Page < 0 || q.Page > maxPages {
		l.Add(pointer+"/page", "A page from 1 to %d.", maxPages)
	}
	if q.Labels != nil {
		q.Labels.Low.Check(l, pointer+"/labels/low")
		q.Labels.High.Check(l, pointer+"/labels/high")
	}
	for _, k := range []struct{ name, text string }{{"show_if", q.ShowIf}, {"required_if", q.RequiredIf}, {"unit", q.Unit}} {
		if utf8.RuneCountInString(k.text) > MaxText {
			l.Add(pointer+"/"+k.name, "At most %d characters.", MaxText)
		}
	}
	if q.Jump != nil && q.Jump.Kind() != '[' {
		malformed.Add(pointer+"/jump", "A list is needed here.")
	}
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
	t, known := Find(q.Type)
	switch {
	case known:
		refuseOthers(q, t, l, pointer)
		t.Draft(q, malformed, pointer)
	case slices.Contains(planned, q.Type):
		l.Add(pointer+"/type", "Questions of type %q are not available yet.", q.Type)
	default:
		l.Add(pointer+"/type", "There is no question type of this name.")
	}
}

// refuseOthers refuses keys that belong to other types.
func refuseOthers(q *Question, t Type, l *fault.List, pointer string) {
	keys := t.Keys()
	for _, k := range []struct {
		name    string
		present bool
	}{
		{"labels", q.Labels != nil}, {"shape", q.Shape != ""}, {"options", q.Options != nil}, {"other", q.Other}, {"random", q.Random},
		{"min", q.Min != nil}, {"max", q.Max != nil}, {"step", q.Step != nil}, {"unit", q.Unit != ""},
		{"min_length", q.MinLength != nil}, {"max_length", q.MaxLength != nil}, {"format", q.Format != ""}, {"default", q.Default != nil},
		{"words", q.Words != nil}, {"rows", q.Rows != nil}, {"columns", q.Columns != nil}, {"multiple", q.Multiple != nil},
		{"text", q.Text != nil}, {"version", q.Version != nil}, {"accept", q.Accept != nil}, {"max_bytes", q.MaxBytes != nil},
	} {
		if k.present && !slices.Contains(keys, k.name) {
			l.Add(pointer+"/"+k.name, "A question of type %s has no %q.", t.Name(), k.name)
		}
	}
}

// CheckReady reports what publishing must refuse in a question that
// CheckDraft passed.
func CheckReady(q *Question, l *fault.List, pointer string) {
	for _, k := range []struct {
		name    string
		present bool
	}{{"show_if", q.ShowIf != ""}, {"required_if", q.RequiredIf != ""}, {"jump", q.Jump != nil}} {
		if k.present {
			l.Add(pointer+"/"+k.name, "This is not available yet; leave it out.")
		}
	}
	t, known := Find(q.Type)
	if !known {
		l.Add(pointer+"/type", "There is no question type of this name.")
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
