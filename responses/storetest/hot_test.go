package storetest_test

import (
	"context"
	"testing"

	"waymark/responses"
	"waymark/responses/mongo"
	"waymark/responses/sqlite"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// hot lists the queries of the store; those of SQLite stand as EXPLAIN QUERY
// PLAN says them, those of MongoDB by the names of their indexes.
const (
	byID    = "responses_id (ws=? AND id=?)"
	inTime  = "responses_facts (ws=? AND survey=? AND occurred_at>? AND occurred_at<?)"
	inPlace = "responses_facts (ws=? AND survey=? AND (occurred_at,id)>(?,?) AND (occurred_at,id)<(?,?))"
)

var hot = []enginetest.Hot[responses.Store]{
	{Name: "taking answers", Method: "InsertMany", Call: inserting("rsp_new")},
	{Name: "taking an answer again", Method: "InsertMany", Call: inserting("rsp_a"), SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "reading", Method: "Get", Call: func(ctx context.Context, s responses.Store) error { _, err := s.Get(ctx, "w", "rsp_a"); return err }, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "replacing", Method: "Replace", Call: func(ctx context.Context, s responses.Store) error {
		return s.Replace(ctx, "w", response("rsp_a", 2), 1)
	}, SQLite: []string{byID}, Mongo: []string{"_id_"}},
	{Name: "a list", Method: "List", Call: listing(responses.Filter{}), SQLite: []string{"responses_seq (ws=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_seq"}},
	{Name: "a list of a status", Method: "List", Call: listing(responses.Filter{Status: responses.Suspect}), SQLite: []string{"responses_seq (ws=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_seq"}},
	{Name: "a list of a survey", Method: "List", Call: listing(responses.Filter{Survey: "srv_a"}),
		SQLite: []string{"responses_survey_seq (ws=? AND survey=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_survey_seq"}},
	{Name: "a list of a map", Method: "List", Call: listing(responses.Filter{Map: "map_a"}), SQLite: []string{"responses_map_seq (ws=? AND map=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_map_seq"}},
	{Name: "a list of a map's stage", Method: "List", Call: listing(responses.Filter{Map: "map_a", Stage: "delivery"}),
		SQLite: []string{"responses_map_stage_seq (ws=? AND map=? AND stage=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_map_stage_seq"}},
	{Name: "a list of a respondent", Method: "List", Call: listing(responses.Filter{Respondent: "cust-1"}),
		SQLite: []string{"responses_respondent (ws=? AND respondent=? AND (seq,id)<(?,?))"}, Mongo: []string{"workspace_respondent_seq"}},
	{Name: "an export", Method: "Each", Call: exporting(responses.Filter{Survey: "srv_a"}), SQLite: []string{"responses_facts (ws=? AND survey=? AND (occurred_at,id)>(?,?))"}, Mongo: []string{"workspace_survey_occurred"}},
	{Name: "an export of a window", Method: "Each", Call: exporting(responses.Filter{Survey: "srv_a", From: &from, To: &to}),
		SQLite: []string{"responses_facts (ws=? AND survey=? AND occurred_at>? AND occurred_at<?)"}, Mongo: []string{"workspace_survey_occurred"}},
	{Name: "counting a survey", Method: "Count", Call: func(ctx context.Context, s responses.Store) error { _, err := s.Count(ctx, "w", "srv_a"); return err }, SQLite: []string{"(ws=? AND survey=?)"}, Mongo: []string{"workspace_survey_occurred"}},
	{Name: "the facts of a bucket", Method: "Facts", Majority: true, Call: facts(responses.Key{At: 1}, responses.Key{At: 9}), SQLite: []string{inTime}, Mongo: []string{"workspace_survey_occurred"}},
	{Name: "the facts of a part of an instant", Method: "Facts", Majority: true, Call: facts(responses.Key{At: 1, ID: "rsp_a"}, responses.Key{At: 1, ID: "rsp_b"}),
		SQLite: []string{inPlace}, Mongo: []string{"workspace_survey_occurred"}},
	{Name: "counting the facts of a bucket", Method: "CountFacts", Majority: true, Call: func(ctx context.Context, s responses.Store) error {
		_, err := s.CountFacts(ctx, "w", "srv_a", responses.Key{At: 1}, responses.Key{At: 9}, 9)
		return err
	}, SQLite: []string{"COVERING INDEX " + inTime}, Mongo: []string{"workspace_survey_occurred"}},
	{Name: "marks", Method: "Marks", Majority: true, Call: func(ctx context.Context, s responses.Store) error {
		_, err := s.Marks(ctx, "w", "srv_a", 9)
		return err
	}, SQLite: []string{"responses_marks (ws=? AND survey=? AND marked_at>?)"}, Mongo: []string{"marks"}},
	{Name: "clearing a mark", Method: "Clear", Call: func(ctx context.Context, s responses.Store) error {
		return s.Clear(ctx, "w", "srv_a", []responses.Mark{{ID: "rsp_a", Rev: 1}})
	},
		SQLite: []string{byID, byID}, Mongo: []string{"_id_", "_id_"}},
	{Name: "what is due", Method: "Due", Majority: true, Call: func(ctx context.Context, s responses.Store) error { _, _, err := s.Due(ctx, 1); return err },
		SQLite: []string{"responses_marks ((ws,survey)>(?,?))", "responses_marks (ws=? AND survey=? AND marked_at>?)"}, Mongo: []string{"marks"}},
}

var cold = map[string]string{}

var from, to = when.Milli(1), when.Milli(99)

func response(id string, rev int64) responses.Response {
	return responses.Response{ID: id, Rev: rev, Survey: "srv_a", Status: responses.Counted, Marks: []int64{1}, MarkedAt: when.Milli(1)}
}

func fill(ctx context.Context, s responses.Store) error {
	_, err := s.InsertMany(ctx, "w", []responses.Response{response("rsp_a", 1)})
	return err
}

func inserting(id string) func(context.Context, responses.Store) error {
	return func(ctx context.Context, s responses.Store) error {
		_, err := s.InsertMany(ctx, "w", []responses.Response{response(id, 1)})
		return err
	}
}

func listing(f responses.Filter) func(context.Context, responses.Store) error {
	return func(ctx context.Context, s responses.Store) error {
		_, _, err := s.List(ctx, "w", f, ident.Page{Limit: 20, Cursor: ident.Cursor{Seq: 5, ID: "rsp_a"}})
		return err
	}
}

func exporting(f responses.Filter) func(context.Context, responses.Store) error {
	return func(ctx context.Context, s responses.Store) error {
		return s.Each(ctx, "w", f, func(responses.Response) error { return nil })
	}
}

func facts(from, to responses.Key) func(context.Context, responses.Store) error {
	return func(ctx context.Context, s responses.Store) error {
		return s.Facts(ctx, "w", "srv_a", from, to, 9, func(*responses.Fact) error { return nil })
	}
}

func TestEveryHotQueryOfSQLiteIsServedByItsIndex(t *testing.T) {
	enginetest.Covers(t, hot, cold)
	enginetest.SQLitePlans(t, sqlite.Steps, func(e *engine.SQLite) responses.Store { return sqlite.New(e) }, fill, hot)
}

func TestEveryHotQueryOfMongoDBIsServedByItsIndex(t *testing.T) {
	enginetest.MongoPlans(t, mongo.Steps, func(m *engine.Mongo) responses.Store { return mongo.New(m) }, fill, hot)
}
