package page

import (
	"slices"
	"strconv"

	"waymark/surveys/question"
)

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
