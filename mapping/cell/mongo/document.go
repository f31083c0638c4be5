package mongo

import (
	"fmt"
	"slices"
	"sort"

	"waymark/mapping/cell"
	"waymark/responses"
	"waymark/surveys/ident"
)

type nodeDoc struct {
	ID        string     `bson:"_id"`
	Workspace string     `bson:"workspace"`
	Survey    string     `bson:"survey"`
	Level     int32      `bson:"level"`
	At        int64      `bson:"at"` // milliseconds since 1970, as all times here
	Prefix    string     `bson:"prefix"`
	Rev       int64      `bson:"rev"`
	Split     bool       `bson:"split"`
	Open      bool       `bson:"open"`
	Counted   int64      `bson:"counted"`
	Last      int64      `bson:"last"`
	Totals    []groupDoc `bson:"totals"` // nil: the groups are read instead
	Groups    []groupDoc `bson:"groups"`
}

type groupDoc struct {
	Version    int64          `bson:"v"`
	Segments   []segmentDoc   `bson:"s,omitempty"`
	Overflow   []string       `bson:"o,omitempty"`
	Counted    int64          `bson:"n"`
	Suspects   int64          `bson:"x,omitempty"`
	Last       int64          `bson:"l,omitempty"`
	Histograms []histogramDoc `bson:"h,omitempty"`
}

type segmentDoc struct {
	Name  string `bson:"n"`
	Value string `bson:"v"`
}

type histogramDoc struct {
	Question string  `bson:"q"`
	Answers  []int32 `bson:"a"`
	Counts   []int64 `bson:"n"`
}

// id orders nodes of a survey by (level, start, prefix). Times are not before 1970.
func id(ws ident.Workspace, survey string, level cell.Level, k responses.Key) string {
	return fmt.Sprintf("%s/%s/%d/%016d/%s", ws, survey, level, max(k.At, 0), k.ID)
}

func fromNode(ws ident.Workspace, survey string, n cell.Node) nodeDoc {
	d := nodeDoc{ID: id(ws, survey, n.Level, n.Start), Workspace: string(ws), Survey: survey, Level: int32(n.Level), At: n.Start.At, Prefix: n.Start.ID,
		Rev: n.Rev, Split: n.Split, Open: n.Open, Counted: n.Counted, Last: n.Last, Totals: fromGroups(n.Totals), Groups: fromGroups(n.Groups)}
	if len(n.Totals) == 0 && len(n.Groups) > 0 {
		d.Totals = nil
	}
	return d
}

func fromGroups(groups []cell.Group) []groupDoc {
	out := make([]groupDoc, 0, len(groups))
	for _, g := range groups {
		o := groupDoc{Version: g.Version, Overflow: g.Overflow, Counted: g.Counted, Suspects: g.Suspects, Last: g.Last}
		for name, v := range g.Segments {
			o.Segments = append(o.Segments, segmentDoc{name, v})
		}
		sort.Slice(o.Segments, func(i, j int) bool { return o.Segments[i].Name < o.Segments[j].Name })
		for q, counts := range g.Histograms {
			h := histogramDoc{Question: q}
			for a := range counts {
				h.Answers = append(h.Answers, int32(a))
			}
			slices.Sort(h.Answers)
			for _, a := range h.Answers {
				h.Counts = append(h.Counts, counts[int(a)])
			}
			o.Histograms = append(o.Histograms, h)
		}
		sort.Slice(o.Histograms, func(i, j int) bool { return o.Histograms[i].Question < o.Histograms[j].Question })
		out = append(out, o)
	}
	return out
}

func (d nodeDoc) node() cell.Node {
	return cell.Node{NodeKey: cell.NodeKey{Level: cell.Level(d.Level), Start: responses.Key{At: d.At, ID: d.Prefix}},
		Rev: d.Rev, Split: d.Split, Open: d.Open, Counted: d.Counted, Last: d.Last, Totals: toGroups(d.Totals), Groups: toGroups(d.Groups)}
}

func toGroups(docs []groupDoc) (out []cell.Group) {
	for _, g := range docs {
		o := cell.Group{Version: g.Version, Overflow: g.Overflow, Counted: g.Counted, Suspects: g.Suspects, Last: g.Last}
		for _, s := range g.Segments {
			if o.Segments == nil {
				o.Segments = map[string]string{}
			}
			o.Segments[s.Name] = s.Value
		}
		for _, h := range g.Histograms {
			if o.Histograms == nil {
				o.Histograms = map[string]map[int]int64{}
			}
			m := make(map[int]int64, len(h.Answers))
			for i, a := range h.Answers {
				if i < len(h.Counts) {
					m[int(a)] = h.Counts[i]
				}
			}
			o.Histograms[h.Question] = m
		}
		out = append(out, o)
	}
	return out
}
