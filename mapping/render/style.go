package render

import "strings"

// palette are the colours of one theme, by what they are for.
type palette struct {
	ground, raised, text, muted, line, accent, bar string
	faces                                          [5]string // −2 to 2
}

var palettes = map[Theme]palette{
	Light: {"#ffffff", "#f6f7f9", "#1b1f24", "#57606a", "#d0d7de", "#0b57d0", "#858e98", [5]string{"#9a3412", "#c2620c", "#6b7280", "#1f7a8c", "#0b4f6c"}},
	Dark:  {"#0f1419", "#171d24", "#e6edf3", "#9aa7b4", "#2b3440", "#8ab4f8", "#66727f", [5]string{"#f08a5d", "#e0a458", "#9aa3af", "#5bb8c9", "#8fd3f4"}},
	Print: {"#ffffff", "#ffffff", "#000000", "#000000", "#999999", "#000000", "#8a8a8a", [5]string{"#000000", "#000000", "#000000", "#000000", "#000000"}},
}

// variables names the colours that a page sets, for the drawings in it.
var variables = palette{"var(--ground)", "var(--raised)", "var(--text)", "var(--muted)", "var(--line)", "var(--accent)", "var(--bar)",
	[5]string{"var(--f0)", "var(--f1)", "var(--f2)", "var(--f3)", "var(--f4)"}}

const shapes = `.wm{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
.wm text{font-size:12px;unicode-bidi:plaintext}
.wm .h{font-size:20px;font-weight:600}.wm .s{font-size:14px;font-weight:600}.wm .v{font-size:20px;font-weight:600}.wm .k{font-weight:600}
.wm .m{text-anchor:middle}.wm .e{text-anchor:end}
.wm .hair{stroke-width:1;fill:none}.wm .w{stroke-width:1.5;fill:none}.wm .curve{stroke-width:2.5;fill:none;stroke-linecap:round}
.wm .b{stroke-width:1.25;stroke-dasharray:4 4;fill:none}.wm .f path{stroke-width:1.75;stroke-linecap:round;fill:none}.wm .f circle{stroke-width:1.75}
`

// css writes the rules of a drawing in a theme; Auto follows the reader's system.
func css(t Theme) string {
	if t == Auto {
		return shapes + colours(palettes[Light]) + "@media (prefers-color-scheme:dark){" + colours(palettes[Dark]) + "}" +
			"@media print{" + colours(palettes[Print]) + "}"
	}
	return shapes + colours(palettes[t])
}

func colours(p palette) string {
	s := strings.NewReplacer("$ground", p.ground, "$raised", p.raised, "$text", p.text, "$muted", p.muted, "$line", p.line, "$bar", p.bar).Replace(
		`.wm .g{fill:$ground}.wm text{fill:$text}.wm .t{fill:$muted}.wm .hair{stroke:$line}.wm .w{stroke:$text}.wm .curve{stroke:$text}` +
			`.wm .b{stroke:$muted}.wm .c{fill:$raised;stroke:$line}.wm .bar{fill:$bar}.wm .hollow{fill:$ground;stroke:$bar;stroke-width:1.5}` +
			`.wm .d{fill:$text;stroke:$text;stroke-width:2}.wm .o.d{fill:$ground}` +
			`.wm .f circle{fill:currentColor;stroke:currentColor}.wm .f path{stroke:$ground}.wm .o circle{fill:$ground}.wm .o path{stroke:currentColor}`)
	for i, f := range p.faces {
		s += ".wm .f" + string(rune('0'+i)) + "{color:" + f + "}"
	}
	return s
}

// Colours sets the colours of the one look as variables, for other pages.
func Colours() string { return pageColours(Auto) }

// pageColours sets the variables of a page. Paper is white whatever was asked
// for, and who forces colours gets the system's own.
func pageColours(t Theme) string {
	set := func(p palette, scheme string) string {
		s := ":root{color-scheme:" + scheme + ";--ground:" + p.ground + ";--raised:" + p.raised + ";--text:" + p.text + ";--muted:" + p.muted + ";--line:" + p.line + ";--accent:" + p.accent + ";--bar:" + p.bar
		for i, f := range p.faces {
			s += ";--f" + string(rune('0'+i)) + ":" + f
		}
		return s + "}"
	}
	system := palette{"Canvas", "Canvas", "CanvasText", "CanvasText", "GrayText", "LinkText", "GrayText", [5]string{"CanvasText", "CanvasText", "CanvasText", "CanvasText", "CanvasText"}}
	var s string
	switch t {
	case Dark:
		s = set(palettes[Dark], "dark")
	case Light, Print:
		s = set(palettes[t], "light")
	default:
		s = set(palettes[Light], "light") + "@media (prefers-color-scheme:dark){" + set(palettes[Dark], "dark") + "}"
	}
	return s + "@media (forced-colors:active){" + set(system, "light dark") + "}@media print{" + set(palettes[Print], "light") + "}"
}
