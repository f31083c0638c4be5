package enginetest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"waymark/surveys/engine"
)

// MongoPlans calls each hot call on the servers that the environment names and
// catches its queries. Of each it checks that the index that is named exists
// and begins with what is asked by value, then what it is sorted by. A server
// that explains, WAYMARK_TEST_MONGO_URI, must also choose that index, and
// neither walk through the collection nor sort.
func MongoPlans[S any](t *testing.T, steps []engine.MongoStep, open func(*engine.Mongo) S, fill func(ctx context.Context, s S) error, hot []Hot[S]) {
	Servers(t, func(t *testing.T, uri string) {
		var mu sync.Mutex
		var caught []bson.Raw
		m := Mongo(t, uri, steps, func(c bson.Raw) {
			mu.Lock()
			defer mu.Unlock()
			caught = append(caught, c)
		})
		ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
		defer cancel()
		if err := fill(ctx, open(m)); err != nil {
			t.Fatalf("filling the store: %v", err)
		}
		for _, h := range hot {
			t.Run(h.Name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
				defer cancel()
				take := func() []bson.Raw {
					mu.Lock()
					defer mu.Unlock()
					list := caught
					caught = nil
					return list
				}
				take()
				if err := h.Call(ctx, open(m)); err != nil {
					t.Fatal(err)
				}
				var asked []asked
				for _, c := range take() {
					list := questions(t, c)
					asked = append(asked, list...)
					if f := concernFault(c); h.Majority && len(list) > 0 && f != "" {
						t.Errorf("%v: %s", c, f)
					}
				}
				if len(asked) != len(h.Mongo) {
					t.Fatalf("%d queries, %d are listed: %v", len(asked), len(h.Mongo), asked)
				}
				for i, q := range asked {
					indexes := strings.Fields(h.Mongo[i])
					faults := q.formFaults(steps, indexes, h.Sorts)
					if os.Getenv(MongoVariable) == uri {
						faults = append(faults, explainFaults(q.explain(t, m), indexes, h.Sorts)...)
					}
					for _, f := range faults {
						t.Errorf("%v: %s", q, f)
					}
				}
			})
		}
	})
}

// asked is one query as it was sent.
type asked struct {
	collection   string
	filter, sort bson.D
	command      bson.D // what a server can explain
}

func (q asked) String() string {
	b, _ := bson.MarshalExtJSON(q.command, false, false)
	return string(b)
}

// questions gives the queries of a command.
func questions(t *testing.T, command bson.Raw) (list []asked) {
	t.Helper()
	var c bson.D
	if err := bson.Unmarshal(command, &c); err != nil {
		t.Fatal(err)
	}
	if len(c) == 0 {
		return nil
	}
	name := c[0].Key
	collection, _ := c[0].Value.(string)
	if collection == "meta" {
		return nil // the guard's look at the schema version
	}
	get := func(d bson.D, key string) (v bson.D) {
		v, _ = value(d, key).(bson.D)
		return v
	}
	add := func(filter, sort bson.D, rest ...bson.E) {
		list = append(list, asked{collection, filter, sort, append(bson.D{{Key: name, Value: collection}}, rest...)})
	}
	switch name {
	case "find":
		rest := bson.D{}
		for _, e := range c[1:] {
			if slices.Contains([]string{"filter", "sort", "projection", "limit", "singleBatch"}, e.Key) {
				rest = append(rest, e)
			}
		}
		add(get(c, "filter"), get(c, "sort"), rest...)
	case "aggregate":
		pipeline, _ := value(c, "pipeline").(bson.A)
		if len(pipeline) == 0 {
			t.Fatalf("an aggregation without a pipeline: %v", c)
		}
		first, _ := pipeline[0].(bson.D)
		add(get(first, "$match"), nil, bson.E{Key: "pipeline", Value: pipeline}, bson.E{Key: "cursor", Value: bson.D{}})
	case "update", "delete":
		field := name + "s"
		statements, _ := value(c, field).(bson.A)
		for _, s := range statements {
			s, _ := s.(bson.D)
			add(get(s, "q"), nil, bson.E{Key: field, Value: bson.A{s}})
		}
	case "insert", "getMore", "endSessions", "hello", "ping", "killCursors", "listIndexes", "createIndexes":
	default:
		t.Fatalf("a command that this test does not know: %s", name)
	}
	return list
}

