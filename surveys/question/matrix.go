package question

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// What a matrix may have: more nobody fills in, and a page of it would be large.
const (
	maxRows    = 100
	maxColumns = 25
)

// matrix takes a column for each of its rows, or several with multiple.
type matrix struct{ plain }

func (matrix) Name() string { return "matrix" }
func (matrix) About() string {
	return "Answered by an object from row to column: `{\"box\": \"good\"}`, with `multiple` to a list of columns. A required one needs every row."
}

func (matrix) Keys() []openapi.Key {
	return []openapi.Key{
		partsKey("rows", "What is asked about, a row each", maxRows),
		partsKey("columns", "What there is to choose in each row", maxColumns),
		openapi.May("multiple", openapi.Bool(), "Several columns may be chosen in a row."),
	}
}

func (matrix) Draft(q *Question, _, l *fault.List, p string) {
	partsDraft(l, p+"/rows", q.Rows)
	partsDraft(l, p+"/columns", q.Columns)
}

func (matrix) Ready(q *Question, l *fault.List, p string) {
	partsReady(l, p+"/rows", q.Rows, maxRows)
	partsReady(l, p+"/columns", q.Columns, maxColumns)
}

// Cell takes row=column pairs separated by |, or a JSON object as an export
// writes it.
func (matrix) Cell(q *Question, cell string) (any, error) {
	if s := strings.TrimSpace(cell); strings.HasPrefix(s, "{") && json.Valid([]byte(s)) {
		return json.RawMessage(s), nil
	}
	rows, columns := partChoices(q.Rows), partChoices(q.Columns)
	out := map[string]any{}
	for pair := range strings.SplitSeq(cell, "|") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		row, column, two := strings.Cut(pair, "=")
		if !two {
			return nil, fmt.Errorf("%q is not row=column; several stand with | between them", clip(strings.TrimSpace(pair)))
		}
		row, column = find(rows, row), find(columns, column)
		list, _ := out[row].([]any)
		switch _, twice := out[row]; {
		case q.Multiple:
			out[row] = append(list, column)
		case twice:
			return nil, fmt.Errorf("the row %q stands there twice", clip(row))
		default:
			out[row] = column
		}
	}
	return out, nil
}

func (matrix) Compile(q *Question) Check {
	rows := make(map[string]int, len(q.Rows))
	for i, r := range q.Rows {
		rows[r.ID] = i
	}
	columns := partChoices(q.Columns)
	check := single(columns)
	if q.Multiple {
		check = several(among(columns), nil, 1, len(columns))
	}
	none := refuse("An object from row to column is needed; leave the key out where nothing was answered.", "err_rows")
	unknown := refuse("There is no such row.", "err_rows")
	return func(v *fastjson.Value) *Refusal {
		o, err := v.Object()
		if err != nil || o.Len() == 0 {
			return none
		}
		var wrong *Refusal
		var seen [MaxOptions/64 + 1]uint64 // one bit a row
		o.Visit(func(row []byte, e *fastjson.Value) {
			i, known := rows[string(row)]
			bit := uint64(1) << (i % 64)
			switch {
			case wrong != nil:
			case !known || seen[i/64]&bit != 0:
				wrong = unknown
			default:
				wrong = check(e)
			}
			seen[i/64] |= bit
		})
		return wrong
	}
}

// Demand is that every row is answered.
func (matrix) Demand(q *Question) Check {
	missing := needed("err_rows")
	some := refuse("Every row needs an answer.", "err_rows")
	return func(v *fastjson.Value) *Refusal {
		switch {
		case v == nil:
			return missing
		case v.GetObject().Len() < len(q.Rows):
			return some
		}
		return nil
	}
}

func (matrix) Control(q *Question) Control {
	c := Control{Kind: Grid, Choices: partChoices(q.Columns), Many: q.Multiple, Hint: say("matrix_one")}
	if q.Multiple {
		c.Hint = say("matrix_any")
	}
	for _, r := range q.Rows {
		c.Rows = append(c.Rows, Row{ID: r.ID, Label: Label{Text: r.Title}})
	}
	return c
}

func (matrix) Read(q *Question, f Form) []byte {
	var rows [][]byte
	for _, r := range q.Rows {
		name := q.ID + "." + r.ID
		answer := readAll(f, name)
		if id := f.Get(name); !q.Multiple && id != "" {
			answer = quote(id)
		}
		if answer != nil {
			rows = append(rows, slices.Concat(quote(r.ID), []byte(":"), answer))
		}
	}
	if rows == nil {
		return nil
	}
	return slices.Concat([]byte("{"), bytes.Join(rows, []byte(",")), []byte("}"))
}

// columns gives what was chosen in a row.
func (matrix) columns(answer *fastjson.Value, row string) []string {
	if answer == nil {
		return nil
	}
	cell := answer.Get(row)
	if s, ok := str(cell); ok {
		return []string{s}
	}
	return ids(cell)
}

func (m matrix) Fields(q *Question, answer *fastjson.Value) url.Values {
	f := url.Values{}
	for _, r := range q.Rows {
		if c := m.columns(answer, r.ID); len(c) > 0 {
			f[q.ID+"."+r.ID] = c
		}
	}
	return f
}

// Symbol has a part for each row.
func (matrix) Symbol(q *Question, part string) (logic.Symbol, bool) {
	if part == "" {
		return logic.Symbol{Kind: logic.Record}, true
	}
	s := logic.Symbol{Kind: logic.Text, Options: values(partChoices(q.Columns))}
	if q.Multiple {
		s.Kind = logic.List
	}
	return s, slices.ContainsFunc(q.Rows, func(r Part) bool { return r.ID == part })
}

func (m matrix) Value(q *Question, answer *fastjson.Value, part string) logic.Value {
	if part != "" {
		c := m.columns(answer, part)
		switch {
		case q.Multiple:
			return logic.Ids(c)
		case len(c) == 1:
			return logic.Str(c[0])
		}
		return logic.Value{}
	}
	n := 0
	for _, r := range q.Rows {
		if len(m.columns(answer, r.ID)) > 0 {
			n++
		}
	}
	return logic.Group(n)
}

// Say gives what was chosen in a row, or row by row.
func (m matrix) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	columns := partChoices(q.Columns)
	if part != "" {
		return w.List(titles(columns, m.columns(answer, part), lang, w))
	}
	var rows []string
	for _, r := range q.Rows {
		if s := w.List(titles(columns, m.columns(answer, r.ID), lang, w)); s != "" {
			rows = append(rows, r.Title.In(lang)+": "+s)
		}
	}
	return w.List(rows)
}
