package cell

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	"waymark/responses"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// Report is what Verify found.
type Report struct {
	Compared    int      // buckets and windows compared
	Differences []string // the first of them
	NotCompared []string // what changed under every one of the tries
}

const (
	verifyTries    = 10
	maxDifferences = 100
	verifyWindows  = 8
	verifySeed     = 0x77617973 // the random windows are the same in every run
	markBatch      = 50000
)

// endOfTime is later than every occurred_at: the year 9999.
const endOfTime = 253402300800000

// Verify recomputes a survey's nodes and some windows from the responses by
// its own, simple path and compares everything. It works beside a running
// server, day by day: nodes, responses, then marks and nodes again; where any
// changed meanwhile it rolls up and repeats. A bucket that is not split and
// still has parts below it, which an interrupted split leaves, is read by
// nobody and not looked at.
func (r *Roller) Verify(ctx context.Context, ws ident.Workspace, survey string) (Report, error) {
	v := &verifier{r: r, ws: ws, survey: survey, versions: map[int64]*plainVersion{}}
	if _, err := r.RollUp(ctx, ws, survey); err != nil {
		return v.report, err
	}
	days, err := v.days(ctx)
	if err != nil {
		return v.report, err
	}
	for _, day := range days {
		if err := v.repeat(ctx, "day "+when.Milli(day).String(), func(int) ([]string, bool, error) { return v.day(ctx, day) }); err != nil {
			return v.report, err
		}
	}
	return v.report, v.windows(ctx, days)
}

type verifier struct {
	r        *Roller
	ws       ident.Workspace
	survey   string
	versions map[int64]*plainVersion
	report   Report
}

