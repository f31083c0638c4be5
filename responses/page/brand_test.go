package page

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"waymark/mapping/render"
)

var variable = regexp.MustCompile(`--([a-z0-9]+):(#[0-9a-f]{6})`)

func variables(css string) map[string]rgb {
	out := map[string]rgb{}
	for _, m := range variable.FindAllStringSubmatch(css, -1) {
		out[m[1]] = hex(m[2])
	}
	return out
}

// readableWith checks every pair of colours that stand on one another.
func readableWith(t *testing.T, what string, tn tone, accent rgb) {
	t.Helper()
	v := variables(tn.css + tn.accents(accent))
	for _, p := range []struct {
		over, ground string
		least        float64
	}{
		{"text", "ground", textContrast}, {"text", "raised", textContrast}, {"text", "tint", textContrast},
		{"muted", "ground", textContrast}, {"muted", "raised", textContrast},
		{"bad", "ground", textContrast}, {"good", "ground", markContrast},
		{"accent", "ground", textContrast}, {"accent", "raised", textContrast}, {"accent", "tint", markContrast}, {"on", "accent", textContrast},
		{"edge", "ground", markContrast}, {"edge", "raised", markContrast},
		{"f0", "ground", markContrast}, {"f1", "ground", markContrast}, {"f2", "ground", markContrast}, {"f3", "ground", markContrast}, {"f4", "ground", markContrast},
		{"f0", "tint", markContrast}, {"f1", "tint", markContrast}, {"f2", "tint", markContrast}, {"f3", "tint", markContrast}, {"f4", "tint", markContrast},
	} {
		over, known := v[p.over]
		ground, too := v[p.ground]
		if !known || !too {
			t.Fatalf("%s: there is no %s or no %s", what, p.over, p.ground)
		}
		if c := contrast(over, ground); c < p.least {
			t.Errorf("%s: %s %s on %s %s has %.2f, needs %.1f", what, p.over, over, p.ground, ground, c, p.least)
		}
	}
}

func TestOwnColoursAreReadable(t *testing.T) {
	readableWith(t, "light", light, hex(lightAccent))
	readableWith(t, "dark", dark, hex(darkAccent))
}

func TestEveryBrandColourBecomesReadable(t *testing.T) {
	check := func(c rgb) {
		t.Helper()
		for name, tn := range map[string]tone{"light": light, "dark": dark} {
			got := tn.correct(c)
			readableWith(t, c.String()+" "+name, tn, got)
			if tn.readable(c) && got != c {
				t.Errorf("%s is readable on %s, and became %s", c, name, got)
			}
		}
	}
	for _, s := range []string{"#000000", "#ffffff", "#ffff00", "#ff0000", "#00ff00", "#0000ff", "#00ffff", "#ff00ff", "#777777", "#fefefe", "#010101", "#0f1419", "#f6f7f9"} {
		check(hex(s))
	}
	r := rand.New(rand.NewPCG(4, 2))
	for range 3000 {
		check(rgb{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32())})
	}
}

// A corrected colour is the brand's still: as little changes as must, and not
// the hue. Colours without one have none to keep.
func TestCorrectionKeepsTheHueAndIsSmall(t *testing.T) {
	for _, c := range []struct{ brand, light, dark string }{
		{"#0b5fff", "#0b5fff", "#407fff"},
		{"#ffd400", "#887000", "#ffd400"},
		{"#777777", "#6d6d6d", "#818181"},
	} {
		l, d := light.correct(hex(c.brand)), dark.correct(hex(c.brand))
		t.Logf("%s becomes %s and %s", c.brand, l, d)
		if near(l, hex(c.light)) > 8 || near(d, hex(c.dark)) > 8 {
			t.Errorf("%s became %s and %s, want some %s and %s", c.brand, l, d, c.light, c.dark)
		}
	}
	for _, s := range []string{"#ff66aa", "#ffd400", "#88ee44", "#33ccff"} {
		got := light.correct(hex(s))
		if y := contrast(got, light.raised); y > textContrast+0.2 {
			t.Errorf("%s became %s, darker than needed: %.2f", s, got, y)
		}
	}
}

func near(a, b rgb) int {
	d := func(x, y uint8) int { return max(int(x), int(y)) - min(int(x), int(y)) }
	return max(d(a.r, b.r), d(a.g, b.g), d(a.b, b.b))
}

func TestOnlyAColourIsTakenForOne(t *testing.T) {
	for _, s := range []string{"", "red", "#fff", "#12345g", "#0b5fff;}body{display:none", "url(x)", "#+12345", "#1_2345"} {
		if css := (Brand{Colour: s}).css(); css != "" {
			t.Errorf("%q became %s", s, css)
		}
	}
	if css := (Brand{Colour: "#0B5FFF"}).css(); !strings.Contains(css, "--accent:#0b5fff") {
		t.Errorf("a readable colour became %s", css)
	}
}

// Map and page have one look.
func TestColoursAreThoseOfTheMap(t *testing.T) {
	for _, theme := range []struct {
		mapped string
		tone   tone
		accent string
	}{{render.Colours()[:strings.Index(render.Colours(), "@media")], light, lightAccent}, {render.Colours()[strings.Index(render.Colours(), "@media"):strings.Index(render.Colours(), "forced")], dark, darkAccent}} {
		of, ours := variables(theme.mapped), variables(theme.tone.css+theme.tone.accents(hex(theme.accent)))
		if len(of) < 12 {
			t.Fatalf("the map has %d colours: %s", len(of), theme.mapped)
		}
		of["edge"] = of["bar"]
		delete(of, "bar")
		for name, c := range of {
			if ours[name] != c {
				t.Errorf("%s is %s here and %s on the map", name, ours[name], c)
			}
		}
	}
}

func contrast(a, b rgb) float64 { return ratio(a.luminance(), b.luminance()) }
