package mongo

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"golang.org/x/sync/errgroup"

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

const (
	// clearGroup bounds one statement, and clearing is how many are under way:
	// a statement must end well before its deadline where each of its documents
	// is slow, and a journal that is waited for should hold more than one.
	clearGroup = 100
	clearing   = 4
)

// Clear implements responses.Store.
func (s *Store) Clear(ctx context.Context, ws ident.Workspace, _ string, ms []responses.Mark) error {
	if err := ws.Check(); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(clearing)
	for group := range slices.Chunk(ms, clearGroup) {
		g.Go(func() error { return s.clear(ctx, ws, group) })
	}
	return g.Wait()
}

func (s *Store) clear(ctx context.Context, ws ident.Workspace, group []responses.Mark) error {
	ctx, cancel, err := s.m.Writing(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	// Nearly all marks of a group were read at the same revision, so that one
	// statement clears them.
	at := map[int64]bson.A{}
	var keys bson.A
	for _, m := range group {
		k := key(ws, m.ID)
		keys, at[m.Rev] = append(keys, k), append(at[m.Rev], k)
	}
	c := s.m.DB.Collection(collection)
	for rev, same := range at {
		_, err := c.UpdateMany(ctx, bson.D{{Key: "rev", Value: rev}, {Key: "_id", Value: bson.D{{Key: "$in", Value: same}}}},
			bson.D{{Key: "$unset", Value: bson.D{{Key: "marks", Value: ""}, {Key: "mark_key", Value: ""}, {Key: "mark_since", Value: ""}}}})
		if err != nil {
			return wrap("clearing marks", err)
		}
	}
	// Tombstones that were cleared lose what only the recomputation needed.
	_, err = c.UpdateMany(ctx, bson.D{{Key: "status", Value: string(responses.Erased)}, {Key: "mark_key", Value: bson.D{{Key: "$exists", Value: false}}},
		{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "seq", Value: int64(0)}, {Key: "version", Value: int64(0)}, {Key: "occurred_at", Value: int64(0)}, {Key: "received_at", Value: int64(0)}}}})
	return wrap("clearing marks", err)
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
