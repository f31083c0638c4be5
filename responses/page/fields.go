package page

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"waymark/surveys/question"
	"waymark/surveys/words"
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

// chosen tells whether a field carries the value.
func (f *Field) chosen(name, value string) bool { return slices.Contains(f.Values[name], value) }

// looks names how the choices of a control are laid out.
func (f *Field) looks() markup {
	c := &f.Control
	switch {
	case c.Look == question.Faces:
		return "scale faces"
	case c.Look == question.Stars:
		return "scale stars"
	case c.Look == question.Numbers:
		switch len(f.Choices) {
		case 5:
			return "scale numbers n5"
		case 7:
			return "scale numbers n7"
		case 11:
			return "scale numbers n11"
		}
		return "scale numbers"
	case c.Look == question.Chips:
		return "chips"
	case c.Look == question.Pictures:
		return "pictures"
	case c.Scale && len(f.Choices) == 5:
		return "scale steps"
	}
	return "list"
}

func (p *pen) choices(f *Field) {
	p.raw(`<div class="` + f.looks())
	if f.Control.Kind == question.Checks {
		p.raw(" many")
	}
	p.raw(`">`)
	for i := range f.Choices {
		p.choice(f, i)
	}
	if f.Control.Look == question.Numbers || f.Control.Look == question.Stars {
		p.end("low", f.Low, f.LowLang)
		p.end("high", f.High, f.HighLang)
	}
	p.raw("</div>")
}

// end shows an end of a scale in words; the number at that end says them to
// those who do not see it.
func (p *pen) end(side markup, text, lang string) {
	if text != "" {
		p.raw(`<p class="` + side + `" aria-hidden="true">`)
		p.own(text, lang)
		p.raw("</p>")
	}
}

func (p *pen) choice(f *Field, i int) {
	o, c := &f.Choices[i], &f.Control
	own := c.Other && o.Value == "other"
	if own {
		p.raw(`<div class="own">`)
	}
	p.raw(`<label class="c">`)
	p.input(f, f.id(strconv.Itoa(i)), f.ID, o.Value, o.Exclusive)
	switch c.Look {
	case question.Faces:
		p.raw(faces[min(i*4/max(len(f.Choices)-1, 1), 4)])
	case question.Stars:
		p.raw(star)
	case question.Pictures:
		if o.Image != "" {
			p.raw(`<img alt="" loading="lazy" width="320" height="240"`)
			p.attr("src", o.Image)
			p.raw(">")
		}
		p.raw("<i></i>")
	case question.Numbers:
	default:
		p.raw("<i></i>")
	}
	p.raw("<span>")
	switch {
	case c.Look == question.Stars:
		p.raw(`<span aria-hidden="true">`)
		p.text(o.Value)
		p.raw(`</span><span class="unseen">`)
		p.own(o.Text, o.Lang)
		p.raw("</span>")
	case o.Text == "":
		p.text(o.Value)
	default:
		p.own(o.Text, o.Lang)
	}
	if c.Look == question.Numbers || c.Look == question.Stars {
		p.endOf(f, i)
	}
	p.raw("</span></label>")
	if own {
		p.other(f)
	}
}

// endOf says the end of the scale with its first and last number.
func (p *pen) endOf(f *Field, i int) {
	text, lang := "", ""
	switch i {
	case 0:
		text, lang = f.Low, f.LowLang
	case len(f.Choices) - 1:
		text, lang = f.High, f.HighLang
	}
	if text != "" {
		p.raw(`<span class="unseen"> `)
		p.own(text, lang)
		p.raw("</span>")
	}
}

// input is a radio or a check.
func (p *pen) input(f *Field, id, name, value string, exclusive bool) {
	kind := markup("radio")
	if f.Control.Kind == question.Checks || f.Control.Kind == question.Agree || f.Control.Many {
		kind = "checkbox"
	}
	p.raw(`<input type="` + kind + `"`)
	p.attr("id", id)
	p.attr("name", name)
	p.attr("value", value)
	p.flag("checked", f.chosen(name, value))
	p.flag("data-exclusive", exclusive)
	p.flag(`aria-invalid="true"`, kind == "checkbox" && f.Wrong != "")
	p.raw(">")
}

