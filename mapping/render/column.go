package render

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"waymark/mapping"
)

// A stage's scores are drawn in a column of any width: what spans it is
// placed in percent, what belongs to its middle hangs there in pixels. So the
// same drawing stands in a picture, whose width is fixed, and in a page, whose
// columns follow the screen. Numbers stand in rows above and below a plot, where
// they can be compared and no mark ever runs into them.
const (
	numberY = 18.0 // the value
	rangeY  = 34.0 // its interval
	plotY   = 50.0
	plot    = 116.0
	countY  = plotY + plot + 19 // n
	moveY   = countY + 17       // what changed, where anything did
)

// lane is a scale that stages share.
type lane struct {
	metric  Metric
	emotion bool
}

// scales lists the lanes of scores: one for each metric of satisfaction, since
// different scales are never compared, and the emotion.
func (v *View) scales() (ls []lane) {
	for _, m := range v.Metrics {
		ls = append(ls, lane{metric: m})
	}
	return append(ls, lane{metricOf("emotion", v.Words), true})
}

// laneHeight is the height of a lane with the space above the next one.
func (v *View) laneHeight() float64 {
	if v.moved() {
		return moveY + 26
	}
	return countY + 26
}

// chartHeight is the height of a column.
func (v *View) chartHeight() float64 {
	return v.laneHeight()*float64(len(v.scales())) - 18
}

// has reports whether a stage's score stands in the lane. What has no data is
// said once, in the first lane.
func (l lane) has(v *View, s *Stage) bool {
	switch {
	case l.emotion:
		return true
	case s.Satisfaction.State == mapping.Empty && s.Satisfaction.Believed == nil:
		return l.metric.ID == v.Metrics[0].ID
	}
	return s.Satisfaction.Metric.ID == l.metric.ID
}

// pen writes SVG.
type pen struct{ strings.Builder }

func esc(s string) string { return html.EscapeString(s) }

// px writes a coordinate with at most two decimals, the same on every platform.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// text writes a text whose x is 0 unless the class moves it.
func (p *pen) text(x, y float64, class, s string) {
	if s == "" {
		return
	}
	if x != 0 {
		fmt.Fprintf(p, `<text x="%s" y="%s" class="%s">%s</text>`, px(x), px(y), class, esc(s))
		return
	}
	fmt.Fprintf(p, `<text y="%s" class="%s">%s</text>`, px(y), class, esc(s))
}

// lines writes lines of text and gives the y below them.
func (p *pen) lines(x, y, step float64, class string, lines []string) float64 {
	for _, l := range lines {
		p.text(x, y, class, l)
		y += step
	}
	return y
}

func (p *pen) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(p, `<path class="%s" d="M%s %sL%s %s"/>`, class, px(x1), px(y1), px(x2), px(y2))
}

// across draws a line whose ends are given in percent of the column.
func (p *pen) across(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(p, `<line class="%s" x1="%s%%" y1="%s" x2="%s%%" y2="%s"/>`, class, px(x1), px(y1), px(x2), px(y2))
}

// at opens a place from which pixels count; percent of the column.
func (p *pen) at(percent float64) {
	fmt.Fprintf(p, `<svg x="%s%%" width="1" height="1" overflow="visible">`, px(percent))
}

func (p *pen) end() { p.WriteString("</svg>") }

func (p *pen) whisker(x, low, high float64) {
	fmt.Fprintf(p, `<path class="w" d="M%[1]s %[4]sH%[3]sM%[2]s %[4]sV%[5]sM%[1]s %[5]sH%[3]s"/>`, px(x-5), px(x), px(x+5), px(low), px(high))
}

// slashes mark a break at a place.
func (p *pen) slashes(x, y float64) {
	p.line(x-6, y+7, x-1, y-7, "w")
	p.line(x, y+7, x+5, y-7, "w")
}

// face draws one of five faces; its mouth tells them apart without colour. A
// hollow one is indicative.
func (p *pen) face(x, y float64, face int, hollow bool) {
	bend := []float64{-5, -2.5, 0, 3, 5.5}[face+2]
	mouth := 3.5 - bend*0.35
	class := ""
	if hollow {
		class = " o"
	}
	fmt.Fprintf(p, `<g class="f f%d%s"><circle cx="%s" cy="%s" r="9"/><path d="M%s %sv1.5M%s %sv1.5M%s %sq4 %s 8 0"/></g>`, face+2, class,
		px(x), px(y), px(x-3), px(y-3.5), px(x+3), px(y-3.5), px(x-4), px(y+mouth), px(bend))
}

