package render

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"waymark/mapping"
)

// Measures of a drawing in pixels.
const (
	gutter     = 132 // scales and names of lanes, at the left
	margin     = 24
	minColumn  = 128
	laneSat    = 132
	laneEmo    = 132
	lineHeight = 16
	pad        = 10
)

// drawing writes one SVG.
type drawing struct {
	strings.Builder
	v      *View
	width  float64
	column float64
	perRow int
}

// SVG draws the map as a file of its own.
func SVG(v *View, o Options) string { return svg(v, o, true) }

// svg draws the map; alone says that it carries its own style and ground.
func svg(v *View, o Options, alone bool) string {
	if o.Width == 0 {
		o.Width = DefaultWidth
	}
	d := &drawing{v: v, width: float64(o.Width)}
	room := d.width - gutter - margin
	d.perRow = max(1, int(room/minColumn))
	if rows := (len(v.Stages) + d.perRow - 1) / d.perRow; rows > 1 {
		d.perRow = (len(v.Stages) + rows - 1) / rows // rows of equal length
	} else {
		d.perRow = max(1, len(v.Stages))
	}
	d.column = room / float64(d.perRow)
	y := 4.0
	if alone {
		y = d.head()
	}
	for i := 0; i < len(v.Stages); i += d.perRow {
		y = d.row(i, min(i+d.perRow, len(v.Stages)), y)
	}
	y = d.foot(y)
	body := d.String()
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="wm" role="img" aria-labelledby="wm-title wm-desc" lang="%s" width="%d" height="%s" viewBox="0 0 %d %s">`,
		v.Lang, o.Width, px(y), o.Width, px(y))
	fmt.Fprintf(&out, "<title id=\"wm-title\">%s</title><desc id=\"wm-desc\">%s</desc>", esc(v.Title), esc(v.summary()))
	if alone {
		fmt.Fprintf(&out, "<style>%s</style><rect class=\"g\" width=\"100%%\" height=\"100%%\"/>\n", html.EscapeString(css(o.Theme)))
	}
	out.WriteString(body)
	out.WriteString("</svg>\n")
	return out.String()
}

// summary says the map in sentences.
func (v *View) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s %s.", v.Window, v.Words.AsOf, v.AsOf)
	for _, s := range v.Stages {
		fmt.Fprintf(&b, " %s: %s %s, %s %s", s.Name, s.Satisfaction.Metric.Name, s.Satisfaction.Text, v.Words.Emotion, s.Emotion.Text)
		if s.Emotion.Word != "" {
			b.WriteString(" (" + s.Emotion.Word + ")")
		}
		b.WriteByte('.')
	}
	return b.String()
}

func esc(s string) string { return html.EscapeString(s) }

// px writes a coordinate with at most two decimals, the same on every platform.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

func (d *drawing) text(x, y float64, class, s string) {
	if s != "" {
		fmt.Fprintf(d, `<text x="%s" y="%s" class="%s">%s</text>`, px(x), px(y), class, esc(s))
	}
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(d, `<path class="%s" d="M%s %sL%s %s"/>`, class, px(x1), px(y1), px(x2), px(y2))
}

// lines writes lines of text and gives the y below them.
func (d *drawing) lines(x, y, step float64, class string, lines []string) float64 {
	for _, l := range lines {
		d.text(x, y, class, l)
		y += step
	}
	return y
}

func (d *drawing) head() float64 {
	y := 36.0
	d.WriteString(`<g data-part="head">`)
	y = d.lines(margin, y, 26, "h", wrap(d.v.Title, 20, d.width-2*margin, true)) - 4
	sub := d.v.Window + " · " + d.v.Words.AsOf + " " + d.v.AsOf
	if d.v.Filter != "" {
		sub = d.v.Filter + " · " + sub
	}
	if d.v.Subject != "" {
		sub = d.v.Subject + " · " + sub
	}
	y = d.lines(margin, y, 18, "t", wrap(sub, 12, d.width-2*margin, false))
	d.WriteString("</g>\n")
	return y + 8
}

// x gives the middle of a column.
func (d *drawing) x(i int) float64 { return gutter + d.column*(float64(i%d.perRow)+0.5) }

// row draws the stages [from, to) beneath y and gives the y below them.
func (d *drawing) row(from, to int, y float64) float64 {
	stages := d.v.Stages[from:to]
	inner := d.column - 12
	top := y + 18
	names, deepest := make([][]string, len(stages)), 1
	for i, s := range stages {
		names[i] = wrap(s.Name, 14, inner, true)
		deepest = max(deepest, len(names[i]))
	}
	sat := top + float64(deepest)*18 + 26    // top of the satisfaction scale
	emo := sat + laneSat + 18 + 14 + 14 + 44 // top of the emotion scale
	words := emo + laneEmo + 58              // freshness
	d.scales(sat, emo)
	d.curve(from, to, emo)
	bottom := words
	for i := range stages {
		s := &stages[i]
		x := d.x(from + i)
		fmt.Fprintf(d, `<g data-stage="%s" data-state="%s" data-n="%s" data-part="stage-%s">`, esc(s.ID), s.State, s.N, esc(s.ID))
		d.lines(x, top, 18, "s m", names[i])
		d.bar(s, x, sat)
		d.point(s, x, emo)
		class := "m"
		if s.Stale {
			class = "t m"
		}
		yy := d.lines(x, words, lineHeight, class, wrap(s.Freshness, 12, inner, false))
		if s.Responses != "" {
			yy = d.lines(x, yy, lineHeight, "t m", wrap(s.Responses, 12, inner, false))
		}
		yy = d.lines(x, yy, lineHeight, "t m", wrap(s.Break, 12, inner, false))
		if s.EmotionBreak != s.Break {
			yy = d.lines(x, yy, lineHeight, "t m", wrap(s.EmotionBreak, 12, inner, false))
		}
		d.WriteString("</g>\n")
		bottom = max(bottom, yy)
	}
	y = d.touchpoints(from, to, bottom+4)
	for _, l := range d.v.Lanes {
		y = d.lane(l, from, to, y)
	}
	return y + 12
}

// scales draws what is shared by a row: the two scales, once, at the left.
func (d *drawing) scales(sat, emo float64) {
	d.WriteString(`<g data-part="scales">`)
	right := d.width - margin
	m := d.v.Metrics[0]
	for i, at := range []float64{1, 0.5, 0} {
		y := sat + laneSat*(1-at)
		d.line(gutter, y, right, y, "hair")
		if len(d.v.Metrics) == 1 {
			d.text(gutter-8, y+4, "t e", d.v.Words.value(m, m.Low+(m.High-m.Low)*at))
		}
		ey := emo + laneEmo*(1-at)
		d.line(gutter, ey, right, ey, "hair")
		f := []int{4, 2, 0}[i]
		d.face(gutter-18, ey, f-2)
		d.text(gutter-32, ey+4, "t e", d.v.Words.value(metricOf("emotion", d.v.Words), []float64{2, 0, -2}[i]))
	}
	for _, s := range []struct {
		y    float64
		name string
	}{{sat, m.Name}, {emo, d.v.Words.Emotion}} {
		name := s.name
		if s.y == sat && len(d.v.Metrics) > 1 {
			continue // each bar names its own unit
		}
		d.lines(margin, s.y-24, 14, "t", wrap(name, 12, gutter-margin, false))
	}
	d.WriteString("</g>\n")
}

// bar draws a stage's satisfaction.
func (d *drawing) bar(s *Stage, x, top float64) {
	sc := s.Satisfaction
	y := func(at float64) float64 { return top + laneSat*(1-at) }
	half := min(22, d.column*0.17)
	base := top + laneSat
	if sc.Believed != nil {
		d.line(x-half-10, y(*sc.Believed), x+half+10, y(*sc.Believed), "b")
	}
	if sc.Shown() {
		zero := sc.Metric.at(0)
		if sc.Metric.Low > 0 {
			zero = 0
		}
		a, b := y(max(sc.At, zero)), y(min(sc.At, zero))
		class := "bar"
		if sc.Hollow() {
			class = "hollow"
		}
		fmt.Fprintf(d, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="2"/>`, class, px(x-half), px(a), px(2*half), px(max(b-a, 1)))
		high := y(sc.At)
		if sc.HasInterval {
			d.whisker(x, y(sc.Low), y(sc.High))
			high = min(high, y(sc.High))
		}
		d.text(x, high-8, "v m halo", sc.Text)
	} else {
		d.text(x, base-8, "t m", sc.Text)
	}
	yy := base + 18
	d.text(x, yy, "t m", sc.Count)
	if len(d.v.Metrics) > 1 && sc.State != mapping.Empty {
		d.text(x, yy+14, "t m", sc.Metric.Name)
	}
	if s.Break != "" {
		d.slashes(x-half-16, base-10)
	}
}