// other is the own text beside the options.
func (p *pen) other(f *Field) {
	p.raw(`<div class="words"><label`)
	p.attr("for", f.id("other"))
	p.raw(">")
	p.word("other_text")
	p.raw(`</label><input class="box" type="text" dir="auto" autocomplete="off" placeholder=" "`)
	p.attr("id", f.id("other"))
	p.attr("name", f.ID+".other")
	p.attr("value", f.Values.Get(f.ID+".other"))
	p.flag(`aria-invalid="true"`, f.Wrong != "" && f.chosen(f.ID, "other"))
	p.raw("></div></div>")
}

// grid has a row of choices for each part of the question: side by side where
// there is room, else one below the other.
func (p *pen) grid(f *Field) {
	p.raw(`<div class="grid`)
	if len(f.Choices) > 6 {
		p.raw(" tall")
	}
	if f.Control.Many {
		p.raw(" many")
	}
	p.raw(`"><div class="heads" aria-hidden="true"><span></span>`)
	for i := range f.Choices {
		p.raw("<span>")
		p.own(f.Choices[i].Text, f.Choices[i].Lang)
		p.raw("</span>")
	}
	p.raw("</div>")
	for i := range f.Rows {
		r, id := &f.Rows[i], f.id(strconv.Itoa(i))
		p.raw(`<div class="row" role="`)
		if f.Control.Many {
			p.raw("group")
		} else {
			p.raw("radiogroup")
		}
		p.raw(`"`)
		p.attr("aria-labelledby", id)
		name := f.ID + "." + r.ID
		if !f.Control.Many {
			p.flag(`aria-required="true"`, f.Required)
			chosen := slices.ContainsFunc(f.Choices, func(o Choice) bool { return f.chosen(name, o.Value) })
			p.flag(`aria-invalid="true"`, f.Wrong != "" && !chosen)
		}
		p.raw("><p")
		p.attr("id", id)
		p.raw(">")
		p.own(r.Text, r.Lang)
		p.raw("</p>")
		for j := range f.Choices {
			o := &f.Choices[j]
			p.raw(`<label class="c">`)
			p.input(f, id+"-"+strconv.Itoa(j), name, o.Value, o.Exclusive)
			p.raw("<i></i><span>")
			p.own(o.Text, o.Lang)
			p.raw("</span></label>")
		}
		p.raw("</div>")
	}
	p.raw("</div>")
}

// places gives each row its place in a list; the script adds buttons that move it.
func (p *pen) places(f *Field) {
	p.raw(`<ol class="places">`)
	for i := range f.Rows {
		r := &f.Rows[i]
		name := f.ID + "." + r.ID
		title := plain(r.Text)
		p.raw("<li")
		p.attr("data-up", p.words.Say("rank_up", "option", title))
		p.attr("data-down", p.words.Say("rank_down", "option", title))
		p.raw(`><select class="box"`)
		p.attr("id", f.id(strconv.Itoa(i)))
		p.attr("name", name)
		p.attr("aria-label", p.words.Say("rank_place", "option", title))
		p.flag(`aria-invalid="true"`, f.Wrong != "")
		p.raw(`><option value="">–</option>`)
		for n := range f.Rows {
			place := strconv.Itoa(n + 1)
			p.raw("<option")
			p.attr("value", place)
			p.flag("selected", f.chosen(name, place))
			p.raw(">")
			p.text(place)
			p.raw("</option>")
		}
		p.raw(`</select><span class="name">`)
		p.own(r.Text, r.Lang)
		p.raw("</span></li>")
	}
	p.raw("</ol>")
}

func (p *pen) agree(f *Field) {
	if f.Agree != "" {
		p.raw(`<div class="terms"`)
		p.attr("id", f.id("terms"))
		p.raw(">")
		p.own(f.Agree, f.AgreeLang)
		p.raw("</div>")
	}
	p.raw(`<div class="list many"><label class="c"><input type="checkbox" value="true"`)
	p.attr("id", f.id("i"))
	p.attr("name", f.ID)
	p.flag("checked", f.chosen(f.ID, "true"))
	p.flag("required", f.Required)
	p.flag(`aria-invalid="true"`, f.Wrong != "")
	if f.Agree != "" {
		p.attr("aria-describedby", f.id("terms"))
	}
	p.raw("><i></i><span>")
	p.word("agree")
	p.raw("</span></label></div>")
}

