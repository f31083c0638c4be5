package page

import (
	"strings"

	"waymark/surveys/question"
)

// Ids of elements: those of a question begin with q-, which no other does.
func (f *Field) id(part string) string {
	if part == "" {
		return "q-" + f.ID
	}
	return "q-" + f.ID + "-" + part
}

// first is the id of the first thing in the field that takes the focus.
func (f *Field) first() string {
	switch f.Control.Kind {
	case question.Grid:
		if len(f.Rows) > 0 {
			return f.id("0") + "-0"
		}
	case question.Radios, question.Checks, question.Places:
		return f.id("0")
	}
	return f.id("i")
}

// as tells the script what the fields make of an answer.
func (f *Field) as() markup {
	c := &f.Control
	switch {
	case c.Scale, c.Kind == question.Line && c.Input == "number":
		return "number"
	case c.Kind == question.Checks:
		return "list"
	case c.Kind == question.Agree:
		return "true"
	case c.Kind == question.Grid && c.Many:
		return "lists"
	case c.Kind == question.Grid:
		return "rows"
	case c.Kind == question.Places:
		return "places"
	case c.Kind == question.Upload:
		return "file"
	}
	return "text"
}

// single tells that one input answers the question, so that its title labels it.
func (f *Field) single() bool {
	return f.Control.Kind == question.Line || f.Control.Kind == question.Area || f.Control.Kind == question.Upload
}

func (p *pen) field(f *Field) {
	if f.Control.Kind == question.Nothing {
		return
	}
	element := markup("fieldset")
	if f.single() {
		element = "div"
	}
	p.raw("<" + element + ` class="q`)
	if f.Wrong != "" {
		p.raw(" bad")
	}
	p.raw(`"`)
	p.attr("id", f.id(""))
	p.attr("data-q", f.ID)
	p.raw(` data-as="` + f.as() + `"`)
	if f.Required {
		p.raw(" data-required")
	}
	p.flag("hidden", f.Hidden)
	p.flag("disabled", f.Hidden && !f.single())
	if f.Control.Kind == question.Radios {
		p.raw(` role="radiogroup"`)
		p.attr("aria-labelledby", f.id("t"))
		p.flag(`aria-required="true"`, f.Required)
		p.flag(`aria-invalid="true"`, f.Wrong != "")
	}
	if !f.single() {
		p.described(f)
	}
	p.raw(">")
	p.heading(f)
	p.raw(`<div class="in">`)
	p.about(f, "help", f.Help, f.HelpLang)
	p.about(f, "hint", f.hint(p), p.lang)
	p.about(f, "wrong", f.Wrong, "")
	switch f.Control.Kind {
	case question.Radios, question.Checks:
		p.choices(f)
	case question.Grid:
		p.grid(f)
	case question.Places:
		p.places(f)
	case question.Agree:
		p.agree(f)
	case question.Line:
		p.line(f)
	case question.Area:
		p.area(f)
	case question.Upload:
		p.upload(f)
	}
	p.raw("</div></" + element + ">\n")
}

// hint says what to do.
func (f *Field) hint(p *pen) string {
	if f.Control.Hint.Word == "" {
		return ""
	}
	return p.words.Say(f.Control.Hint.Word, f.Control.Hint.Fill...)
}

func (p *pen) heading(f *Field) {
	open, end := markup("<legend"), markup("</h2></legend>")
	if f.single() {
		open, end = "<h2><label", "</label></h2>"
		p.raw(open)
		p.attr("for", f.id("i"))
	} else {
		p.raw(open)
	}
	p.attr("id", f.id("t"))
	p.raw(">")
	if !f.single() {
		p.raw("<h2>")
	}
	p.own(f.Title, f.TitleLang)
	p.raw(` <small`)
	p.flag("hidden", f.Required)
	p.raw(">")
	p.word("optional")
	p.raw("</small>")
	p.raw(end)
}

// about writes a text that describes the field.
func (p *pen) about(f *Field, part markup, text, lang string) {
	if text == "" {
		return
	}
	p.raw(`<p class="` + part + `"`)
	p.attr("id", f.id(string(part)))
	p.raw(">")
	p.own(text, lang)
	p.raw("</p>")
}

// described points to the texts that describe the field.
func (p *pen) described(f *Field, more ...string) {
	ids := make([]string, 0, 4)
	if f.Help != "" {
		ids = append(ids, f.id("help"))
	}
	if f.Control.Hint.Word != "" {
		ids = append(ids, f.id("hint"))
	}
	if f.Wrong != "" {
		ids = append(ids, f.id("wrong"))
	}
	ids = append(ids, more...)
	if len(ids) > 0 {
		p.attr("aria-describedby", strings.Join(ids, " "))
	}
}
