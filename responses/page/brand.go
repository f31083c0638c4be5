package page

import (
	"math"
	"strconv"
)

// Brand is how a workspace's pages look. The zero Brand is Waymark's own look.
type Brand struct {
	Name    string
	Colour  string // #rrggbb; it replaces the accent
	LogoURL string

	paint *paint // what Colour makes, where it is known already
}

// paint is a style of a brand, and what a page's policy calls it.
type paint struct{ css, source string }

// painted gives the style of the brand; an empty one where there is no colour.
func (b Brand) painted() paint {
	if b.paint != nil {
		return *b.paint
	}
	css := b.css()
	if css == "" {
		return paint{}
	}
	return paint{css, source(css)}
}

// tone is the colours of a theme that a brand's colour must stand on.
type tone struct {
	ground, raised rgb
	css            string // the variables
}

// Contrasts, WCAG 2.2 §1.4.3 and §1.4.11.
const (
	textContrast = 4.5
	markContrast = 3
)

// light and dark are the one look's themes. edge draws the borders of inputs.
var (
	light = tone{hex("#ffffff"), hex("#f6f7f9"), "--ground:#ffffff;--raised:#f6f7f9;--text:#1b1f24;--muted:#57606a;--line:#d0d7de;--edge:#858e98;--bad:#b42318;--good:#1a7f37;" +
		"--f0:#9a3412;--f1:#c2620c;--f2:#6b7280;--f3:#1f7a8c;--f4:#0b4f6c;"}
	dark = tone{hex("#0f1419"), hex("#171d24"), "--ground:#0f1419;--raised:#171d24;--text:#e6edf3;--muted:#9aa7b4;--line:#2b3440;--edge:#66727f;--bad:#ff8a80;--good:#56d364;" +
		"--f0:#f08a5d;--f1:#e0a458;--f2:#9aa3af;--f3:#5bb8c9;--f4:#8fd3f4;"}
)

const (
	lightAccent = "#0b57d0"
	darkAccent  = "#8ab4f8"
)

// accents writes the variables of an accent on a theme: the colour, what is
// written on it, and the ground of what is chosen.
func (t tone) accents(accent rgb) string {
	return "--accent:" + accent.String() + ";--on:" + t.ground.String() + ";--tint:" + t.ground.mixed(accent, 0.08).String()
}

// css writes the variables of both themes: the reader's system chooses, unless
// the page was asked for in one of them.
func themes(inLight, inDark string) string {
	return ":root{" + inLight + "}@media(prefers-color-scheme:dark){:root:not([data-theme=light]){" + inDark + "}}:root[data-theme=dark]{" + inDark + "}"
}

// css gives the style that puts the brand's colour in place of the accent;
// none where there is no colour.
func (b Brand) css() string {
	c, ok := parseHex(b.Colour)
	if !ok {
		return ""
	}
	return themes(light.accents(light.correct(c)), dark.accents(dark.correct(c)))
}

// correct changes a colour's lightness, and nothing else as far as the screen
// can show it, until it is readable on the theme's grounds: as little as needed.
func (t tone) correct(c rgb) rgb {
	if t.readable(c) {
		return c
	}
	l, a, b := c.oklab()
	// Towards the end that the grounds are far from; contrast only grows on the way.
	near, far := l, 0.0
	if t.ground.luminance() < 0.18 {
		far = 1
	}
	best := fromOklab(far, a, b)
	for range 12 {
		mid := (near + far) / 2
		if try := fromOklab(mid, a, b); t.readable(try) {
			far, best = mid, try
		} else {
			near = mid
		}
	}
	return best
}

func (t tone) readable(c rgb) bool {
	y := c.luminance()
	return ratio(y, t.ground.luminance()) >= textContrast && ratio(y, t.raised.luminance()) >= textContrast &&
		ratio(y, t.ground.mixed(c, 0.08).luminance()) >= markContrast
}

// rgb is a colour of the screen.
type rgb struct{ r, g, b uint8 }

func hex(s string) rgb {
	c, _ := parseHex(s)
	return c
}

func parseHex(s string) (rgb, bool) {
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

func (c rgb) String() string {
	const digits = "0123456789abcdef"
	return string([]byte{'#', digits[c.r>>4], digits[c.r&15], digits[c.g>>4], digits[c.g&15], digits[c.b>>4], digits[c.b&15]})
}

// mixed lays a part of another colour over c.
func (c rgb) mixed(over rgb, part float64) rgb {
	m := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-part) + float64(b)*part)) }
	return rgb{m(c.r, over.r), m(c.g, over.g), m(c.b, over.b)}
}

// ratio is the contrast of WCAG 2.2, 1 to 21, of two luminances.
func ratio(y1, y2 float64) float64 { return (max(y1, y2) + 0.05) / (min(y1, y2) + 0.05) }

func (c rgb) luminance() float64 {
	return 0.2126*linear[c.r] + 0.7152*linear[c.g] + 0.0722*linear[c.b]
}

// linear holds the light of each step of a channel.
var linear = func() (t [256]float64) {
	for i := range t {
		v := float64(i) / 255
		if v <= 0.04045 {
			t[i] = v / 12.92
		} else {
			t[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return t
}()

// oklab gives lightness, and where on the wheel of hues the colour lies: equal
// steps of lightness look equal there.
func (c rgb) oklab() (l, a, b float64) {
	r, g, bl := linear[c.r], linear[c.g], linear[c.b]
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*bl)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*bl)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*bl)
	return 0.2104542553*x + 0.7936177850*y - 0.0040720468*z, 1.9779984951*x - 2.4285922050*y + 0.4505937099*z, 0.0259040371*x + 0.7827717662*y - 0.8086757660*z
}

// fromOklab gives the colour of that lightness and hue, with as much of its
// strength as the screen can show.
func fromOklab(l, a, b float64) rgb {
	if r, g, bl, ok := displayed(l, a, b); ok {
		return rgb{channel(r), channel(g), channel(bl)}
	}
	low, high := 0.0, 1.0
	for range 10 {
		mid := (low + high) / 2
		if _, _, _, ok := displayed(l, a*mid, b*mid); ok {
			low = mid
		} else {
			high = mid
		}
	}
	r, g, bl, _ := displayed(l, a*low, b*low)
	return rgb{channel(r), channel(g), channel(bl)}
}

// displayed gives the light of the three channels, and whether a screen can show it.
func displayed(l, a, b float64) (r, g, bl float64, ok bool) {
	x, y, z := l+0.3963377774*a+0.2158037573*b, l-0.1055613458*a-0.0638541728*b, l-0.0894841775*a-1.2914855480*b
	x, y, z = x*x*x, y*y*y, z*z*z
	r, g, bl = 4.0767416621*x-3.3077115913*y+0.2309699292*z, -1.2684380046*x+2.6097574011*y-0.3413193965*z, -0.0041960863*x-0.7034186147*y+1.7076147010*z
	const slack = 1e-4
	ok = min(r, g, bl) >= -slack && max(r, g, bl) <= 1+slack
	return r, g, bl, ok
}

func channel(v float64) uint8 {
	v = min(max(v, 0), 1)
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(math.Round(v * 255))
}
