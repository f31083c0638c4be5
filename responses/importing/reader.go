package importing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"waymark/responses"
	"waymark/surveys/question"
)

// Column says which field of a response a column of the file fills: id,
// respondent, occurred_at, answers.{question}, properties.{name}, or
// properties for a JSON object of them.
type Column struct{ Name, Field string }

// Options say how to read a file.
type Options struct {
	Survey    string
	Columns   []Column
	Questions []question.Question // of the survey's published version
	Zone      *time.Location      // of local times; nil refuses them
	Delimiter byte                // 0 finds it
}

// Reader gives the rows of a file as responses.
type Reader struct {
	t       *table
	o       Options
	width   int
	columns []column
	ours    int // the column of our own ids in a file that we exported; -1 without one
}

type column struct {
	at       int
	field    string
	key      string // question or property
	question *question.Question
	cell     func(q *question.Question, cell string) (any, error) // of the question's type
}

// Row is one row of the file. Err says why it is no response; Body is its
// JSON, api.md §4.
type Row struct {
	Line int // where it begins
	Body []byte
	Err  error
}

// ParseColumn reads column=field, split at the last equals sign.
func ParseColumn(s string) (Column, error) {
	i := strings.LastIndexByte(s, '=')
	if i < 1 || i == len(s)-1 {
		return Column{}, fmt.Errorf("%q is not column=field", clip(s))
	}
	return Column{s[:i], s[i+1:]}, nil
}

// Open reads the head of a file. An error means that nothing of the file can
// be used.
func Open(in io.Reader, o Options) (*Reader, error) {
	t, err := newTable(in, o.Delimiter)
	if err != nil {
		return nil, err
	}
	head, _, err := t.next()
	switch {
	case err == io.EOF:
		return nil, errors.New("the file is empty; its first row names the columns")
	case err != nil:
		return nil, fmt.Errorf("the row of column names cannot be read: %w", err)
	}
	r := &Reader{t: t, o: o, width: len(head), ours: -1}
	names := map[string][]int{}
	for i, h := range head {
		names[strings.TrimSpace(h)] = append(names[strings.TrimSpace(h)], i)
	}
	if id := names["id"]; len(id) == 1 && len(names["sender_id"]) > 0 {
		r.ours = id[0]
	}
	var faults []error
	used := map[string]bool{}
	for _, c := range o.Columns {
		at := names[c.Name]
		switch {
		case len(at) == 0:
			faults = append(faults, fmt.Errorf("there is no column %q; the file has %s", c.Name, strings.Join(first(head, 20), ", ")))
		case len(at) > 1:
			faults = append(faults, fmt.Errorf("the column %q stands there %d times", c.Name, len(at)))
		case used[c.Field]:
			faults = append(faults, fmt.Errorf("two columns are mapped to %s", c.Field))
		default:
			col, err := r.column(at[0], c.Field)
			if err != nil {
				faults = append(faults, err)
			}
			r.columns = append(r.columns, col)
		}
		used[c.Field] = true
	}
	if !slices.ContainsFunc(r.columns, func(c column) bool { return c.question != nil }) && len(faults) == 0 {
		faults = append(faults, errors.New("no column is mapped to an answer (--map column=answers.question)"))
	}
	return r, errors.Join(faults...)
}

func first(list []string, n int) []string {
	out := make([]string, 0, n)
	for _, s := range list[:min(len(list), n)] {
		s = strconv.Quote(clip(s)) // a terminal would act on what a file may hold
		out = append(out, s[1:len(s)-1])
	}
	return out
}

func (r *Reader) column(at int, field string) (column, error) {
	c := column{at: at, field: field}
	switch field {
	case "id", "respondent", "occurred_at", "properties":
		return c, nil
	}
	kind, key, _ := strings.Cut(field, ".")
	c.field, c.key = kind, key
	switch {
	case kind == "properties" && key != "":
		c.field = "property"
		return c, nil
	case kind == "answers" && key != "":
		for i := range r.o.Questions {
			if r.o.Questions[i].ID == key {
				q := &r.o.Questions[i]
				t, known := question.Find(q.Type)
				if !known {
					return c, fmt.Errorf("this program knows no questions of type %q", q.Type)
				}
				c.question, c.cell = q, t.Cell
				return c, nil
			}
		}
		return c, fmt.Errorf("the survey's published version has no question %q", key)
	}
	return c, fmt.Errorf("%q is no field; there are id, respondent, occurred_at, answers.{question}, properties.{name} and properties", clip(field))
}

// Read tells how many bytes were read so far.
func (r *Reader) Read() int64 { return r.t.read }

// Next gives the next row; io.EOF after the last.
func (r *Reader) Next() (Row, error) {
	cells, line, err := r.t.next()
	row := Row{Line: line}
	switch {
	case errors.Is(err, errRow):
		row.Err = errors.New(strings.TrimPrefix(err.Error(), errRow.Error()+": "))
		return row, nil
	case err != nil:
		return row, err
	case len(cells) != r.width:
		noun := "cells"
		if len(cells) == 1 {
			noun = "cell"
		}
		row.Err = fmt.Errorf("%d %s where the first row has %d", len(cells), noun, r.width)
		return row, nil
	}
	row.Body, row.Err = r.response(cells)
	return row, nil
}

func (r *Reader) response(cells []string) ([]byte, error) {
	answers, properties := map[string]any{}, map[string]string{}
	out := map[string]any{"survey": r.o.Survey, "answers": answers}
	for _, c := range r.columns {
		cell := responses.Undefuse(cells[c.at])
		if strings.TrimSpace(cell) == "" {
			continue
		}
		switch c.field {
		case "id", "respondent":
			if c.field == "id" && c.at == r.ours && strings.HasPrefix(cell, "rsp_") {
				return nil, errors.New("id: this is the product's own id; map sender_id=id")
			}
			out[c.field] = cell
		case "occurred_at":
			t, err := instant(cell, r.o.Zone)
			if err != nil {
				return nil, fmt.Errorf("occurred_at: %w", err)
			}
			out[c.field] = t.String()
		case "property":
			properties[c.key] = cell
		case "properties":
			if err := json.Unmarshal([]byte(cell), &properties); err != nil {
				return nil, errors.New(`properties: this is no JSON object of texts, like {"state": "SP"}`)
			}
		default:
			v, err := c.cell(c.question, cell)
			if err != nil {
				return nil, fmt.Errorf("answers.%s: %w", c.key, err)
			}
			answers[c.key] = v
		}
	}
	if len(properties) > 0 {
		out["properties"] = properties
	}
	return json.Marshal(out)
}
