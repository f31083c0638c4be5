package cell

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"waymark/responses"
)

// What follows counts a second time, in the plainest way, and shares nothing
// with what roll-ups count by.

type plainVersion struct {
	segments  []string
	questions []string
}

// plainRow is what one response counts.
type plainRow struct {
	version  int64
	declared []string          // segments that the version declares
	values   map[string]string // those of them that are present
	suspect  bool
	at       int64
	answers  map[string]int
}

func (v *verifier) row(ctx context.Context, f *responses.Fact) (plainRow, error) {
	pv := v.versions[f.Version]
	if pv == nil {
		sv, err := v.r.Versions.Version(ctx, v.ws, v.survey, f.Version)
		if err != nil {
			return plainRow{}, err
		}
		pv = &plainVersion{segments: sv.Segments}
		for _, s := range sv.Series {
			pv.questions = append(pv.questions, s.Question)
		}
		v.versions[f.Version] = pv
	}
	row := plainRow{version: f.Version, declared: pv.segments, values: map[string]string{}, suspect: f.Status == responses.Suspect,
		at: f.OccurredAt.Milli(), answers: map[string]int{}}
	for _, s := range pv.segments {
		if text, ok := f.Properties[s]; ok {
			row.values[s] = strings.Clone(text)
		}
	}
	var answers map[string]any
	if len(f.Answers) > 0 {
		if err := json.Unmarshal(f.Answers, &answers); err != nil {
			return row, fmt.Errorf("reading the answers of %s: %w", f.ID, err)
		}
	}
	for _, q := range pv.questions {
		if n, ok := answers[q].(float64); ok && n == math.Floor(n) {
			row.answers[q] = int(n)
		}
	}
	return row, nil
}

// plainCount counts the rows of a bucket or window, every combination of
// values apart; what has too many values is put together at the end.
type plainCount struct {
	rows    map[string]*plainGroup
	values  map[string]map[string]bool // property → values
	counted int64
	last    int64
}

type plainGroup struct {
	row    plainRow
	counts map[string]int64 // "counted", "suspects", "question=answer"
	last   int64
}

func newPlainCount() *plainCount {
	return &plainCount{rows: map[string]*plainGroup{}, values: map[string]map[string]bool{}}
}

func (c *plainCount) add(row plainRow) {
	name := fmt.Sprintf("%d %q", row.version, row.values) // fmt sorts the keys of maps
	g := c.rows[name]
	if g == nil {
		g = &plainGroup{row: row, counts: map[string]int64{}}
		c.rows[name] = g
		for s, text := range row.values {
			if c.values[s] == nil {
				c.values[s] = map[string]bool{}
			}
			c.values[s][text] = true
		}
	}
	if row.suspect {
		g.counts["suspects"]++
		return
	}
	g.counts["counted"]++
	c.counted++
	g.last, c.last = max(g.last, row.at), max(c.last, row.at)
	for q, a := range row.answers {
		g.counts[fmt.Sprintf("%s=%d", q, a)]++
	}
}

// aside counts the same with no segment declared.
func (c *plainCount) aside() *plainCount {
	out := newPlainCount()
	for _, g := range c.rows {
		name := fmt.Sprint(g.row.version)
		o := out.rows[name]
		if o == nil {
			o = &plainGroup{row: plainRow{version: g.row.version}, counts: map[string]int64{}}
			out.rows[name] = o
		}
		for k, n := range g.counts {
			o.counts[k] += n
		}
		o.last = max(o.last, g.last)
	}
	return out
}

// described gives each group as a line of its name and its counts.
func (c *plainCount) described() map[string]map[string]int64 {
	out := map[string]map[string]int64{}
	for _, g := range c.rows {
		values, over := map[string]string{}, []string{}
		for _, s := range g.row.declared {
			if len(c.values[s]) > MaxValues {
				over = append(over, s)
			} else if text, ok := g.row.values[s]; ok {
				values[s] = text
			}
		}
		sort.Strings(over)
		name := describe(g.row.version, values, over)
		if out[name] == nil {
			out[name] = map[string]int64{}
		}
		for k, n := range g.counts {
			out[name][k] += n
		}
		if g.last > 0 {
			out[name]["last"] = max(out[name]["last"], g.last)
		}
	}
	return out
}

func describe(version int64, values map[string]string, over []string) string {
	return fmt.Sprintf("version %d, segments %q, overflow %q", version, values, over)
}

