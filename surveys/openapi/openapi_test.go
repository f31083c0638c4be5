package openapi

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
	"waymark/surveys/when"
)

type inside struct {
	Name string `json:"name"`
}

type outside struct {
	ID     string         `json:"id"`
	At     *when.Time     `json:"at,omitzero"`
	Counts []int          `json:"counts,omitzero"`
	Inside inside         `json:"inside,omitzero"`
	Any    jsontext.Value `json:"any,omitzero"`
}

func described(keys ...Key) Document {
	return Document{Sections: []Section{{
		Domain: Domain{Schemas: []Named{Sent[outside]("Outside", "", keys...), Sent[inside]("Inside", "", Need("name", Text(0), ""))}},
		Calls: []Call{{Operation: Operation{Route: "GET /x", ID: "x", Summary: "x", Answers: []Answer{OK(List(Ref("Outside")), "")}},
			Method: "GET", Path: "/x", Params: []Param{{Name: "i", Schema: Ref("Inside")}}}},
	}}}
}

func TestASchemaThatIsNotItsTypeIsFound(t *testing.T) {
	good := []Key{Need("id", Text(0), ""), May("at", Time().OrNull(), ""), May("counts", List(Integer()), ""), May("inside", Ref("Inside"), ""), May("any", Schema{}, "")}
	if faults := described(good...).Faults(); len(faults) > 0 {
		t.Fatal(faults)
	}
	with := func(i int, k Key) []Key {
		keys := append([]Key(nil), good...)
		keys[i] = k
		return keys
	}
	for name, c := range map[string]struct {
		keys []Key
		want string
	}{
		"a key is missing":          {good[:4], `the key "any" is not described`},
		"a key is unknown":          {append(good[:5:5], May("more", Text(0), "")), `the type has no key "more"`},
		"a key stands there twice":  {append(good[:5:5], good[0]), `the key "id" stands here twice`},
		"another JSON type":         {with(0, Need("id", Integer(), "")), `the type is a JSON string, the schema says "integer"`},
		"another element":           {with(2, May("counts", List(Text(0)), "")), "its elements: the type is a JSON integer"},
		"null is not told":          {with(1, May("at", Time(), "")), "null is taken: true by the type, false by the schema"},
		"null is told wrongly":      {with(0, Need("id", Text(0).OrNull(), "")), "null is taken: false by the type, true by the schema"},
		"the schema of another one": {with(3, May("inside", Ref("Outside"), "")), "the type is openapi.inside, the schema that of openapi.outside"},
		"a schema that is not":      {with(4, May("any", Ref("Nowhere"), "")), "there is no schema Nowhere"},
	} {
		if got := strings.Join(described(c.keys...).Faults(), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNamesThatMeanTwoThingsOrNothingAreFound(t *testing.T) {
	d := described(Need("id", Text(0), ""), May("at", Time().OrNull(), ""), May("counts", List(Integer()), ""), May("inside", Ref("Inside"), ""), May("any", Schema{}, ""))
	s := &d.Sections[0]
	s.Schemas = append(s.Schemas, Name("Inside", Text(0)), Name("Unused", Text(0)))
	s.Calls = append(s.Calls, s.Calls[0], Call{Operation: Operation{Route: "GET /y", ID: "y"}})
	got := strings.Join(d.Faults(), "\n")
	for _, want := range []string{"two schemas are called Inside", "schema Unused is used nowhere", "GET /x: its id x is not its own", "GET /y: says not what it does or answers"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestAGivenKeyIsNeededUnlessItsTypeLeavesItOut(t *testing.T) {
	n := Given[outside]("Outside", "", May("id", Text(0), ""), Need("at", Time().OrNull(), ""))
	if !n.Keys[0].Needed || n.Keys[1].Needed {
		t.Errorf("%+v", n.Keys)
	}
}

func TestSchemasAreWrittenAsJSONSchema(t *testing.T) {
	for want, s := range map[string]Schema{
		`{}`: {},
		`{"type":"string","pattern":"\\S","minLength":1,"maxLength":9}`:                            Text(9).Filled(),
		`{"type":["string","null"],"enum":["a","b",null]}`:                                         OneOf("a", "b").OrNull(),
		`{"type":"string","const":"a"}`:                                                            OneOf("a"),
		`{"type":"string","enum":["a",""]}`:                                                        OneOf("a").OrEmpty(),
		`{"type":"string","pattern":"^$|^x$","examples":["x"]}`:                                    Form("^x$", "x").OrEmpty(),
		`{"type":"integer","minimum":1,"maximum":5}`:                                               Integer().Between(1, 5),
		`{"type":"array","minItems":1,"maxItems":3,"items":{"type":"boolean"},"uniqueItems":true}`: List(Bool()).Sized(1, 3).Distinct(),
		`{"$ref":"#/components/schemas/X"}`:                                                        Ref("X"),
		`{"anyOf":[{"$ref":"#/components/schemas/X"},{"type":"null"}]}`:                            Ref("X").OrNull(),
		`{"type":"null"}`: Nothing(),
		`{"type":"object","properties":{"b":{"type":"number"},"a":{"type":"number"}},"required":["b"]}`:                                                       Object(Need("b", Number(), ""), May("a", Number(), "")),
		`{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"number"}}`:                                                        Dictionary(Text(0), Number()),
		`{"oneOf":[{"$ref":"#/components/schemas/X"}],"discriminator":{"propertyName":"type","mapping":{"x":"#/components/schemas/X"}},"description":"One."}`: {By: "type", Any: []Schema{{Ref: "X", When: "x"}}, Text: "One."},
	} {
		b, err := json.Marshal(s.JSON())
		if err != nil || string(b) != want {
			t.Errorf("%s, want %s (%v)", b, want, err)
		}
	}
}

func TestRefusalsAreSortedByStatusAndSayEachProblemOnce(t *testing.T) {
	status := func(p Problem) int { return map[fault.Kind]int{fault.Invalid: 422, fault.Malformed: 400}[p.Kind] }
	got := Refuse([]Problem{{fault.Invalid, "b", ""}, {fault.Malformed, "c", ""}, {fault.Invalid, "a", ""}, {fault.Invalid, "b", "again"}}, status, false)
	if len(got) != 2 || got[0].Status != 400 || len(got[1].Problems) != 2 || got[1].Problems[0].Slug != "b" {
		t.Errorf("%+v", got)
	}
}
