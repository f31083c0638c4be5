package bench

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEachMeasurementHasItsOwnNameAndTellsWhatItIs(t *testing.T) {
	names := Names()
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a name twice: %v", names)
	}
	for _, m := range All() {
		if m.Name == "" || m.What == "" || m.Run == nil {
			t.Errorf("%+v", m)
		}
	}
	if got, err := Pick(nil); err != nil || len(got) != len(names) {
		t.Errorf("all: %v %v", got, err)
	}
	if got, err := Pick([]string{"idle"}); err != nil || len(got) != 1 || got[0].Name != "idle" {
		t.Errorf("one: %v %v", got, err)
	}
	if _, err := Pick([]string{"idle", "nothing"}); err == nil || !strings.Contains(err.Error(), "idle") {
		t.Errorf("unknown: %v", err)
	}
}

func TestARunGoesOnAfterAMeasurementFailed(t *testing.T) {
	dir := t.TempDir()
	e := Env{Dir: dir, Log: slog.New(slog.DiscardHandler), Progress: func(string, ...any) {}}
	list := []Measurement{
		{Name: "bad", Run: func(_ context.Context, e *Env) ([]Figure, error) {
			if err := os.WriteFile(e.Dir+"/left", nil, 0o600); err != nil {
				t.Error(err)
			}
			return []Figure{{What: "half"}}, errors.New("broken")
		}},
		{Name: "good", Run: func(context.Context, *Env) ([]Figure, error) {
			return []Figure{{Value: 2, Goal: AtMost(1)}}, nil
		}},
	}
	told := 0
	r, err := Run(t.Context(), e, list, func(Result) { told++ })
	if err != nil || told != 2 || len(r.Results) != 2 || r.Results[0].Error != "broken" || len(r.Results[0].Figures) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if !r.Failed() {
		t.Error("a failed measurement does not make the run fail")
	}
	if r.Results = r.Results[1:]; r.Failed() {
		t.Error("a figure that falls short makes the run fail")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if r.Machine.Cores < 1 || r.Machine.SyncMillis <= 0 || !strings.Contains(r.Machine.String(), r.Machine.Go) {
		t.Errorf("the machine: %s", r.Machine)
	}
}

func TestAMeasurementWithoutASoundFigureFailed(t *testing.T) {
	e := Env{Dir: t.TempDir(), Progress: func(string, ...any) {}}
	for name, c := range map[string]struct {
		figures []Figure
		failed  bool
	}{
		"none":       {nil, true},
		"no number":  {[]Figure{{Value: 1}, {Value: new(Latencies).Millis(0.5)}}, true},
		"no limit":   {[]Figure{{Value: 1, Limit: &Limit{Value: math.Inf(1)}}}, true},
		"unmeasured": {[]Figure{{Missing: "there is none"}}, false},
		"sound":      {[]Figure{{Value: 1}}, false},
	} {
		r, err := one(t.Context(), e, Measurement{Name: "x", Run: func(context.Context, *Env) ([]Figure, error) { return c.figures, nil }})
		if err != nil || (r.Error != "") != c.failed {
			t.Errorf("%s: %q %v", name, r.Error, err)
		}
		if err := (Report{Results: []Result{r}}).JSON(io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProcessorTimeAndMemoryOfThisProcess(t *testing.T) {
	before, err := CPU("self")
	if err != nil {
		t.Skip(err)
	}
	// However little of the processor others leave, what is used must be told.
	for began := time.Now(); ; {
		_ = strings.Repeat("x", 1000)
		after, err := CPU(strconv.Itoa(os.Getpid()))
		if err != nil {
			t.Fatal(err)
		}
		if after-before >= 50*time.Millisecond {
			break
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%s were used", after-before)
		}
	}
	now, err := Resident("self")
	peak, perr := PeakResident("self")
	if err != nil || perr != nil || now < 1 || peak < now*0.9 {
		t.Errorf("%v MB now, %v at most, %v %v", now, peak, err, perr)
	}
}
