package mapping

import (
	"context"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// VersionEntry is a line of a map's history.
type VersionEntry struct {
	Version int64     `json:"version"`
	At      when.Time `json:"at"`
	By      string    `json:"by"`
	Changes []Change  `json:"changes"` // against the version before; none for the first
}

// Change is one place that an edit changed. Elements with an id are addressed
// by it, "/stages/delivery/name"; null stands for what was not there.
type Change struct {
	Pointer string `json:"pointer"`
	From    any    `json:"from"`
	To      any    `json:"to"`
}

// Versions lists a map's versions newest first, the current one included.
func (s *Service) Versions(ctx context.Context, ws ident.Workspace, id string, p ident.Page) ([]VersionEntry, ident.Cursor, error) {
	current, err := s.Get(ctx, ws, id)
	if err != nil {
		return nil, ident.Cursor{}, err
	}
	var rs []Record
	below := p.Cursor.Seq
	if p.Cursor.Zero() {
		rs, below = []Record{current}, current.Version
	}
	// A copy of the current version may lie in the archive after a crash, so
	// only what is below counts. One more is read to compare the last with.
	size := func(r Record) (ident.Cursor, int) { return ident.Cursor{Seq: r.Version, ID: id}, len(r.Document) }
	first := ident.Page{Limit: p.Limit + 1 - len(rs), Cursor: ident.Cursor{Seq: min(below, current.Version), ID: id}}
	old, more, err := ident.Gather(first, size, func(p ident.Page) ([]Record, ident.Cursor, error) { return s.Store.Versions(ctx, ws, id, p) })
	if err != nil {
		return nil, ident.Cursor{}, err
	}
	rs = append(rs, old...)
	out := []VersionEntry{}
	for i, r := range rs {
		if i == p.Limit || i > 0 && i == len(rs)-1 && !more.Zero() { // to compare with
			return out, ident.Cursor{Seq: rs[i-1].Version, ID: id}, nil
		}
		e := VersionEntry{Version: r.Version, At: r.UpdatedAt, By: r.UpdatedBy, Changes: []Change{}}
		if i+1 < len(rs) {
			if e.Changes, err = Changes(rs[i+1].Document, r.Document); err != nil {
				return nil, ident.Cursor{}, err
			}
		}
		out = append(out, e)
	}
	return out, ident.Cursor{}, nil
}

// Changes compares two stored documents.
func Changes(from, to []byte) ([]Change, error) {
	var a, b any
	for doc, v := range map[*[]byte]*any{&from: &a, &to: &b} {
		if err := json.Unmarshal(*doc, v); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "bad-map", "A stored version of the map cannot be read.")
		}
	}
	out := []Change{}
	compare("", short(a), short(b), &out)
	return out, nil
}

// short puts the fingerprint of each picture in its place: a history of
// pictures would be megabytes.
func short(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = short(e)
		}
	case []any:
		for i, e := range v {
			v[i] = short(e)
		}
	case string:
		if strings.HasPrefix(v, "data:image/") {
			return "picture " + ident.Fingerprint([]byte(v))[:16]
		}
	}
	return v
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

func compare(p string, a, b any, out *[]Change) {
	if reflect.DeepEqual(a, b) {
		return
	}
	if x, ok := a.(map[string]any); ok {
		if y, ok := b.(map[string]any); ok {
			members(p, x, y, out)
			return
		}
	}
	if x, order, ok := byID(a); ok {
		if y, other, ok := byID(b); ok && len(x)+len(y) > 0 {
			members(p, x, y, out)
			both := func(ids []string) (kept []string) {
				for _, id := range ids {
					if x[id] != nil && y[id] != nil {
						kept = append(kept, id)
					}
				}
				return kept
			}
			if was, is := both(order), both(other); !slices.Equal(was, is) {
				*out = append(*out, Change{p, was, is})
			}
			return
		}
	}
	*out = append(*out, Change{p, a, b})
}

func members(p string, a, b map[string]any, out *[]Change) {
	var names []string
	for k := range a {
		names = append(names, k)
	}
	for k := range b {
		if _, both := a[k]; !both {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	for _, k := range names {
		at := p + "/" + pointerEscape.Replace(k)
		compare(at, a[k], b[k], out)
	}
}

// byID gives a list's elements by their ids, and the ids in order; ok is
// false where one has none.
func byID(v any) (elements map[string]any, order []string, ok bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, nil, false
	}
	elements = map[string]any{}
	for _, e := range list {
		o, _ := e.(map[string]any)
		id, ok := o["id"].(string)
		if !ok || elements[id] != nil {
			return nil, nil, false
		}
		elements[id] = o
		order = append(order, id)
	}
	return elements, order, true
}