// repeat compares until nothing changed meanwhile.
func (v *verifier) repeat(ctx context.Context, what string, compare func(try int) (differences []string, quiet bool, err error)) error {
	for try := range verifyTries {
		if try > 0 {
			if _, err := v.r.RollUp(ctx, v.ws, v.survey); err != nil {
				return err
			}
			if err := pause(ctx, time.Duration(try)*5*time.Millisecond); err != nil {
				return err
			}
		}
		d, quiet, err := compare(try)
		if err != nil {
			return fmt.Errorf("verifying %s: %w", what, err)
		}
		if quiet {
			v.report.Compared++
			room := max(0, maxDifferences-len(v.report.Differences))
			v.report.Differences = append(v.report.Differences, d[:min(len(d), room)]...)
			return nil
		}
	}
	v.report.NotCompared = append(v.report.NotCompared, what)
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// days lists the starts of the days that have responses or a node.
func (v *verifier) days(ctx context.Context) ([]int64, error) {
	set := map[int64]bool{}
	stored, err := v.r.Cells.Keys(ctx, v.ws, v.survey, Day, responses.Key{}, responses.Key{At: endOfTime})
	if err != nil {
		return nil, fmt.Errorf("listing the days of survey %s: %w", v.survey, err)
	}
	for _, k := range stored {
		set[k.Start.At] = true
	}
	for from := int64(0); ; {
		found := int64(-1)
		err := v.r.Responses.Facts(ctx, v.ws, v.survey, responses.Key{At: from}, responses.Key{At: endOfTime}, 1, func(f *responses.Fact) error {
			found = f.OccurredAt.Time().Truncate(24 * time.Hour).UnixMilli()
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("listing the days of survey %s: %w", v.survey, err)
		}
		if found < 0 {
			return sortedDays(set), nil
		}
		set[found] = true
		from = found + 24*60*60*1000
	}
}

// earliestMark tells the first marked instant in [from, to).
func (v *verifier) earliestMark(ctx context.Context, from, to int64) (at int64, found bool, err error) {
	marks, err := v.r.Responses.Marks(ctx, v.ws, v.survey, markBatch)
	if err != nil {
		return 0, false, err
	}
	if len(marks) == markBatch { // there may be more than were read
		return from, true, nil
	}
	for _, m := range marks {
		for _, t := range m.At {
			if t >= from && t < to && (!found || t < at) {
				at, found = t, true
			}
		}
	}
	return at, found, nil
}

// tree reads a day's node and what is below it as far as it is split.
func (v *verifier) tree(ctx context.Context, day int64) ([]Node, error) {
	root, err := v.r.Cells.Node(ctx, v.ws, v.survey, NodeKey{Level: Day, Start: responses.Key{At: day}})
	if err != nil || root.Rev == 0 {
		return nil, err
	}
	out := []Node{root}
	for i := 0; i < len(out); i++ {
		if !out[i].Split {
			continue
		}
		from, to := plainRange(out[i].NodeKey)
		below, err := v.r.Cells.Nodes(ctx, v.ws, v.survey, out[i].Level+1, from, to)
		if err != nil {
			return nil, err
		}
		out = append(out, below...)
	}
	return out, nil
}

func (v *verifier) day(ctx context.Context, day int64) (differences []string, quiet bool, err error) {
	stored, err := v.tree(ctx, day)
	if err != nil {
		return nil, false, err
	}
	differences, err = v.compareDay(ctx, day, stored)
	if err != nil {
		return nil, false, err
	}
	// Marks first: a mark that is gone by now was cleared after its node was put,
	// so the nodes read below show that put.
	_, marked, err := v.earliestMark(ctx, day, day+24*60*60*1000)
	if err != nil || marked {
		return nil, false, err
	}
	again, err := v.tree(ctx, day)
	if err != nil || len(again) != len(stored) {
		return nil, false, err
	}
	for i := range again {
		if again[i].NodeKey != stored[i].NodeKey || again[i].Rev != stored[i].Rev {
			return nil, false, nil
		}
	}
	return differences, true, nil
}

// windows compares all time and random windows. Where answers still arrive
// the windows end before them: what comes after was compared by day.
func (v *verifier) windows(ctx context.Context, days []int64) error {
	if len(days) == 0 {
		return nil
	}
	first, last := days[0], days[len(days)-1]+24*60*60*1000
	type span struct{ from, to int64 }
	spans := []span{{0, endOfTime}}
	rng := rand.New(rand.NewPCG(verifySeed, uint64(len(days))))
	for range verifyWindows {
		from := first + rng.Int64N(last-first)
		spans = append(spans, span{from, from + 1 + rng.Int64N(last-from)})
	}
	looks := []func(context.Context, ident.Workspace, string, when.Time, when.Time) ([]Group, error){v.r.Window, v.r.Totals}
	limit := int64(endOfTime)
	return v.repeat(ctx, "windows", func(int) ([]string, bool, error) {
		var naive []*plainCount
		var read [][]Group
		for _, s := range spans {
			for _, look := range looks {
				g, err := look(ctx, v.ws, v.survey, when.Milli(min(s.from, limit)), when.Milli(min(s.to, limit)))
				if err != nil {
					return nil, false, err
				}
				read = append(read, g)
			}
			naive = append(naive, newPlainCount())
		}
		err := v.r.Responses.Facts(ctx, v.ws, v.survey, responses.Key{}, responses.Key{At: limit}, 0, func(f *responses.Fact) error {
			row, err := v.row(ctx, f)
			if err != nil {
				return err
			}
			for i, s := range spans {
				if at := f.OccurredAt.Milli(); at >= s.from && at < s.to {
					naive[i].add(row)
				}
			}
			return nil
		})
		if err != nil {
			return nil, false, err
		}
		at, marked, err := v.earliestMark(ctx, 0, limit)
		if err != nil {
			return nil, false, err
		}
		if marked {
			limit = at
			return nil, false, nil
		}
		var differences []string
		for i, s := range spans {
			what := fmt.Sprintf("window [%s, %s)", when.Milli(s.from), when.Milli(min(s.to, limit)))
			for j, counted := range []*plainCount{naive[i], naive[i].aside()} {
				again, err := looks[j](ctx, v.ws, v.survey, when.Milli(min(s.from, limit)), when.Milli(min(s.to, limit)))
				if err != nil {
					return nil, false, err
				}
				if !reflect.DeepEqual(again, read[i*len(looks)+j]) {
					return nil, false, nil
				}
				differences = append(differences, counted.compare([]string{what, what + " in total"}[j], again)...)
			}
		}
		return differences, true, nil
	})
}
