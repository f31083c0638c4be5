package render

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"time"
)

//go:generate go run -C ../../.ci/assets . ../../mapping/render/assets

//go:embed assets/page.html
var pageSource string

//go:embed assets/sorry.html
var sorrySource string

//go:embed assets/page.min.css
var pageCSS string

// LiveScript keeps an open page current.
//
//go:embed assets/live.min.js
var LiveScript []byte

var (
	pageTemplate  = template.Must(template.New("page").Parse(pageSource))
	sorryTemplate = template.Must(template.New("sorry").Parse(sorrySource))
)

// Windows are those that a shared page offers, longest last.
var Windows = []struct {
	Name   string // ISO 8601
	Length time.Duration
}{{"P7D", 7 * 24 * time.Hour}, {"P28D", 28 * 24 * time.Hour}, {"P90D", 90 * 24 * time.Hour}, {"P365D", 365 * 24 * time.Hour}}

// defaultWindow is what a page shows where none is asked for.
const defaultWindow = "P90D"

func windowNames() (names []string) {
	for _, w := range Windows {
		names = append(names, w.Name)
	}
	return names
}

// link is an entry of the choice of windows.
type link struct {
	Words, Href string
	Current     bool
}

// page is what the template is filled with.
type page struct {
	*View
	Drawing template.HTML
	Style   template.CSS
	Windows []link
	Live    bool
	Rows    []row
	Legend  []string
	AtTime  string // RFC 3339
}

// row is a stage where the screen is narrow.
type row struct {
	Stage
	Bar, Face template.HTML
	State     string
	Lanes     []rowLane
}

type rowLane struct {
	Name  string
	Texts []string
}

// HTML writes a page of the map that needs nothing else, and the source list
// that a policy needs to allow its style. live adds the script that keeps it
// current, and the choice of windows.
func HTML(v *View, o Options, links []link, live bool) ([]byte, string, error) {
	style := css(o.Theme) + pageColours(o.Theme) + pageCSS
	p := page{View: v, Drawing: template.HTML(svg(v, o, false)), Style: template.CSS(style), Windows: links, Live: live, //nolint:gosec // svg escapes every text
		Legend: v.legend(), AtTime: v.At.String()}
	for i, s := range v.Stages {
		r := row{Stage: s, Bar: template.HTML(scale(s.Satisfaction)), Face: template.HTML(scale(s.Emotion)), State: v.Words.stateWord(s.State)} //nolint:gosec // numbers and escaped texts
		for _, l := range v.Lanes {
			if len(l.Cells[i]) > 0 {
				r.Lanes = append(r.Lanes, rowLane{l.Name, l.Cells[i]})
			}
		}
		p.Rows = append(p.Rows, r)
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return nil, "", fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), styleSource(style), nil
}

// Sorry is the page of a link that cannot be shown; status chooses its words.
// Where only a parameter is at fault, detail says which, and again is the
// address of the map without it.
func Sorry(lang string, status int, detail, again string) ([]byte, string) {
	w := wordsOf(lang)
	title, hint := w.Broken, w.BrokenHint
	switch status {
	case 404:
		title, hint = w.NotFound, w.NotFoundHint
	case 429:
		title, hint = w.TooMany, w.TooManyHint
	case 400, 422:
		title, hint = w.Strange, w.StrangeHint
	}
	if status != 400 && status != 422 {
		detail, again = "", ""
	}
	style := pageColours(Auto) + pageCSS
	var b bytes.Buffer
	_ = sorryTemplate.Execute(&b, struct {
		Lang, Title, Hint, Detail, Again, Show string
		Style                                  template.CSS
	}{w.Lang, title, hint, detail, again, w.ShowMap, template.CSS(style)}) // into memory, of fixed words
	return b.Bytes(), styleSource(style)
}

func styleSource(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageColours sets the page's own variables.
func pageColours(t Theme) string {
	set := func(p palette, accent string) string {
		return ":root{--ground:" + p.ground + ";--raised:" + p.raised + ";--text:" + p.text + ";--muted:" + p.muted + ";--line:" + p.line + ";--accent:" + accent + "}"
	}
	switch t {
	case Light:
		return set(palettes[Light], "#0b57d0")
	case Dark:
		return set(palettes[Dark], "#8ab4f8")
	case Print:
		return set(palettes[Print], "#000000")
	}
	return set(palettes[Light], "#0b57d0") + "@media (prefers-color-scheme:dark){" + set(palettes[Dark], "#8ab4f8") + "}@media print{" + set(palettes[Print], "#000000") + "}"
}

// scale draws a score on a level line, for narrow screens.
func scale(s Score) string {
	const width, mid = 280.0, 22.0
	d := &drawing{}
	d.WriteString(`<svg class="wm" viewBox="0 0 300 36" width="300" height="36" aria-hidden="true">`)
	x := func(at float64) float64 { return 10 + width*at }
	d.line(x(0), mid, x(1), mid, "hair")
	for _, t := range []float64{0, 0.5, 1} {
		d.line(x(t), mid-4, x(t), mid+4, "hair")
	}
	if s.Believed != nil {
		d.line(x(*s.Believed), 4, x(*s.Believed), 34, "b")
	}
	if s.Shown() {
		if s.HasInterval {
			fmt.Fprintf(d, `<path class="w" d="M%[1]s 17v10M%[1]s 22H%[2]sM%[2]s 17v10"/>`, px(x(s.Low)), px(x(s.High)))
		}
		switch {
		case s.Metric.ID == "emotion":
			d.face(x(s.At), mid, s.Face)
		case s.Hollow():
			fmt.Fprintf(d, `<circle class="o d" cx="%s" cy="22" r="5"/>`, px(x(s.At)))
		default:
			fmt.Fprintf(d, `<circle class="d" cx="%s" cy="22" r="5"/>`, px(x(s.At)))
		}
	}
	d.WriteString("</svg>")
	return d.String()
}