// column draws the scores of stage i.
func (v *View) column(i int) string {
	p := &pen{}
	s := &v.Stages[i]
	top := 0.0
	for _, l := range v.scales() {
		y := func(at float64) float64 { return top + plotY + plot*(1-at) }
		for _, at := range []float64{1, 0.5, 0} {
			p.across(0, y(at), 100, y(at), "hair")
		}
		sc := &s.Satisfaction
		if l.emotion {
			sc = &s.Emotion
			v.curve(p, i, y)
		}
		if l.has(v, s) {
			p.at(50)
			if sc.Shown() {
				p.text(0, top+numberY, "v m", sc.Text)
			} else {
				p.text(0, top+numberY, "t m", sc.Text)
			}
			p.text(0, top+rangeY, "t m", sc.Interval)
			if l.emotion {
				point(p, sc, y)
			} else {
				bar(p, sc, y, s.Break != "")
			}
			p.text(0, top+countY, "t m", sc.Count)
			p.text(0, top+moveY, "k m", sc.Move)
			p.end()
		}
		top += v.laneHeight()
	}
	return p.String()
}

// bar draws a satisfaction.
func bar(p *pen, sc *Score, y func(float64) float64, broken bool) {
	const half = 20.0
	if sc.Shown() {
		zero := 0.0
		if sc.Metric.Low < 0 {
			zero = sc.Metric.at(0)
			p.line(-half-6, y(zero), half+6, y(zero), "w")
		}
		a, b := y(max(sc.At, zero)), y(min(sc.At, zero))
		class := "bar"
		if sc.Hollow() {
			class = "hollow"
		}
		fmt.Fprintf(p, `<rect class="%s" x="-%s" y="%s" width="%s" height="%s" rx="2"/>`, class, px(half), px(a), px(2*half), px(max(b-a, 1)))
		if sc.HasInterval {
			p.whisker(0, y(sc.Low), y(sc.High))
		}
	}
	if sc.Believed != nil {
		p.line(-half-10, y(*sc.Believed), half+10, y(*sc.Believed), "b")
	}
	if broken {
		p.slashes(-half-11, y(0)-9)
	}
}

// point draws an emotion: its whisker, and its face at the point.
func point(p *pen, sc *Score, y func(float64) float64) {
	if !sc.Shown() {
		return
	}
	if sc.HasInterval {
		p.whisker(0, y(sc.Low), y(sc.High))
	}
	p.face(0, y(sc.At), sc.Face, sc.Hollow())
}

// curve draws the halves of the lines that lead to the stages beside this one:
// of the emotion, and of what was believed. It ends where a stage shows
// nothing, and stops short of a break.
func (v *View) curve(p *pen, i int, y func(float64) float64) {
	here := &v.Stages[i].Emotion
	alone := here.Believed != nil
	for _, side := range []int{-1, 1} {
		if i+side < 0 || i+side >= len(v.Stages) {
			continue
		}
		there := &v.Stages[i+side].Emotion
		edge := 50 + 50*float64(side)
		if here.Believed != nil && there.Believed != nil {
			p.across(edge, (y(*here.Believed)+y(*there.Believed))/2, 50, y(*here.Believed), "b")
			alone = false
		}
		if !here.Shown() || !there.Shown() {
			continue
		}
		a, b := y(here.At), y(there.At)
		to, broken := 0.5, v.Stages[max(i, i+side)].EmotionBreak != ""
		if broken {
			to = 0.42
		}
		p.across(50, a, 50+100*to*float64(side), a+(b-a)*to, "curve")
		if broken && side < 0 {
			p.at(0)
			p.slashes(0, (a+b)/2)
			p.end()
		}
	}
	if alone {
		p.at(50)
		p.line(-18, y(*here.Believed), 18, y(*here.Believed), "b")
		p.end()
	}
}

// axis draws what the stages of a row share, once, at their left: the names of
// the lanes and their scales. Its right edge is where the first column begins.
func (v *View) axis() string {
	p := &pen{}
	top := 0.0
	for _, l := range v.scales() {
		p.lines(0, top+14, 14, "t", strings.Fields(l.metric.Name))
		for _, at := range []float64{1, 0.5, 0} {
			y := top + plotY + plot*(1-at)
			p.at(100)
			if l.emotion {
				p.face(-15, y, int(math.Round(4*at))-2, false)
				p.text(-29, y+4, "t e", v.Words.tick(l.metric, 4*at-2))
			} else {
				p.text(-8, y+4, "t e", v.Words.tick(l.metric, l.metric.Low+(l.metric.High-l.metric.Low)*at))
			}
			p.end()
		}
		top += v.laneHeight()
	}
	return p.String()
}

// say tells a stage's scores in words, for those who do not see them.
func (v *View) say(s *Stage) string {
	one := func(name string, sc *Score) string {
		parts := []string{strings.TrimSpace(name + " " + sc.Text)}
		if sc.Word != "" {
			parts[0] += " (" + sc.Word + ")"
		}
		hollow := ""
		if sc.Hollow() {
			hollow = v.Words.LegendHollow
		}
		for _, p := range []string{sc.Interval, sc.Count, hollow, sc.Move, sc.BelievedText} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		return strings.Join(parts, ", ")
	}
	return one(s.Satisfaction.Metric.Name, &s.Satisfaction) + "; " + one(v.Words.Emotion, &s.Emotion)
}
