package sqlite

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/mapping/cell"
)

// What follows writes and reads the JSON that the tags of cell.Group say.
// encoding/json took a quarter of a rebuild's time for it.

// bytesOf gives nil for no groups.
func bytesOf(groups []cell.Group) ([]byte, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	w := writer{b: []byte{'['}}
	for i := range groups {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.group(&groups[i])
	}
	return append(w.b, ']'), w.err
}

type writer struct {
	b   []byte
	err error
}

func (w *writer) text(s string) {
	b, err := jsontext.AppendQuote(w.b, s)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("writing the text %q: %w", s, err)
	}
	w.b = b
}

func (w *writer) number(name string, n int64) {
	w.b = append(w.b, name...)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) group(g *cell.Group) {
	w.number(`{"v":`, g.Version)
	if len(g.Segments) > 0 {
		w.b = append(w.b, `,"s":`...)
		for i, name := range slices.Sorted(maps.Keys(g.Segments)) {
			w.b = append(w.b, "{,"[min(i, 1)])
			w.text(name)
			w.b = append(w.b, ':')
			w.text(g.Segments[name])
		}
		w.b = append(w.b, '}')
	}
	if len(g.Overflow) > 0 {
		w.b = append(w.b, `,"o":`...)
		for i, name := range g.Overflow {
			w.b = append(w.b, "[,"[min(i, 1)])
			w.text(name)
		}
		w.b = append(w.b, ']')
	}
	w.number(`,"n":`, g.Counted)
	if g.Suspects != 0 {
		w.number(`,"x":`, g.Suspects)
	}
	if g.Last != 0 {
		w.number(`,"l":`, g.Last)
	}
	if len(g.Histograms) > 0 {
		w.b = append(w.b, `,"h":`...)
		for i, question := range slices.Sorted(maps.Keys(g.Histograms)) {
			w.b = append(w.b, "{,"[min(i, 1)])
			w.text(question)
			w.b = append(w.b, ':', '{')
			for i, answer := range slices.Sorted(maps.Keys(g.Histograms[question])) {
				if i > 0 {
					w.b = append(w.b, ',')
				}
				w.b = append(w.b, '"')
				w.b = strconv.AppendInt(w.b, int64(answer), 10)
				w.number(`":`, g.Histograms[question][answer])
			}
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, '}')
}

// texts reads groups and keeps each text once: names and values repeat in
// almost every group.
type texts struct {
	known map[string]string
	fault error
}

const maxTexts = 10_000

func (t *texts) text(b []byte) string {
	s, ok := t.known[string(b)]
	if !ok {
		s = string(b)
		if t.known == nil {
			t.known = map[string]string{}
		}
		if len(t.known) < maxTexts {
			t.known[s] = s
		}
	}
	return s
}

var parsers fastjson.ParserPool

// read reads what bytesOf wrote.
func (t *texts) read(b []byte) ([]cell.Group, error) {
	if b == nil {
		return nil, nil
	}
	p := parsers.Get()
	defer parsers.Put(p)
	v, err := p.ParseBytes(b)
	if err != nil {
		return nil, err
	}
	list, err := v.Array()
	if err != nil {
		return nil, err
	}
	out := make([]cell.Group, len(list))
	for i, v := range list {
		o, err := v.Object()
		if err != nil {
			return nil, err
		}
		g := &out[i]
		o.Visit(func(k []byte, v *fastjson.Value) {
			switch string(k) {
			case "v":
				g.Version = t.number(v)
			case "n":
				g.Counted = t.number(v)
			case "x":
				g.Suspects = t.number(v)
			case "l":
				g.Last = t.number(v)
			case "s":
				g.Segments = map[string]string{}
				t.object(v).Visit(func(k []byte, v *fastjson.Value) {
					text, err := v.StringBytes()
					t.note(err)
					g.Segments[t.text(k)] = t.text(text)
				})
			case "o":
				names, err := v.Array()
				t.note(err)
				for _, v := range names {
					text, err := v.StringBytes()
					t.note(err)
					g.Overflow = append(g.Overflow, t.text(text))
				}
			case "h":
				g.Histograms = map[string]map[int]int64{}
				t.object(v).Visit(func(k []byte, v *fastjson.Value) { g.Histograms[t.text(k)] = t.counts(v) })
			}
		})
	}
	return out, t.fault
}

func (t *texts) note(err error) {
	if t.fault == nil {
		t.fault = err
	}
}

func (t *texts) number(v *fastjson.Value) int64 {
	n, err := v.Int64()
	t.note(err)
	return n
}

func (t *texts) object(v *fastjson.Value) *fastjson.Object {
	o, err := v.Object()
	if err != nil {
		t.note(err)
		return &fastjson.Object{}
	}
	return o
}

func (t *texts) counts(v *fastjson.Value) map[int]int64 {
	o := t.object(v)
	m := make(map[int]int64, o.Len())
	o.Visit(func(k []byte, v *fastjson.Value) {
		answer, err := strconv.Atoi(string(k))
		t.note(err)
		m[answer] = t.number(v)
	})
	return m
}
