package question

import (
	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// choice takes one option.
type choice struct{ plain }

func (choice) Name() string                                     { return "choice" }
func (choice) About() string                                    { return "Answered by one option: its id, or `{\"other\": text}`." }
func (choice) Keys() []openapi.Key                              { return optionKeys() }
func (choice) Draft(q *Question, _, l *fault.List, p string)    { optionsDraft(q, l, p) }
func (choice) Ready(q *Question, l *fault.List, pointer string) { optionsReady(q, l, pointer) }

func (choice) Cell(q *Question, cell string) (any, error) { return optionCell(q, cell), nil }

func (choice) Compile(q *Question) Check {
	one := option(q)
	return func(v *fastjson.Value) string {
		_, wrong := one(v)
		return wrong
	}
}