func (d *drawing) whisker(x, low, high float64) {
	fmt.Fprintf(d, `<path class="w" d="M%[1]s %[4]sH%[3]sM%[2]s %[4]sV%[5]sM%[1]s %[5]sH%[3]s"/>`, px(x-5), px(x), px(x+5), px(low), px(high))
}

// slashes mark a break at a place.
func (d *drawing) slashes(x, y float64) {
	d.line(x-6, y+7, x-1, y-7, "w")
	d.line(x, y+7, x+5, y-7, "w")
}

// curve draws the line of the emotions and of what was believed; it ends
// where a stage shows nothing and stops short of a break.
func (d *drawing) curve(from, to int, top float64) {
	d.WriteString(`<g data-part="curve">`)
	y := func(at float64) float64 { return top + laneEmo*(1-at) }
	for i := from; i+1 < to; i++ {
		a, b := &d.v.Stages[i], &d.v.Stages[i+1]
		x1, x2 := d.x(i), d.x(i+1)
		if a.Emotion.Believed != nil && b.Emotion.Believed != nil {
			d.line(x1, y(*a.Emotion.Believed), x2, y(*b.Emotion.Believed), "b")
		}
		if !a.Emotion.Shown() || !b.Emotion.Shown() {
			continue
		}
		y1, y2 := y(a.Emotion.At), y(b.Emotion.At)
		if b.EmotionBreak == "" {
			d.line(x1, y1, x2, y2, "curve")
			continue
		}
		mid := func(f float64) (float64, float64) { return x1 + (x2-x1)*f, y1 + (y2-y1)*f }
		ax, ay := mid(0.43)
		bx, by := mid(0.57)
		d.line(x1, y1, ax, ay, "curve")
		d.line(bx, by, x2, y2, "curve")
		cx, cy := mid(0.5)
		d.slashes(cx, cy)
	}
	d.WriteString("</g>\n")
}

