package enginetest

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"waymark/surveys/engine"
)

func found(t *testing.T, faults []string, want string) {
	t.Helper()
	got := strings.Join(faults, "; ")
	if (want == "") != (got == "") || !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAPlanOfSQLiteIsJudged(t *testing.T) {
	for _, c := range []struct{ plan, want, sorts, scans, fault string }{
		{"SEARCH maps USING INDEX maps_id (ws=? AND id=?)", "maps_id (ws=? AND id=?)", "", "", ""},
		{"SEARCH maps USING INDEX maps_id (ws=?)", "maps_id (ws=? AND id=?)", "", "", "not maps_id"},
		{"SEARCH maps USING INDEX other_maps_id (ws=?)", "maps_id (ws=?)", "", "", "not maps_id"},
		{"SCAN maps USING INDEX maps_id (ws=?)", "maps_id", "", "", "walks"},
		{"SCAN maps USING INDEX maps_id (ws=?)", "maps_id", "", "it is small", ""},
		{"SEARCH maps USING INDEX maps_id (ws=?); USE TEMP B-TREE FOR ORDER BY", "maps_id", "", "", "sorts"},
		{"SEARCH maps USING INDEX maps_id (ws=?); USE TEMP B-TREE FOR ORDER BY", "maps_id", "few rows", "", ""},
		{"SEARCH a USING INDEX x (b=?); SEARCH a USING INDEX y (b=?)", "x (b=?); y (b=?)", "", "", ""},
		{"SEARCH a USING INDEX x (b=?); SEARCH a USING INDEX z (b=?)", "x (b=?); y (b=?)", "", "", "not y"},
	} {
		found(t, planFaults(c.plan, c.want, c.sorts, c.scans), c.fault)
	}
}

func TestTheFormOfAMongoDBQueryIsJudged(t *testing.T) {
	steps := []engine.MongoStep{{Collection: "c", Indexes: []engine.MongoIndex{
		{Name: "w_at", Keys: bson.D{{Key: "w", Value: 1}, {Key: "at", Value: 1}, {Key: "id", Value: 1}}}, {Name: "w_map", Keys: bson.D{{Key: "w", Value: 1}, {Key: "map", Value: 1}}}}}}
	one := func(kv ...any) (d bson.D) {
		for i := 0; i < len(kv); i += 2 {
			d = append(d, bson.E{Key: kv[i].(string), Value: kv[i+1]})
		}
		return d
	}
	newest := one("at", int32(-1), "id", int32(-1))
	for _, c := range []struct {
		filter, sort bson.D
		index, fault string
	}{
		{one("_id", "x"), nil, "_id_", ""},
		{one("_id", one("$gte", "a", "$lt", "b")), one("_id", int32(-1)), "_id_", ""},
		{one("w", "x"), newest, "w_at", ""},
		{one("w", one("$eq", "x"), "at", one("$lt", 5)), newest, "w_at", ""},
		{one("w", one("$ne", "x")), newest, "w_at", "order"},
		{one("w", "x"), one("at", int32(1), "id", int32(-1)), "w_at", "order"},
		{one("w", "x"), one("id", int32(1)), "w_at", "order"},
		{one("at", 5), nil, "w_at", "begins with nothing"},
		{one("w", "x"), nil, "gone", "no index gone"},
		{one("$or", bson.A{one("w", "x"), one("w", "x", "map", "y")}), nil, "w_at w_map", ""},
		{one("$or", bson.A{one("w", "x"), one("map", "y")}), nil, "w_at w_map", "begins with nothing"},
		{one("$or", bson.A{one("w", "x"), one("map", "y")}), nil, "w_at", "2 alternatives"},
	} {
		found(t, asked{collection: "c", filter: c.filter, sort: c.sort}.formFaults(steps, strings.Fields(c.index), ""), c.fault)
	}
}

// What MongoDB's servers answer, shortened.
func TestAPlanOfMongoDBIsJudged(t *testing.T) {
	for name, c := range map[string]struct{ plan, index, fault string }{
		"an index": {`{"queryPlanner":{"winningPlan":{"stage":"LIMIT","inputStage":{"stage":"FETCH","inputStage":{"stage":"IXSCAN","indexName":"w_at"}}}}}`, "w_at", ""},
		"in the slot-based engine": {`{"queryPlanner":{"parsedQuery":{"stage":"COLLSCAN"},"winningPlan":{"queryPlan":{"stage":"FETCH","inputStage":{"stage":"IXSCAN","indexName":"w_at"}},
			"slotBasedPlan":{"slots":"…"}},"rejectedPlans":[{"stage":"COLLSCAN"}]}}`, "w_at", ""},
		"another index":    {`{"queryPlanner":{"winningPlan":{"stage":"FETCH","inputStage":{"stage":"IXSCAN","indexName":"w_map"}}}}`, "w_at", "not w_at"},
		"the collection":   {`{"queryPlanner":{"winningPlan":{"stage":"COLLSCAN","direction":"forward"}}}`, "w_at", "COLLSCAN"},
		"a sort":           {`{"queryPlanner":{"winningPlan":{"stage":"SORT","inputStage":{"stage":"FETCH","inputStage":{"stage":"IXSCAN","indexName":"w_at"}}}}}`, "w_at", "SORT"},
		"by _id":           {`{"queryPlanner":{"winningPlan":{"stage":"IDHACK"}}}`, "_id_", ""},
		"by _id since 8":   {`{"queryPlanner":{"winningPlan":{"stage":"EXPRESS_IXSCAN","indexName":"_id_"}}}`, "_id_", ""},
		"an update":        {`{"queryPlanner":{"winningPlan":{"stage":"UPDATE","inputStage":{"stage":"FETCH","inputStage":{"stage":"IXSCAN","indexName":"_id_"}}}}}`, "_id_", ""},
		"alternatives":     {`{"queryPlanner":{"winningPlan":{"stage":"FETCH","inputStage":{"stage":"SORT_MERGE","inputStages":[{"stage":"IXSCAN","indexName":"a"},{"stage":"IXSCAN","indexName":"b"}]}}}}`, "a b", ""},
		"on shards":        {`{"queryPlanner":{"winningPlan":{"stage":"SHARD_MERGE","shards":[{"shardName":"s","winningPlan":{"stage":"COLLSCAN"}}]}}}`, "w_at", "COLLSCAN"},
		"an aggregation":   {`{"stages":[{"$cursor":{"queryPlanner":{"winningPlan":{"stage":"COUNT_SCAN","indexName":"w_at"}}}},{"$group":{}}]}`, "w_at", ""},
		"no plan at all":   {`{"ok":1}`, "w_at", "the plan is []"},
		"no such database": {`{"queryPlanner":{"winningPlan":{"stage":"EOF"}}}`, "w_at", "not w_at"},
	} {
		t.Run(name, func(t *testing.T) {
			var d bson.D
			if err := bson.UnmarshalExtJSON([]byte(c.plan), false, &d); err != nil {
				t.Fatal(err)
			}
			raw, err := bson.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			found(t, explainFaults(raw, strings.Fields(c.index), ""), c.fault)
		})
	}
}
