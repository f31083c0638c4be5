package surveys

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// readyTexts reports what texts name ({{name}}) that may not stand there. A
// question's texts name earlier questions, those of the end all of them.
func (d *Definition) readyTexts(l *fault.List, f *logic.Flow) {
	names := 0
	d.Texts(func(pointer string, asked int, t Text) { names += pipes(l, pointer, t, f.Scope(asked)) })
	if names > maxNames {
		l.Add("#/questions", "All texts together name answers at most %d times, and these do %d times.", maxNames, names)
	}
}

// Texts hands on every text that people read, with its pointer and with how
// many questions were asked when it is shown.
func (d *Definition) Texts(fn func(pointer string, asked int, t Text)) {
	fn("#/title", 0, d.Title)
	if t, err := d.incentive(); d.Incentive != nil && err == nil {
		fn("#/incentive", 0, t)
	}
	for i := range d.Questions {
		texts(reflect.ValueOf(&d.Questions[i]).Elem(), fmt.Sprintf("#/questions/%d", i), func(pointer string, t Text) { fn(pointer, i, t) })
	}
	over := len(d.Questions)
	for i, t := range d.Thanks {
		p := fmt.Sprintf("#/thanks/%d", i)
		fn(p+"/text", over, t.Text)
		if t.Link != nil {
			fn(p+"/link/text", over, t.Link.Text)
		}
	}
}

// texts hands on every text of a value of package question, whatever types
// there are, with its pointer.
func texts(v reflect.Value, pointer string, fn func(pointer string, t Text)) {
	if t, is := v.Interface().(Text); is {
		fn(pointer, t)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), pointer, fn)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 { // raw JSON holds no texts
			for i := range v.Len() {
				texts(v.Index(i), fmt.Sprintf("%s/%d", pointer, i), fn)
			}
		}
	case reflect.Struct:
		for f, value := range v.Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() && name != "" {
				texts(value, pointer+"/"+name, fn)
			}
		}
	}
}

// pipes reports what a text names in any of its languages that scope refuses,
// and gives how often it names something.
func pipes(l *fault.List, pointer string, t Text, scope logic.Scope) (names int) {
	one := func(p, s string) {
		pieces, err := logic.Pieces(s)
		if err != nil {
			l.Add(p, "%s", sentence(err.Error()))
			return
		}
		for _, piece := range pieces {
			if piece.Name == "" {
				continue
			}
			names++
			if _, err := scope(piece.Name); err != nil {
				l.Add(p, "%s", sentence("{{"+piece.Name+"}}: "+err.Error()))
			}
		}
	}
	if t.Languages == nil {
		one(pointer, t.Plain)
		return names
	}
	for _, tag := range t.Tags() {
		one(pointer+"/"+question.Escape(tag), t.Languages[tag])
	}
	return names
}

// sentence makes a sentence of what package logic says.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
