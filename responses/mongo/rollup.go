package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/responses"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// inRange asks for [from, to) of (occurred_at, id). The plain span comes
// first, so that the index bounds the scan; the $or only trims its ends.
func inRange(ws ident.Workspace, survey string, from, to responses.Key) bson.D {
	q := bson.D{{Key: "workspace", Value: string(ws)}, {Key: "survey", Value: survey},
		{Key: "status", Value: bson.D{{Key: "$in", Value: bson.A{string(responses.Counted), string(responses.Suspect)}}}}}
	if from.ID == "" && to.ID == "" {
		return append(q, bson.E{Key: "occurred_at", Value: bson.D{{Key: "$gte", Value: from.At}, {Key: "$lt", Value: to.At}}})
	}
	q = append(q, bson.E{Key: "occurred_at", Value: bson.D{{Key: "$gte", Value: from.At}, {Key: "$lte", Value: to.At}}})
	return append(q, bson.E{Key: "$and", Value: bson.A{
		bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "occurred_at", Value: bson.D{{Key: "$gt", Value: from.At}}}},
			bson.D{{Key: "occurred_at", Value: from.At}, {Key: "id", Value: bson.D{{Key: "$gte", Value: from.ID}}}}}}},
		bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "occurred_at", Value: bson.D{{Key: "$lt", Value: to.At}}}},
			bson.D{{Key: "occurred_at", Value: to.At}, {Key: "id", Value: bson.D{{Key: "$lt", Value: to.ID}}}}}}},
	}})
}

// Facts implements responses.Store.
func (s *Store) Facts(ctx context.Context, ws ident.Workspace, survey string, from, to responses.Key, limit int, fn func(*responses.Fact) error) error {
	if err := ws.Check(); err != nil {
		return err
	}
	o := byTime().SetProjection(bson.D{{Key: "id", Value: 1}, {Key: "version", Value: 1}, {Key: "status", Value: 1}, {Key: "occurred_at", Value: 1},
		{Key: "answers", Value: 1}, {Key: "properties", Value: 1}})
	if limit > 0 {
		o.SetLimit(int64(limit))
	}
	return s.each(ctx, s.m.Majority(collection), inRange(ws, survey, from, to), o, func(d *doc) error {
		return fn(&responses.Fact{ID: d.ID, Version: d.Version, Status: responses.Status(d.Status), OccurredAt: when.Milli(d.OccurredAt),
			Answers: d.Answers, Properties: d.properties()})
	})
}

// CountFacts implements responses.Store.
func (s *Store) CountFacts(ctx context.Context, ws ident.Workspace, survey string, from, to responses.Key, limit int) (int, error) {
	if err := ws.Check(); err != nil {
		return 0, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	n, err := s.m.Majority(collection).CountDocuments(ctx, inRange(ws, survey, from, to), options.Count().SetLimit(int64(limit)))
	return int(n), wrap("counting facts", err)
}

// Marks implements responses.Store.
func (s *Store) Marks(ctx context.Context, ws ident.Workspace, survey string, limit int) ([]responses.Mark, error) {
	if err := ws.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	var out []responses.Mark
	err := s.each(ctx, s.m.Majority(collection), bson.D{{Key: "mark_key", Value: key(ws, survey)}},
		options.Find().SetSort(asc("mark_since")).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "id", Value: 1}, {Key: "rev", Value: 1}, {Key: "marks", Value: 1}, {Key: "mark_since", Value: 1}}),
		func(d *doc) error {
			out = append(out, responses.Mark{ID: d.ID, Rev: d.Rev, At: d.Marks, Since: when.Milli(d.MarkSince)})
			return nil
		})
	return out, err
}

// clearGroup bounds one bulk write.
const clearGroup = 500

// Clear implements responses.Store.
func (s *Store) Clear(ctx context.Context, ws ident.Workspace, _ string, ms []responses.Mark) error {
	if err := ws.Check(); err != nil {
		return err
	}
	unset := bson.D{{Key: "$unset", Value: bson.D{{Key: "marks", Value: ""}, {Key: "mark_key", Value: ""}, {Key: "mark_since", Value: ""}}}}
	empty := bson.D{{Key: "$set", Value: bson.D{{Key: "seq", Value: int64(0)}, {Key: "version", Value: int64(0)},
		{Key: "occurred_at", Value: int64(0)}, {Key: "received_at", Value: int64(0)}}}}
	for len(ms) > 0 {
		group := ms[:min(len(ms), clearGroup)]
		ms = ms[len(group):]
		models := make([]mongo.WriteModel, len(group))
		keys := make(bson.A, len(group))
		for i, m := range group {
			keys[i] = key(ws, m.ID)
			models[i] = mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: keys[i]}, {Key: "rev", Value: m.Rev}}).SetUpdate(unset)
		}
		// Tombstones that were cleared lose what only the recomputation needed.
		models = append(models, mongo.NewUpdateManyModel().SetFilter(bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}},
			{Key: "status", Value: string(responses.Erased)}, {Key: "mark_key", Value: bson.D{{Key: "$exists", Value: false}}}}).SetUpdate(empty))
		c, cancel, err := s.m.Writing(ctx)
		if err != nil {
			return err
		}
		_, err = s.m.DB.Collection(collection).BulkWrite(c, models, options.BulkWrite())
		cancel()
		if err != nil {
			return wrap("clearing marks", err)
		}
	}
	return nil
}

// Due implements responses.Store. It is a loose scan of the marks' index: one
// step per survey, however many marks it has, so that none starves behind another's.
func (s *Store) Due(ctx context.Context, limit int) (refs []ident.Ref, oldest when.Time, err error) {
	ctx, cancel := s.m.Deadline(ctx)
	defer cancel()
	after := ""
	for len(refs) < limit {
		var d doc
		err := s.m.Majority(collection).FindOne(ctx, dueAfter(after),
			options.FindOne().SetSort(asc("mark_key", "mark_since")).
				SetProjection(bson.D{{Key: "workspace", Value: 1}, {Key: "survey", Value: 1}, {Key: "mark_key", Value: 1}, {Key: "mark_since", Value: 1}})).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			break
		}
		if err != nil {
			return nil, when.Time{}, wrap("asking what is due", err)
		}
		if t := when.Milli(d.MarkSince); len(refs) == 0 || t.Before(oldest) {
			oldest = t
		}
		refs = append(refs, ident.Ref{Workspace: ident.Workspace(d.Workspace), ID: d.Survey})
		after = d.MarkKey
	}
	return refs, oldest, nil
}

func dueAfter(key string) bson.D {
	return bson.D{{Key: "mark_key", Value: bson.D{{Key: "$gt", Value: key}}}}
}
