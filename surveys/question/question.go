package question

import (
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/logic"
	"waymark/surveys/openapi"
	"waymark/surveys/words"
)

// Limits, api.md §1 and §7.
const (
	// MaxOptions is how many options a question may offer.
	MaxOptions = 500
	maxPages   = 100
	maxJumps   = 100
	// MaxOther is the length of an own text beside the options, in characters.
	MaxOther = 500
	// maxHidden is the length of a hidden question's text, in characters.
	maxHidden = 200
	// maxNumber is 2^53: whole numbers up to it are exact in every JSON reader.
	maxNumber = 1 << 53
)

// IDForm is the pattern of a question's id.
const IDForm = `^[a-z][a-z0-9_]{0,63}$`

// Question is one question of a definition, api.md §7. Which of the keys
// behind Jump a question may have is its type's business.
type Question struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Title    Text   `json:"title,omitzero"`
	Help     Text   `json:"help,omitzero"`
	Required bool   `json:"required,omitzero"`
	Page     int    `json:"page,omitzero"`

	ShowIf     string `json:"show_if,omitzero"`
	RequiredIf string `json:"required_if,omitzero"`
	Jump       []Jump `json:"jump,omitzero"`

	Labels    *Labels        `json:"labels,omitzero"`
	Shape     string         `json:"shape,omitzero"`
	Options   []Option       `json:"options,omitzero"`
	Other     bool           `json:"other,omitzero"`
	Random    bool           `json:"random,omitzero"`
	Min       jsontext.Value `json:"min,omitzero"`
	Max       jsontext.Value `json:"max,omitzero"`
	Step      *float64       `json:"step,omitzero"`
	Unit      string         `json:"unit,omitzero"`
	MinLength *int           `json:"min_length,omitzero"`
	MaxLength *int           `json:"max_length,omitzero"`
	Format    string         `json:"format,omitzero"`
	Default   *string        `json:"default,omitzero"`
	Words     []Word         `json:"words,omitzero"`
	Rows      []Part         `json:"rows,omitzero"`
	Columns   []Part         `json:"columns,omitzero"`
	Multiple  bool           `json:"multiple,omitzero"`
	Text      Text           `json:"text,omitzero"`
	Version   jsontext.Value `json:"version,omitzero"`
	Accept    []string       `json:"accept,omitzero"`
	MaxBytes  *int           `json:"max_bytes,omitzero"`
}

// Jump goes on at a later question, or to the end, where If is true.
type Jump struct {
	If string `json:"if"`
	To string `json:"to"`
}

// Labels name the ends of a scale.
type Labels struct {
	Low  Text `json:"low,omitzero"`
	High Text `json:"high,omitzero"`
}

// Option is one thing to choose.
type Option struct {
	ID        string `json:"id"`
	Title     Text   `json:"title,omitzero"`
	Exclusive bool   `json:"exclusive,omitzero"`
	Image     string `json:"image,omitzero"` // fil_…, of pictures
}

// Metric is the scale of a type that measures, both ends included.
type Metric struct{ Low, High int }

// Type is a question type.
type Type interface {
	// Name is the type's name in definitions.
	Name() string
	// About says for the description of the API what an answer is.
	About() string
	// Keys describes the type's own keys beyond the common ones. A draft may hold
	// what publishing refuses, so what publishing demands is said in words.
	Keys() []openapi.Key
	// Draft adds what even a draft must not hold in own keys: to malformed what
	// has the wrong JSON type, to l what the rules refuse.
	Draft(q *Question, malformed, l *fault.List, pointer string)
	// Ready adds what publishing must refuse.
	Ready(q *Question, l *fault.List, pointer string)
	// Compile makes the check of answers to a question that Ready passed.
	Compile(q *Question) Check
	// Demand makes the check of what a required question demands beyond that: of
	// nil, which is no answer, and of answers that the check took.
	Demand(q *Question) Check
	// Control gives what the question is answered with.
	Control(q *Question) Control
	// Read makes an answer (JSON) of a form's fields, api.md §8; nil where nothing
	// was answered. Whether it is a good one is for the Check: what cannot be an
	// answer at all is given as something that the check refuses.
	Read(q *Question, f Form) []byte
	// Fields is Read the other way round: the fields that show an answer again.
	Fields(q *Question, answer *fastjson.Value) url.Values
	// Symbol types the answer ("") or a part of it for expressions; false where
	// there is no such part.
	Symbol(q *Question, part string) (logic.Symbol, bool)
	// Value gives the answer or a part of it to expressions; null where there is
	// none. An own text compares as 'other'.
	Value(q *Question, answer *fastjson.Value, part string) logic.Value
	// Say gives the answer or a part of it as people read it in a text: titles
	// of options, and numbers and dates as the language writes them; "" where
	// there is none.
	Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string
	// Cell reads a cell of a table that is not blank as an answer. Whether it is
	// a good one is for the Check.
	Cell(q *Question, cell string) (any, error)
	// Metric gives the scale; false for a type that measures nothing.
	Metric() (Metric, bool)
}

// plain is what most types share: no own keys, no rules, no metric, cells that
// are texts, and that any answer will do where one is required.
type plain struct{}

func (plain) Keys() []openapi.Key                               { return nil }
func (plain) Draft(*Question, *fault.List, *fault.List, string) {}
func (plain) Ready(*Question, *fault.List, string)              {}
func (plain) Metric() (Metric, bool)                            { return Metric{}, false }
func (plain) Demand(*Question) Check                            { return there("err_required") }

func (plain) Cell(_ *Question, cell string) (any, error) {
	return strings.ReplaceAll(cell, "\r\n", "\n"), nil
}

// types lists the question types that there are. Nothing else knows them.
var types = []Type{csat{scale{low: 1, high: 5}}, ces{scale{low: 1, high: 7}}, nps{scale{low: 0, high: 10}}, emotion{scale{low: -2, high: 2}}, rating{scale{low: 1, high: 5}},
	emotionWords{}, choice{}, choices{}, matrix{}, ranking{}, text{}, longText{}, number{}, date{}, consent{}, hidden{}, picture{}, file{}}

// Find gives the type of that name.
func Find(name string) (Type, bool) {
	for _, t := range types {
		if t.Name() == name {
			return t, true
		}
	}
	return nil, false
}

// Names lists the names of the types that there are.
func Names() []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name()
	}
	return names
}
