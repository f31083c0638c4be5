package render

import (
	"fmt"
	"html"
	"strings"
)

// Measures of a picture in pixels.
const (
	gutter     = 116 // scales and names of lanes, at the left
	margin     = 24
	minColumn  = 116
	lineHeight = 16
	pad        = 10
)

// picture writes the map as one SVG.
type picture struct {
	pen
	v      *View
	width  float64
	column float64
	perRow int
}

// SVG draws the map as a file of its own.
func SVG(v *View, o Options) string {
	if o.Width == 0 {
		o.Width = DefaultWidth
	}
	d := &picture{v: v, width: float64(o.Width)}
	room := d.width - gutter - 2*margin
	d.perRow = balanced(len(v.Stages), int(room/minColumn))
	d.column = min(room/float64(d.perRow), widest)
	y := d.head()
	for i := 0; i < len(v.Stages); i += d.perRow {
		y = d.row(i, min(i+d.perRow, len(v.Stages)), y)
	}
	y = d.foot(y)
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="wm" role="img" aria-labelledby="wm-title wm-desc" lang="%s" width="%d" height="%s" viewBox="0 0 %d %s">`,
		v.Lang, o.Width, px(y), o.Width, px(y))
	fmt.Fprintf(&out, "<title id=\"wm-title\">%s</title><desc id=\"wm-desc\">%s</desc>", esc(v.Title), esc(v.summary()))
	fmt.Fprintf(&out, "<style>%s</style><rect class=\"g\" width=\"100%%\" height=\"100%%\"/>\n", html.EscapeString(css(o.Theme)))
	out.WriteString(d.String())
	out.WriteString("</svg>\n")
	return out.String()
}

// widest is the most that a column takes, so that few stages stay together.
const widest = 280

// balanced gives how many of n stages stand in a row where at most so many
// fit: rows of equal length.
func balanced(n, fit int) int {
	n, fit = max(n, 1), max(fit, 1)
	rows := (n + fit - 1) / fit
	return (n + rows - 1) / rows
}

// summary says the map in sentences.
func (v *View) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s %s.", v.Window, v.Words.AsOf, v.AsOf)
	for i := range v.Stages {
		fmt.Fprintf(&b, " %s: %s.", v.Stages[i].Name, v.say(&v.Stages[i]))
	}
	return b.String()
}

func (d *picture) head() float64 {
	y := 36.0
	y = d.lines(margin, y, 26, "h", wrap(d.v.Title, 20, d.width-2*margin, true)) - 4
	sub := d.v.Window + " · " + d.v.Words.AsOf + " " + d.v.AsOf
	if d.v.Filter != "" {
		sub = d.v.Filter + " · " + sub
	}
	if d.v.Subject != "" {
		sub = d.v.Subject + " · " + sub
	}
	y = d.lines(margin, y, 18, "t", wrap(sub, 12, d.width-2*margin, false))
	class := "t"
	if d.v.moved() {
		d.text(margin, y, "t", d.v.Words.Changed)
		y, class = y+18, "k"
	}
	for _, c := range d.v.Changes {
		y = d.lines(margin, y, 18, class, wrap(c, 12, d.width-2*margin, true))
	}
	return y + 14
}

// x gives the middle of a column.
func (d *picture) x(i int) float64 {
	return margin + gutter + d.column*(float64(i%d.perRow)+0.5)
}

// row draws the stages [from, to) beneath y and gives the y below them.
func (d *picture) row(from, to int, y float64) float64 {
	stages := d.v.Stages[from:to]
	inner := d.column - 12
	top := y + 18
	names, deepest := make([][]string, len(stages)), 1
	for i, s := range stages {
		names[i] = wrap(s.Name, 14, inner, true)
		deepest = max(deepest, len(names[i]))
	}
	chart := top + float64(deepest)*18 + 2
	height := d.v.chartHeight()
	fmt.Fprintf(d, `<svg x="%d" y="%s" width="%d" height="%s" overflow="visible">%s</svg>`+"\n", margin, px(chart), gutter, px(height), d.v.axis())
	words := chart + height + 14
	bottom := words
	for i := range stages {
		s := &stages[i]
		x := d.x(from + i)
		d.WriteString(d.v.open(s))
		d.lines(x, top+float64(deepest-len(names[i]))*18, 18, "s m", names[i])
		fmt.Fprintf(d, `<svg x="%s" y="%s" width="%s" height="%s" overflow="visible">%s</svg>`, px(x-d.column/2), px(chart), px(d.column), px(height), d.v.column(from+i))
		yy := words
		for j, n := range s.notes() {
			class := "t m"
			if j == 0 && !s.Stale {
				class = "m"
			}
			yy = d.lines(x, yy, lineHeight, class, wrap(n, 12, inner, false))
		}
		d.WriteString("</g>\n")
		bottom = max(bottom, yy)
	}
	y = bottom
	for _, l := range d.v.lanes() {
		y = d.lane(l, from, to, y)
	}
	return y + 12
}

// open begins the group of a stage, which carries its state and number.
func (v *View) open(s *Stage) string {
	return fmt.Sprintf(`<g data-stage="%s" data-state="%s" data-n="%s">`, esc(s.ID), s.State, s.N)
}