func value(d bson.D, key string) any {
	for _, e := range d {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// formFaults checks the form of a query against the keys of its indexes; a
// filter of alternatives has one for each.
func (q asked) formFaults(steps []engine.MongoStep, indexes []string, sorts string) (faults []string) {
	filters := []bson.D{q.filter}
	if len(q.filter) == 1 && q.filter[0].Key == "$or" {
		filters = nil
		for _, f := range q.filter[0].Value.(bson.A) {
			filters = append(filters, f.(bson.D))
		}
	}
	if len(filters) != len(indexes) {
		return []string{fmt.Sprintf("it has %d alternatives, %d indexes are named", len(filters), len(indexes))}
	}
	for i, f := range filters {
		keys := keysOf(steps, q.collection, indexes[i])
		if keys == nil {
			faults = append(faults, "there is no index "+indexes[i]+" of "+q.collection)
			continue
		}
		equal := 0
		for equal < len(keys) && byValue(value(f, keys[equal].Key)) {
			equal++
		}
		ranged := equal < len(keys) && value(f, keys[equal].Key) != nil
		ordered := len(q.sort) > 0 && sortedBy(keys[equal:], q.sort)
		if equal == 0 && !ranged && !ordered {
			faults = append(faults, "the index "+indexes[i]+" begins with nothing that it asks for")
		}
		if len(q.sort) > 0 && !ordered && sorts == "" {
			faults = append(faults, "the index "+indexes[i]+" does not give its order")
		}
	}
	return faults
}

func keysOf(steps []engine.MongoStep, collection, name string) bson.D {
	if name == "_id_" {
		return bson.D{{Key: "_id", Value: 1}}
	}
	for _, s := range steps {
		for _, ix := range s.Indexes {
			if s.Collection == collection && ix.Name == name {
				return ix.Keys
			}
		}
	}
	return nil
}

// byValue reports a condition that names one value.
func byValue(v any) bool {
	if d, ok := v.(bson.D); ok {
		return len(d) == 1 && d[0].Key == "$eq"
	}
	return v != nil
}

// sortedBy reports whether keys begin with the order, forwards or backwards.
func sortedBy(keys, order bson.D) bool {
	if len(order) > len(keys) {
		return false
	}
	for i, e := range order {
		if keys[i].Key != e.Key || e.Value != order[0].Value {
			return false
		}
	}
	return true
}

// explain asks the server how it would answer.
func (q asked) explain(t *testing.T, m *engine.Mongo) bson.Raw {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	out, err := m.DB.RunCommand(ctx, bson.D{{Key: "explain", Value: q.command}, {Key: "verbosity", Value: "queryPlanner"}}).Raw()
	if err != nil {
		t.Fatalf("explaining %v: %v", q, err)
	}
	return out
}

func explainFaults(out bson.Raw, indexes []string, sorts string) (faults []string) {
	stages, used := walk(bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: out}, false)
	if len(stages) == 0 || slices.Contains(stages, "COLLSCAN") || sorts == "" && slices.Contains(stages, "SORT") {
		faults = append(faults, fmt.Sprintf("the plan is %v", stages))
	}
	for _, name := range indexes {
		// A look-up by _id has stages of its own, which name no index.
		byID := name == "_id_" && slices.ContainsFunc(stages, func(s string) bool { return s == "IDHACK" || strings.HasPrefix(s, "EXPRESS") })
		if !byID && !slices.Contains(used, name) {
			faults = append(faults, fmt.Sprintf("the plan is %v with %v, not %s", stages, used, name))
		}
	}
	return faults
}

// walk gives every stage and index of the winning plans; within says that v
// lies in one.
func walk(v bson.RawValue, within bool) (stages, indexes []string) {
	var elements []bson.RawElement
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		elements, _ = v.Document().Elements()
	case bson.TypeArray:
		elements, _ = v.Array().Elements()
	}
	for _, e := range elements {
		text, isText := e.Value().StringValueOK()
		switch {
		case e.Key() == "rejectedPlans":
			continue
		case within && isText && e.Key() == "stage":
			stages = append(stages, text)
		case within && isText && e.Key() == "indexName":
			indexes = append(indexes, text)
		}
		s, i := walk(e.Value(), within || e.Key() == "winningPlan")
		stages, indexes = append(stages, s...), append(indexes, i...)
	}
	return stages, indexes
}