// compare lists how groups differ from what was counted.
func (c *plainCount) compare(what string, groups []Group) []string {
	want, got := c.described(), map[string]map[string]int64{}
	var out []string
	for _, g := range groups {
		name := describe(g.Version, g.Segments, slices.Concat([]string{}, g.Overflow))
		if got[name] != nil {
			out = append(out, fmt.Sprintf("%s has %s twice", what, name))
			continue
		}
		m := map[string]int64{}
		for k, n := range map[string]int64{"counted": g.Counted, "suspects": g.Suspects, "last": g.Last} {
			if n != 0 {
				m[k] = n
			}
		}
		for q, h := range g.Histograms {
			for a, n := range h {
				m[fmt.Sprintf("%s=%d", q, a)] = n
			}
		}
		got[name] = m
	}
	names := map[string]bool{}
	for n := range want {
		names[n] = true
	}
	for n := range got {
		names[n] = true
	}
	for _, n := range sortedNames(names) {
		if a, b := fmt.Sprint(want[n]), fmt.Sprint(got[n]); a != b {
			out = append(out, fmt.Sprintf("%s, %s: stored %s, counted %s", what, n, b, a))
		}
	}
	return out
}

func sortedNames(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for n := range set {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func sortedDays(set map[int64]bool) []int64 {
	out := make([]int64, 0, len(set))
	for d := range set {
		out = append(out, d)
	}
	slices.Sort(out)
	return out
}

var plainDurations = []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second, time.Millisecond}

// plainKey names the bucket that holds a response.
func plainKey(level int, f *responses.Fact) NodeKey {
	if level < len(plainDurations) {
		return NodeKey{Level: Level(level), Start: responses.Key{At: f.OccurredAt.Time().Truncate(plainDurations[level]).UnixMilli()}}
	}
	return NodeKey{Level: Level(level), Start: responses.Key{At: f.OccurredAt.Milli(), ID: strings.Clone(f.ID[:level])}} // "rsp_x" is level 5, "rsp_xy" 6
}

// plainRange gives the places of a bucket that can be split.
func plainRange(k NodeKey) (from, to responses.Key) {
	if int(k.Level) < len(plainDurations) {
		return k.Start, responses.Key{At: k.Start.At + plainDurations[k.Level].Milliseconds()}
	}
	return k.Start, responses.Key{At: k.Start.At, ID: k.Start.ID + "~"} // after every id with the prefix
}

// compareDay counts a day's responses into each stored node that holds them.
func (v *verifier) compareDay(ctx context.Context, day int64, stored []Node) ([]string, error) {
	byKey := map[NodeKey]*Node{}
	counts := map[NodeKey]*plainCount{}
	rows := map[NodeKey]int{}
	for i := range stored {
		byKey[stored[i].NodeKey] = &stored[i]
		counts[stored[i].NodeKey] = newPlainCount()
	}
	missing := map[string]bool{}
	err := v.r.Responses.Facts(ctx, v.ws, v.survey, responses.Key{At: day}, responses.Key{At: day + 24*60*60*1000}, 0, func(f *responses.Fact) error {
		row, err := v.row(ctx, f)
		if err != nil {
			return err
		}
		for level := 0; level <= int(Part2); level++ {
			k := plainKey(level, f)
			n := byKey[k]
			if n == nil {
				missing[fmt.Sprintf("%s is missing", k)] = true
				return nil
			}
			counts[k].add(row)
			rows[k]++
			if !n.Split {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := sortedNames(missing)
	open := map[NodeKey]bool{}
	for i := len(stored) - 1; i >= 0; i-- { // children stand after their parents
		n := stored[i]
		c, what := counts[n.NodeKey], n.NodeKey.String()
		shouldOpen := open[n.NodeKey] || len(c.described()) > MaxGroups
		if shouldOpen && n.Level > Day {
			open[plainParent(n.NodeKey)] = true
		}
		if !n.Split && rows[n.NodeKey] > MaxLeaf && n.Level != Part2 {
			out = append(out, fmt.Sprintf("%s has %d responses and is not split", what, rows[n.NodeKey]))
		}
		if n.Open != shouldOpen || n.Counted != c.counted || n.Last != c.last {
			out = append(out, fmt.Sprintf("%s: stored open %v, counted %d, last %d; counted open %v, counted %d, last %d",
				what, n.Open, n.Counted, n.Last, shouldOpen, c.counted, c.last))
		}
		if len(n.Totals) > 0 { // an older store has none, and is read without
			out = append(out, c.aside().compare(what+" in total", n.Totals)...)
		}
		if !shouldOpen {
			out = append(out, c.compare(what, n.Groups)...)
		} else if len(n.Groups) > 0 {
			out = append(out, what+" is open and has groups")
		}
	}
	return out, nil
}

func plainParent(k NodeKey) NodeKey {
	k.Level--
	if int(k.Level) < len(plainDurations) {
		k.Start = responses.Key{At: time.UnixMilli(k.Start.At).UTC().Truncate(plainDurations[k.Level]).UnixMilli()}
	} else {
		k.Start.ID = k.Start.ID[:int(k.Level)]
	}
	return k
}
