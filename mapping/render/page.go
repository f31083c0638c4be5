package render

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"
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

// choices are what a page offers to choose from; a page that is saved has none.
type choices struct{ Windows, Languages []link }

// link is an entry of a choice.
type link struct {
	Words, Href, Lang string
	Current           bool
}

// page is what the template is filled with.
type page struct {
	*View
	Style  template.CSS
	Axis   template.HTML
	Cells  []cellOfStage
	Table  []figures
	Paper  []sheet
	Legend []string
	AtTime string // RFC 3339
	Still  bool   // nothing changed for certain
	Live   bool
	// Several says that the stages have several metrics of satisfaction.
	Several bool
	Choices choices
}

// cellOfStage is a stage on the page: a column where the screen is wide, a card
// where it is narrow.
type cellOfStage struct {
	Stage
	Chart template.HTML
	Plain template.HTML // the same, not named, for paper
	Flat  []flat
	Notes []string
	Lanes []laneOfStage
}

type laneOfStage struct {
	Name  string
	Texts []string
}

// sheet is a row of stages as it is printed: a table, since paper breaks tables
// between their rows and repeats the names of the stages on every page.
type sheet struct {
	Cells []cellOfStage
	Lanes []laneOfSheet
}

type laneOfSheet struct {
	Name  string
	Cells [][]string
}

// printed is how many stages stand in a row on paper, A4 or Letter on its side.
const printed = 8

func sheets(cells []cellOfStage, lanes []Lane) (all []sheet) {
	for row := range slices.Chunk(cells, balanced(len(cells), printed)) {
		s := sheet{Cells: row}
		for i, l := range lanes {
			texts, any := make([][]string, len(row)), false
			for j, c := range row {
				texts[j] = c.Lanes[i].Texts
				any = any || len(texts[j]) > 0
			}
			if any {
				s.Lanes = append(s.Lanes, laneOfSheet{l.Name, texts})
			}
		}
		all = append(all, s)
	}
	return all
}

// flat is a score on a level scale, for narrow screens.
type flat struct {
	Score
	Name    string
	Details string // interval, n and belief
	Scale   template.HTML
}

// figures is a row of the table: a stage, or a touchpoint of one.
type figures struct {
	Stage, Touchpoint     string
	Satisfaction, Emotion Score
	Freshness             string
}

// HTML writes a page of the map that needs nothing else, and the source list
// that a policy needs to allow its style. With choices it is live: a script
// keeps it current.
func HTML(v *View, o Options, c *choices) ([]byte, string, error) {
	lanes := v.lanes()
	style := shapes + colours(variables) + pageColours(o.Theme) + pageCSS + layout(len(v.Stages), 3+len(lanes), o.Width) + v.paper(o.Page)
	height := px(v.chartHeight())
	p := page{View: v, Style: template.CSS(style), Live: c != nil, Legend: v.legend(), AtTime: v.At.String(), Several: len(v.Metrics) > 1, Still: len(v.Changes) > 0 && !v.moved(),
		Axis: template.HTML(`<svg class="wm axis" width="100%" height="` + height + `" aria-hidden="true">` + v.axis() + `</svg>`)} //nolint:gosec // every text in it is escaped
	if c != nil {
		p.Choices = *c
	}
	for i, s := range v.Stages {
		cell, column := cellOfStage{Stage: s, Notes: s.notes()}, v.column(i)
		//nolint:gosec // every text in it is escaped
		cell.Chart = template.HTML(`<svg class="wm" width="100%" height="` + height + `" role="img" aria-label="` + esc(v.say(&s)) + `">` + v.open(&s) + column + `</g></svg>`)
		//nolint:gosec // every text in it is escaped
		cell.Plain = template.HTML(`<svg class="wm" width="100%" height="` + height + `" aria-hidden="true">` + column + `</svg>`)
		for _, sc := range []Score{s.Satisfaction, s.Emotion} {
			name := sc.Metric.Name
			if sc.Word != "" {
				name = sc.Word
			}
			details := slices.DeleteFunc([]string{sc.Interval, sc.Count, sc.BelievedText}, func(d string) bool { return d == "" })
			cell.Flat = append(cell.Flat, flat{sc, name, strings.Join(details, " · "), template.HTML(level(sc, v.Words))}) //nolint:gosec // every text in it is escaped
		}
		for _, l := range lanes {
			cell.Lanes = append(cell.Lanes, laneOfStage{l.Name, l.Cells[i]})
		}
		p.Cells = append(p.Cells, cell)
		p.Table = append(p.Table, figures{Stage: s.Name, Satisfaction: s.Satisfaction, Emotion: s.Emotion, Freshness: s.Freshness})
		for _, t := range s.Touchpoints {
			if t.Satisfaction.State != "empty" || t.Emotion.State != "empty" {
				p.Table = append(p.Table, figures{Stage: s.Name, Touchpoint: t.Name, Satisfaction: t.Satisfaction, Emotion: t.Emotion})
			}
		}
	}
	p.Paper = sheets(p.Cells, lanes)
	p.Several = p.Several || slices.ContainsFunc(p.Table, func(f figures) bool {
		return f.Satisfaction.Metric.ID != v.Metrics[0].ID && f.Satisfaction.State != "empty"
	})
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return nil, "", fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), styleSource(style), nil
}

// paper puts into the foot of every printed page when it was true. Only words
// and numbers of ours stand in it. A sheet that was asked for lies on its side.
func (v *View) paper(page string) string {
	size := ""
	if page != "" {
		size = "size:" + page + " landscape;"
	}
	return fmt.Sprintf("@page{%s@bottom-left{font:11px system-ui,sans-serif;content:%q}}", size, "Waymark · "+v.Window+" · "+v.Words.AsOf+" "+v.AsOf)
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

// level draws a score on a level line with its ends in words.
func level(s Score, w *Words) string {
	const left, wide, mid = 12.0, 276.0, 16.0
	p := &pen{}
	p.WriteString(`<svg class="wm" viewBox="0 0 300 44" width="300" height="44" aria-hidden="true">`)
	x := func(at float64) float64 { return left + wide*at }
	p.line(x(0), mid, x(1), mid, "hair")
	for i, at := range []float64{0, 0.5, 1} {
		p.line(x(at), mid-4, x(at), mid+4, "hair")
		p.text([]float64{0.01, x(0.5), 300}[i], 42, "t"+[]string{"", " m", " e"}[i], w.tick(s.Metric, s.Metric.Low+(s.Metric.High-s.Metric.Low)*at))
	}
	if s.Believed != nil {
		p.line(x(*s.Believed), 2, x(*s.Believed), 30, "b")
	}
	if s.Shown() {
		if s.HasInterval {
			fmt.Fprintf(p, `<path class="w" d="M%[1]s 11v10M%[1]s 16H%[2]sM%[2]s 11v10"/>`, px(x(s.Low)), px(x(s.High)))
		}
		switch {
		case s.Metric.ID == "emotion":
			p.face(x(s.At), mid, s.Face, s.Hollow())
		case s.Hollow():
			fmt.Fprintf(p, `<circle class="o d" cx="%s" cy="16" r="5"/>`, px(x(s.At)))
		default:
			fmt.Fprintf(p, `<circle class="d" cx="%s" cy="16" r="5"/>`, px(x(s.At)))
		}
	}
	p.end()
	return p.String()
}