// line is an input of one line. Numbers are written as text, so that what is no
// number reaches the server, which says so, instead of being thrown away.
func (p *pen) line(f *Field) {
	c := &f.Control
	p.raw(`<div class="line"><input`)
	switch c.Input {
	case "date":
		p.raw(` class="box date" type="date"`)
		p.bound("min", c.Min)
		p.bound("max", c.Max)
	case "number":
		p.raw(` class="box number" type="text" autocomplete="off"`)
		if c.Mode == "" {
			p.raw(` inputmode="decimal"`)
		}
	case "email":
		p.raw(` class="box" type="email" dir="ltr" autocomplete="email"`)
	case "tel":
		p.raw(` class="box" type="tel" dir="ltr" autocomplete="tel"`)
	case "url":
		p.raw(` class="box" type="url" dir="ltr" autocomplete="url"`)
	default:
		p.raw(` class="box" type="text" dir="auto" autocomplete="off"`)
	}
	p.bound("inputmode", c.Mode)
	p.answerable(f)
	p.attr("value", f.Values.Get(f.ID))
	p.raw(">")
	if c.Unit != "" {
		p.raw(`<span class="unit"`)
		p.attr("id", f.id("unit"))
		p.raw(">")
		p.own(c.Unit, "")
		p.raw("</span>")
	}
	p.raw("</div>")
	if c.Input == "text" || c.Input == "" {
		p.left(f)
	}
}

func (p *pen) bound(name markup, value string) {
	if value != "" {
		p.attr(name, value)
	}
}

// answerable is what the one input of a question has.
func (p *pen) answerable(f *Field) {
	p.attr("id", f.id("i"))
	p.attr("name", f.ID)
	p.flag("required", f.Required)
	p.flag("disabled", f.Hidden)
	p.flag(`aria-invalid="true"`, f.Wrong != "")
	var more []string
	if f.Control.Unit != "" {
		more = append(more, f.id("unit"))
	}
	p.described(f, more...)
}

func (p *pen) area(f *Field) {
	p.raw(`<textarea class="box" rows="5" dir="auto"`)
	p.answerable(f)
	p.raw(">\n") // a parser drops the first line break
	p.text(f.Values.Get(f.ID))
	p.raw("</textarea>")
	p.left(f)
}

// left says how many characters are left where a bound is near enough to matter.
func (p *pen) left(f *Field) {
	most := f.Control.MaxLength
	if most == 0 {
		return
	}
	n := max(most-utf8.RuneCountInString(f.Values.Get(f.ID)), 0)
	p.raw(`<p class="left"`)
	p.attr("data-most", strconv.Itoa(most))
	p.attr("data-forms", p.words.Forms("chars_left"))
	p.raw(">")
	p.word("chars_left", "n", n)
	p.raw("</p>")
}

func (p *pen) upload(f *Field) {
	c := &f.Control
	if name := f.kept(); name != "" {
		p.raw(`<p class="kept">`)
		p.word("file_kept", "name", "\u2068"+plain(name)+"\u2069")
		p.raw(`</p><div class="list many"><label class="c"><input type="checkbox" value="1"`)
		p.attr("name", f.ID+".remove")
		p.flag("disabled", f.Hidden)
		p.raw("><i></i><span>")
		p.word("file_remove")
		p.raw("</span></label></div>")
	}
	p.raw(`<input class="box" type="file"`)
	if c.MaxBytes > 0 {
		p.attr("data-most", strconv.Itoa(c.MaxBytes))
		p.attr("data-large", p.words.Say("err_file_size", "size", words.Bytes(c.MaxBytes)))
	}
	if len(c.Accept) > 0 {
		p.attr("accept", strings.Join(c.Accept, ","))
	}
	p.answerable(f)
	p.raw(">")
}

// kept is the name of the file that was handed in before.
func (f *Field) kept() string {
	if name := f.Values.Get(f.ID + ".name"); name != "" {
		return path.Base(name)
	}
	return ""
}
