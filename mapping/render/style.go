package render

import "strings"

// palette are the colours of one theme, by what they are for.
type palette struct {
	ground, raised, text, muted, line string
	faces                             [5]string // −2 to 2
}

var palettes = map[Theme]palette{
	Light: {"#ffffff", "#f6f7f9", "#1b1f24", "#57606a", "#d0d7de", [5]string{"#9a3412", "#c2620c", "#6b7280", "#1f7a8c", "#0b4f6c"}},
	Dark:  {"#0f1419", "#171d24", "#e6edf3", "#9aa7b4", "#2b3440", [5]string{"#f08a5d", "#e0a458", "#9aa3af", "#5bb8c9", "#8fd3f4"}},
	Print: {"#ffffff", "#ffffff", "#000000", "#000000", "#999999", [5]string{"#000000", "#000000", "#000000", "#000000", "#000000"}},
}

const shapes = `.wm{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
.wm text{font-size:12px;unicode-bidi:plaintext}
.wm .h{font-size:20px;font-weight:600}.wm .s{font-size:14px;font-weight:600}.wm .v{font-size:14px;font-weight:600}
.wm .m{text-anchor:middle}.wm .e{text-anchor:end}
.wm .halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
.wm .hair{stroke-width:1;fill:none}.wm .w{stroke-width:1.5;fill:none}.wm .curve{stroke-width:2.5;fill:none;stroke-linejoin:round;stroke-linecap:round}
.wm .b{stroke-width:1.25;stroke-dasharray:4 4;fill:none}.wm .f{stroke-width:1.75;stroke-linecap:round;fill:none}.wm .d{stroke-width:2}
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
	s := strings.NewReplacer("$ground", p.ground, "$raised", p.raised, "$text", p.text, "$muted", p.muted, "$line", p.line).Replace(
		`.wm .g{fill:$ground}.wm text{fill:$text}.wm .t{fill:$muted}.wm .halo{stroke:$ground}.wm .hair{stroke:$line}.wm .w{stroke:$text}.wm .curve{stroke:$text}` +
			`.wm .b{stroke:$muted}.wm .c{fill:$raised;stroke:$line}.wm .bar{fill:$muted}.wm .hollow{fill:$ground;stroke:$muted;stroke-width:1.5}.wm .d{fill:$text;stroke:$text}.wm .o{fill:$ground;stroke:$text}`)
	for i, f := range p.faces {
		c := string(rune('0' + i))
		s += ".wm .f" + c + "{stroke:" + f + "}"
	}
	return s
}
