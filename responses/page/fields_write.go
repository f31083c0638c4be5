package page

import (
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"waymark/surveys/words"
)

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
