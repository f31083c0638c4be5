package render

import (
	"fmt"
	"strings"

	"waymark/mapping"
)

// lanes are the rows of texts below the scores: the contact points, with what
// they score, and what the map says about its stages.
func (v *View) lanes() []Lane {
	l := Lane{ID: "touchpoints", Name: v.Words.Touchpoints, Cells: make([][]string, len(v.Stages))}
	any := false
	for i, s := range v.Stages {
		for _, t := range s.Touchpoints {
			parts := []string{t.Name}
			if t.Channel != "" && !strings.EqualFold(t.Channel, t.Name) {
				parts = append(parts, t.Channel)
			}
			for _, sc := range []Score{t.Satisfaction, t.Emotion} {
				if sc.State != mapping.Empty {
					parts = append(parts, strings.ReplaceAll(sc.Text, " ", "\u00a0")) // a number keeps its unit
				}
			}
			l.Cells[i] = append(l.Cells[i], strings.Join(parts, " · "))
			any = true
		}
	}
	if !any {
		return v.Lanes
	}
	return append([]Lane{l}, v.Lanes...)
}

// lane draws a lane of texts, a card per stage that has any, and gives the y
// below it.
func (d *picture) lane(l Lane, from, to int, y float64) float64 {
	inner := d.column - 8 - 2*pad
	cells, tallest := make([][][]string, to-from), 0.0
	for i := range cells {
		h := 0.0
		for _, t := range l.Cells[from+i] {
			lines := wrap(t, 12, inner, false)
			cells[i] = append(cells[i], lines)
			h += float64(len(lines))*lineHeight + 4
		}
		tallest = max(tallest, h)
	}
	if tallest == 0 {
		return y
	}
	name := wrap(l.Name, 12, gutter-8, false)
	height := max(tallest+2*pad-4, float64(len(name))*14+2*pad)
	d.WriteString("<g>")
	d.lines(margin, y+pad+11, 14, "t", name)
	for i := range cells {
		if len(cells[i]) == 0 {
			continue
		}
		x := d.x(from+i) - d.column/2 + 4
		fmt.Fprintf(d, `<rect class="c" x="%s" y="%s" width="%s" height="%s" rx="8"/>`, px(x), px(y), px(d.column-8), px(height))
		yy := y + pad + 11
		for _, lines := range cells[i] {
			yy = d.lines(x+pad, yy, lineHeight, "p", lines) + 4
		}
	}
	d.WriteString("</g>\n")
	return y + height + 8
}

// legend explains the marks that are on this map, and only these.
func (v *View) legend() []string {
	w := v.Words
	var parts []string
	for _, p := range []struct {
		there bool
		words string
	}{{v.any(func(s Score) bool { return s.HasInterval }), w.LegendInterval},
		{v.any(func(s Score) bool { return s.Hollow() }), w.LegendHollow},
		{v.any(func(s Score) bool { return s.State == mapping.Hidden }), w.LegendHidden},
		{v.any(func(s Score) bool { return s.Believed != nil }), w.LegendBelief},
		{v.broken(), w.LegendBreak},
		{v.moved(), w.LegendMove}} {
		if p.there {
			parts = append(parts, p.words)
		}
	}
	return parts
}

// foot closes the picture with its legend, and with when it was true.
func (d *picture) foot(y float64) float64 {
	y = d.lines(margin, y+14, lineHeight, "t", wrap(strings.Join(d.v.legend(), "  ·  "), 12, d.width-2*margin, false))
	d.text(margin, y, "t", "Waymark · "+d.v.Words.AsOf+" "+d.v.AsOf)
	return y + 20
}

func (v *View) any(is func(Score) bool) bool {
	for _, s := range v.Stages {
		if is(s.Satisfaction) || is(s.Emotion) {
			return true
		}
	}
	return false
}

func (v *View) broken() bool {
	for _, s := range v.Stages {
		if s.Break != "" || s.EmotionBreak != "" {
			return true
		}
	}
	return false
}

func (v *View) moved() bool { return v.any(func(s Score) bool { return s.Move != "" }) }
