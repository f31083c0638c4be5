package docs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"waymark/mapping/render"
	"waymark/surveys/openapi"
)

//go:generate go run -C ../../../../.ci/assets . ../../cmd/internal/web/docs/assets

//go:embed assets/docs.html
var source string

//go:embed assets/docs.min.css
var css string

var page = template.Must(template.New("docs").Funcs(template.FuncMap{"rich": rich, "paragraphs": paragraphs, "anchor": anchor}).Parse(source))

// view is what the template is filled with.
type view struct {
	openapi.Document
	Style    template.CSS
	Base     string
	Sections []section
	Problems []problem
}

type section struct {
	openapi.Domain
	Calls   []call
	Objects []object
}

type call struct {
	openapi.Call
	Params []row // of path, query and headers
	Body   *body
	Given  []given
	Own    []refused // what this operation alone refuses
	Common []status  // what follows from its route
	Curl   string
}

// row is a line of a table of keys or parameters.
type row struct {
	Name, In string
	Needed   bool
	Type     []part
	Text     string
	Default  string
}

type body struct {
	openapi.Body
	What []part
	Keys []row
	Open bool // the table is shown at once
}

type given struct {
	openapi.Answer
	Reason string
	What   []part
	Keys   []row // of an object that has no name
	Sample string
}

type refused struct {
	Status int
	openapi.Problem
}

// status is a status with the slugs of the problems that it may come with.
type status struct {
	Status int
	Slugs  []string
}

type object struct {
	openapi.Named
	What []part
	Keys []row
}

// problem is a slug with what it means where it comes.
type problem struct {
	Slug     string
	Meanings []meaning
}

type meaning struct {
	Status int
	Reason string
	Text   string
}

// Page writes the page. base is the address in the examples; statusOf gives
// the status of a problem, sample what an operation's example answered.
func Page(d openapi.Document, base string, statusOf func(openapi.Problem) int, sample func(operation string) *openapi.Sampled) (html []byte, style string, err error) {
	sheet := render.Colours() + css
	v := view{Document: d, Style: template.CSS(sheet), Base: base} //nolint:gosec // our own sheet
	w := writer{d, statusOf, sample, base, map[string]bool{}}
	meanings := map[string][]meaning{}
	explain := func(list []openapi.Problem) {
		for _, p := range list {
			m := meaning{statusOf(p), http.StatusText(statusOf(p)), p.Text}
			if p.Slug != "" && !slices.Contains(meanings[p.Slug], m) {
				meanings[p.Slug] = append(meanings[p.Slug], m)
			}
		}
	}
	explain(d.Before)
	for _, s := range d.Sections {
		sec := section{Domain: s.Domain}
		for _, c := range s.Calls {
			sec.Calls = append(sec.Calls, w.call(c))
			explain(c.LineFails)
			for _, r := range c.Refusals {
				explain(r.Problems)
			}
		}
		for _, n := range s.Schemas {
			sec.Objects = append(sec.Objects, object{n, what(n.Schema), rows(n.Keys)})
		}
		v.Sections = append(v.Sections, sec)
	}
	for slug, m := range meanings {
		slices.SortStableFunc(m, func(a, b meaning) int { return a.Status - b.Status })
		v.Problems = append(v.Problems, problem{slug, m})
	}
	slices.SortFunc(v.Problems, func(a, b problem) int { return strings.Compare(a.Slug, b.Slug) })
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, "", fmt.Errorf("writing the page of the API: %w", err)
	}
	sum := sha256.Sum256([]byte(sheet))
	return b.Bytes(), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'", nil
}

type writer struct {
	doc      openapi.Document
	statusOf func(openapi.Problem) int
	sample   func(string) *openapi.Sampled
	base     string
	shown    map[string]bool // bodies whose keys stand open somewhere
}

func (w writer) call(c openapi.Call) call {
	out := call{Call: c, Curl: w.curl(c)}
	for in, list := range [][]openapi.Param{c.Params, c.Query, c.Headers} {
		for _, p := range list {
			r := row{Name: p.Name, In: []string{"path", "query", "header"}[in], Needed: p.Needed || in == 0, Type: what(p.Schema), Text: p.Text, Default: otherwise(p.Schema)}
			if p.Many {
				r.Text += " May be repeated."
			}
			out.Params = append(out.Params, r)
		}
	}
	all := w.doc.Schemas()
	if c.Body != nil {
		b := body{Body: *c.Body, What: what(c.Body.Schema)}
		if n, named := all[c.Body.Schema.Ref]; named {
			b.Keys, b.Open = rows(n.Keys), !w.shown[n.Name]
			w.shown[n.Name] = true
		} else if len(c.Body.Schema.Keys) > 0 {
			b.Keys, b.Open = rows(c.Body.Schema.Keys), true
		}
		out.Body = &b
	}
	sampled := w.sample(c.ID)
	for _, a := range c.Answers {
		g := given{Answer: a, Reason: http.StatusText(a.Status)}
		if a.Type != "" && (a.Schema.Type != "string" || a.Schema.Ref != "") {
			if g.Keys = rows(a.Schema.Keys); g.Keys == nil {
				g.What = what(a.Schema)
			}
		}
		if sampled != nil && sampled.Status == a.Status {
			g.Sample = strings.TrimSpace(sampled.Body)
		}
		out.Given = append(out.Given, g)
	}
	for _, p := range c.Fails {
		out.Own = append(out.Own, refused{w.statusOf(p), p})
	}
	slices.SortStableFunc(out.Own, func(a, b refused) int { return a.Status - b.Status })
	for _, r := range c.Refusals {
		st := status{Status: r.Status}
		for _, p := range r.Problems {
			own := slices.ContainsFunc(c.Fails, func(q openapi.Problem) bool { return q.Slug == p.Slug && q.Kind == p.Kind })
			if p.Slug != "" && !own {
				st.Slugs = append(st.Slugs, p.Slug)
			}
		}
		if len(st.Slugs) > 0 || !slices.ContainsFunc(out.Own, func(o refused) bool { return o.Status == st.Status }) {
			out.Common = append(out.Common, st)
		}
	}
	return out
}

func rows(keys []openapi.Key) (out []row) {
	for _, k := range keys {
		text := k.Text
		if text == "" {
			text = k.Schema.Text
		}
		out = append(out, row{Name: k.Name, Needed: k.Needed, Type: what(k.Schema), Text: text, Default: otherwise(k.Schema)})
	}
	return out
}

// otherwise is what holds where a key is left out.
func otherwise(s openapi.Schema) string {
	if s.Default == nil {
		return ""
	}
	return fmt.Sprint(s.Default)
}

// anchor is a heading's name in the page's address.
func anchor(s string) string { return "part-" + strings.ReplaceAll(strings.ToLower(s), " ", "-") }

// paragraphs parts a text at its blank lines.
func paragraphs(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n\n")
}

// rich sets what stands in backticks as code.
func rich(s string) template.HTML {
	var b strings.Builder
	for i, piece := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + template.HTMLEscapeString(piece) + "</code>")
		} else {
			b.WriteString(template.HTMLEscapeString(piece))
		}
	}
	return template.HTML(b.String()) //nolint:gosec // each piece is escaped
}
