package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"strconv"
	"strings"

	"waymark/surveys/question"
	"waymark/surveys/words"
)

//go:generate go run -C ../../.ci/assets . ../../responses/page/assets

//go:embed assets/page.min.css
var pageCSS string

// Script is what /s/assets/page.js answers.
//
//go:embed assets/page.min.js
var Script []byte

// style is what every page has; a brand's colours stand in a style of their own.
var (
	style       = themes("color-scheme:light;"+light.css+light.accents(hex(lightAccent)), "color-scheme:dark;"+dark.css+dark.accents(hex(darkAccent))) + pageCSS
	styleSource = source(style)
)

// source names a style to a Content-Security-Policy.
func source(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Seconds after which a kiosk starts again: behind the end of a survey, and
// where nobody touched a page that was begun.
const (
	kioskEnd  = 15
	kioskIdle = 90
)

// frame is what every document has around its main part.
type frame struct {
	lang, theme, title string
	words              *words.Words
	brand              Brand
	embed              bool
	class              markup // of the body
	kiosk              int    // seconds; 0: no kiosk
	home               string // where a kiosk begins
	resume             string
	languages          []Language
}

// open writes everything before the main part, and gives the source list that a
// policy needs to allow the style.
func (p *pen) open(f frame) (sources string) {
	sources = styleSource
	p.raw("<!DOCTYPE html>\n<html")
	p.attr("lang", f.lang)
	p.raw(` dir="`)
	p.raw(direction(p.rtl))
	p.raw(`"`)
	switch f.theme {
	case "light":
		p.raw(` data-theme="light"`)
	case "dark":
		p.raw(` data-theme="dark"`)
	}
	p.raw(`><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>`)
	p.text(plain(f.title))
	p.raw("</title><style>")
	p.raw(markup(style))
	p.raw("</style>")
	if own := f.brand.painted(); own.css != "" {
		p.raw("<style>")
		p.raw(markup(own.css))
		p.raw("</style>")
		sources += " " + own.source
	}
	p.raw(`<script src="/s/assets/page.js" defer></script></head>` + "\n" + `<body class="`)
	p.raw(f.class)
	if f.embed {
		p.raw(" embed")
	}
	p.raw(`"`)
	if f.kiosk > 0 {
		p.attr("data-kiosk", strconv.Itoa(f.kiosk))
		p.attr("data-home", f.home)
		p.attr("data-soon", p.words.Forms("kiosk_soon"))
	}
	if f.resume != "" {
		p.attr("data-resume", f.resume)
	}
	p.raw(">\n")
	p.top(f)
	return sources
}

func direction(rtl bool) markup {
	if rtl {
		return "rtl"
	}
	return "ltr"
}

// top writes who asks, and the chooser of languages.
func (p *pen) top(f frame) {
	named := f.brand.LogoURL != "" || f.brand.Name != ""
	if !named && len(f.languages) < 2 {
		return
	}
	p.raw(`<header class="top">`)
	switch {
	case f.brand.LogoURL != "":
		p.raw(`<img class="logo" height="40"`)
		p.attr("src", f.brand.LogoURL)
		p.attr("alt", f.brand.Name)
		p.raw(">")
	default:
		p.raw(`<p class="who">`)
		p.own(f.brand.Name, "")
		p.raw("</p>")
	}
	if len(f.languages) > 1 {
		p.chooser(f.languages)
	}
	p.raw("</header>\n")
}

func (p *pen) chooser(list []Language) {
	p.raw("<nav")
	p.attr("aria-label", p.words.Say("language"))
	p.raw(`><details class="lang"><summary>` + globe)
	for _, l := range list {
		if l.Current {
			p.raw(`<span class="unseen">`)
			p.word("language")
			p.raw(": </span>")
			p.text(l.Name)
		}
	}
	p.raw("</summary><ul>")
	for _, l := range list {
		p.raw("<li><a")
		p.attr("href", l.Href)
		p.attr("lang", l.Tag)
		p.attr("hreflang", l.Tag)
		p.raw(` dir="`)
		p.raw(direction(words.RTL(l.Tag)))
		p.raw(`"`)
		p.flag(`aria-current="true"`, l.Current)
		p.raw(">")
		p.text(l.Name)
		p.raw("</a></li>")
	}
	p.raw("</ul></details></nav>")
}

// HTML writes the page, and the source list that a policy needs to allow its
// style. It asks for nothing but its script, pictures and logo.
func (v *View) HTML() (body []byte, sources string, err error) {
	p := newPen(len(style)+4096+1024*len(v.Fields), v.Words, v.Lang)
	f := frame{lang: v.Lang, theme: v.Theme, title: v.Title, words: v.Words, brand: v.Brand, embed: v.Embed, class: "steps", resume: v.Resume, languages: v.Languages}
	if v.Layout == "page" || len(v.Fields) > 1 {
		f.class = "sheet"
	}
	if v.Kiosk {
		f.kiosk, f.home, f.resume = kioskIdle, v.Action, ""
	}
	if v.Wrong > 0 {
		f.title = v.Words.Say("err_title", "n", v.Wrong) + " – " + v.Title
	}
	sources = p.open(f)
	p.raw(`<main><div class="title"><h1>`)
	p.own(v.Title, v.TitleLang)
	p.raw("</h1>")
	v.progress(p)
	p.raw("</div>\n")
	v.notice(p)
	v.alert(p)
	v.form(p)
	p.raw("</main></body></html>\n")
	return p.b, sources, nil
}

func (v *View) progress(p *pen) {
	if v.Steps < 2 {
		return
	}
	p.raw(`<p class="step">`)
	p.word("step", "n", v.Step, "total", v.Steps)
	p.raw("</p><progress")
	p.attr("aria-label", p.words.Say("progress"))
	p.attr("value", strconv.Itoa(v.Step))
	p.attr("max", strconv.Itoa(v.Steps))
	p.raw("></progress>")
}

func (v *View) notice(p *pen) {
	text := v.Notice
	if text == "" && v.Preview {
		text = p.words.Say("preview")
	}
	if text == "" {
		return
	}
	p.raw(`<p class="notice" role="status">`)
	p.text(text)
	p.raw("</p>\n")
}

// alert says what is wrong, with a way to each field.
func (v *View) alert(p *pen) {
	if v.Wrong == 0 {
		return
	}
	p.raw(`<div class="alert" role="alert" tabindex="-1"><h2>`)
	p.word("err_title", "n", v.Wrong)
	p.raw("</h2><ul>")
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.Wrong == "" {
			continue
		}
		p.raw("<li><a")
		p.attr("href", "#"+f.first())
		p.raw(">")
		if len(v.Fields) > 1 && f.Title != "" {
			p.own(f.Title, f.TitleLang)
			p.raw(" ")
		}
		p.raw(`<bdi>`)
		p.text(f.Wrong)
		p.raw("</bdi></a></li>")
	}
	p.raw("</ul></div>\n")
}

