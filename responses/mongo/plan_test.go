package mongo

import (
	"context"
	"os"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"waymark/responses"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/when"
)

// hot lists each hot query with the index that must serve it.
func hot() []struct {
	name         string
	filter, sort bson.D
	index        string
} {
	at := responses.Key{At: 1}
	from, to := when.Milli(1), when.Milli(99)
	bySeq := bson.D{{Key: "seq", Value: -1}, {Key: "id", Value: -1}}
	return []struct {
		name         string
		filter, sort bson.D
		index        string
	}{
		{"the facts of a window", inRange("w", "srv_a", at, responses.Key{At: 9}), asc("occurred_at", "id"), "workspace_survey_occurred"},
		{"the facts from a key on", inRange("w", "srv_a", responses.Key{At: 1, ID: "rsp_a"}, responses.Key{At: 9}), asc("occurred_at", "id"), "workspace_survey_occurred"},
		{"an export of a window", conditions("w", responses.Filter{Survey: "srv_a", From: &from, To: &to}), asc("occurred_at", "id"), "workspace_survey_occurred"},
		{"a list", conditions("w", responses.Filter{}), bySeq, "workspace_seq"},
		{"a list of a survey", conditions("w", responses.Filter{Survey: "srv_a"}), bySeq, "workspace_survey_seq"},
		{"a list of a map", conditions("w", responses.Filter{Map: "map_1"}), bySeq, "workspace_map_seq"},
		{"a list of a map's stage", conditions("w", responses.Filter{Map: "map_1", Stage: "delivery"}), bySeq, "workspace_map_stage_seq"},
		{"a list of a respondent", conditions("w", responses.Filter{Respondent: "cust-1"}), bySeq, "workspace_respondent_seq"},
		{"marks", bson.D{{Key: "mark_key", Value: "w/srv_a"}}, asc("mark_since"), "marks"},
		{"what is due", dueAfter("w/srv_a"), asc("mark_key", "mark_since"), "marks"},
	}
}

func TestEveryHotQueryNamesAnIndexThatExists(t *testing.T) {
	for _, q := range hot() {
		found := false
		for _, ix := range slices.Concat(Steps[0].Indexes, Steps[1].Indexes) {
			if ix.Name != q.index {
				continue
			}
			found = true
			// Equality first, then the order: the index's keys begin with the fields asked by value and go on with the sort.
			var equal int
			for equal < len(ix.Keys) && slices.ContainsFunc(q.filter, func(e bson.E) bool { _, text := e.Value.(string); return text && e.Key == ix.Keys[equal].Key }) {
				equal++
			}
			for i, e := range q.sort {
				if equal+i >= len(ix.Keys) || ix.Keys[equal+i].Key != e.Key {
					t.Errorf("%s: the index %s does not give the order %v after %d equal keys", q.name, q.index, q.sort, equal)
					break
				}
			}
		}
		if !found {
			t.Errorf("%s: there is no index %s", q.name, q.index)
		}
	}
}

func TestAServerThatExplainsScansNoCollection(t *testing.T) {
	uri := os.Getenv(enginetest.MongoVariable)
	if uri == "" {
		t.Skipf("only a real MongoDB explains: set %s", enginetest.MongoVariable)
	}
	m := enginetest.Mongo(t, uri, Steps)
	for _, q := range hot() {
		var out bson.M
		err := m.DB.RunCommand(context.Background(), bson.D{{Key: "explain", Value: bson.D{{Key: "find", Value: collection},
			{Key: "filter", Value: q.filter}, {Key: "sort", Value: q.sort}, {Key: "limit", Value: 20}}}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&out)
		if err != nil {
			t.Fatal(err)
		}
		planner, _ := out["queryPlanner"].(bson.M)
		stages, indexes := walk(planner["winningPlan"])
		if slices.Contains(stages, "COLLSCAN") || slices.Contains(stages, "SORT") || !slices.Contains(indexes, q.index) {
			t.Errorf("%s: stages %v, indexes %v, wanted %s and neither COLLSCAN nor SORT", q.name, stages, indexes, q.index)
		}
	}
}

// walk gives every stage and index of a plan.
func walk(v any) (stages, indexes []string) {
	add := func(v any) {
		s, i := walk(v)
		stages, indexes = append(stages, s...), append(indexes, i...)
	}
	switch v := v.(type) {
	case bson.M:
		if s, ok := v["stage"].(string); ok {
			stages = append(stages, s)
		}
		if s, ok := v["indexName"].(string); ok {
			indexes = append(indexes, s)
		}
		for _, e := range v {
			add(e)
		}
	case bson.A:
		for _, e := range v {
			add(e)
		}
	}
	return stages, indexes
}