// point draws a stage's emotion: point, whisker, face and words.
func (d *drawing) point(s *Stage, x, top float64) {
	sc := s.Emotion
	y := func(at float64) float64 { return top + laneEmo*(1-at) }
	if !sc.Shown() {
		d.text(x, y(0.5)-6, "t m halo", sc.Text)
		return
	}
	at, high, low := y(sc.At), y(sc.At), y(sc.At)
	if sc.HasInterval {
		high, low = y(sc.High), y(sc.Low)
		d.whisker(x, low, high)
	}
	class := "d"
	if sc.Hollow() {
		class = "o d"
	}
	fmt.Fprintf(d, `<circle class="%s" cx="%s" cy="%s" r="4.5"/>`, class, px(x), px(at))
	d.face(x, min(high, at-5)-15, sc.Face)
	below := max(low, at+5)
	d.text(x, below+17, "v m halo", sc.Text)
	d.text(x, below+32, "t m halo", sc.Count)
}

// face draws one of five faces; its mouth tells them apart without colour.
func (d *drawing) face(x, y float64, face int) {
	bend := []float64{-5, -2.5, 0, 3, 5.5}[face+2]
	mouth := 3.5 - bend*0.35
	fmt.Fprintf(d, `<g class="f f%d"><circle class="g" cx="%s" cy="%s" r="9"/><circle cx="%s" cy="%s" r="9" fill="none"/><path d="M%s %sv1.5M%s %sv1.5M%s %sq4 %s 8 0"/></g>`, face+2,
		px(x), px(y), px(x), px(y), px(x-3), px(y-3.5), px(x+3), px(y-3.5), px(x-4), px(y+mouth), px(bend))
}