func (v *View) form(p *pen) {
	p.raw(`<form method="post" novalidate`)
	p.attr("action", v.Action)
	for i := range v.Fields {
		if v.Fields[i].Control.Kind == question.Upload {
			p.raw(` enctype="multipart/form-data"`)
			break
		}
	}
	if v.Flow != nil {
		p.attr("data-flow", string(v.Flow))
	}
	p.attr("data-clear", p.words.Say("clear"))
	p.flag("data-sign", v.OneClick)
	p.flag("data-autosave", v.Layout == "page" && !v.Kiosk)
	p.raw(">")
	p.hidden(FieldTicket, v.Ticket)
	p.raw("\n" + `<div class="ask">`)
	for i := range v.Fields {
		p.field(&v.Fields[i])
	}
	p.raw("</div>\n")
	// People never see the decoy, nor do screen readers; programs fill it.
	p.raw(`<div class="unseen" aria-hidden="true"><label>`)
	p.word("decoy")
	p.raw(`<input type="text" name="` + fieldDecoy + `" tabindex="-1" autocomplete="off"></label></div>` + "\n")
	p.raw(`<div class="go">`)
	p.status(v.OneClick)
	if v.Last {
		p.raw(`<button class="on">`)
		p.word("send")
	} else {
		p.raw(`<button class="on">`)
		p.word("next")
		p.raw(onward)
	}
	p.raw("</button>")
	if v.Back {
		p.raw(`<button class="off" name="` + fieldBack + `" value="1" formnovalidate>` + backward)
		p.word("back")
		p.raw("</button>")
	}
	p.raw("</div></form>")
}

// status is where the script says what happened, in words that it finds there.
func (p *pen) status(noted bool) {
	p.raw(`<p class="say" role="status"`)
	p.attr("data-offline", p.words.Say("offline"))
	p.attr("data-saved", p.words.Say("saved"))
	if noted {
		p.attr("data-noted", p.words.Say("noted"))
	}
	p.raw("></p>")
}

func (p *pen) hidden(name markup, value string) {
	p.raw(`<input type="hidden" name="`)
	p.raw(name)
	p.raw(`"`)
	p.attr("value", value)
	p.raw(">")
}

// HTML writes the page as View.HTML does.
func (e *End) HTML() (body []byte, sources string, err error) {
	p := newPen(len(style)+2048, e.Words, e.Lang)
	title := p.words.Say(string(e.Kind), "n", 1)
	f := frame{lang: e.Lang, theme: e.Theme, title: title, words: e.Words, brand: e.Brand, embed: e.Embed, class: "end", resume: e.Resume}
	if e.Kiosk {
		f.kiosk, f.home, f.resume = kioskEnd, e.Action, ""
	}
	sources = p.open(f)
	p.raw("<main>")
	if e.Preview {
		p.raw(`<p class="notice">`)
		p.word("preview")
		p.raw("</p>")
	}
	if e.Kind == EndThanks || e.Kind == EndUsed || e.Kind == EndScreened {
		p.raw(tick)
	}
	p.raw("<h1>")
	p.word(string(e.Kind), "n", 1)
	p.raw("</h1><p>")
	if e.Text != "" {
		p.own(e.Text, e.TextLang)
	} else {
		p.word(string(e.Kind) + "_text")
	}
	p.raw("</p>")
	e.ways(p)
	p.raw("</main></body></html>\n")
	return p.b, sources, nil
}

// ways lead on from an end. A kiosk leads nowhere but to its start: whoever
// comes next must find the survey.
func (e *End) ways(p *pen) {
	if e.Kiosk {
		p.raw(`<p class="ways"><a class="on"`)
		p.attr("href", e.Action)
		p.raw(">")
		p.word("kiosk_again")
		p.raw(`</a></p>`)
		p.status(false)
		return
	}
	if strings.HasPrefix(e.Link.URL, "https://") || strings.HasPrefix(e.Link.URL, "http://") { // attack 26: publishing asks for these
		p.raw(`<p class="ways"><a class="on" rel="noopener"`)
		p.attr("href", e.Link.URL)
		p.raw(">")
		if e.Link.Text == "" {
			p.word("follow")
		} else {
			p.own(e.Link.Text, "")
		}
		p.raw("</a></p>")
	}
	if e.Change != "" {
		p.raw(`<p class="again">`)
		p.word("thanks_again")
		p.raw(` <a`)
		p.attr("href", e.Change)
		p.raw(">")
		p.word("change")
		p.raw("</a></p>")
	}
}
