package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Measurement is one entry of the list: what to type, what it tells, and how
// to find out.
type Measurement struct {
	Name, What string
	// Run gives the figures. Its directory is its own and removed afterwards.
	Run func(ctx context.Context, e *Env) ([]Figure, error)
}

// All lists every measurement in the order they run.
func All() []Measurement {
	return []Measurement{taking(), handingIn(), showing(), visible(), reading(), rebuilding(), exporting(), idle()}
}

// Env is what a measurement works with.
type Env struct {
	Program string // the binary to start as a process of its own
	Dir     string // an empty directory on the disk to measure
	Quick   bool   // only try whether it runs: a second, not a minute
	Getenv  func(string) string
	Log     *slog.Logger // for what runs in this process
	// Progress tells people how far it is; may be called often.
	Progress func(format string, args ...any)
}

// Times gives full, or quick in a quick run.
func Times[T any](e *Env, full, quick T) T {
	if e.Quick {
		return quick
	}
	return full
}

// Result is what became of one measurement.
type Result struct {
	Name    string   `json:"name"`
	What    string   `json:"what"`
	Seconds float64  `json:"seconds"`
	Figures []Figure `json:"figures"`
	Error   string   `json:"error,omitempty"`
}

// Report is what a run found.
type Report struct {
	Machine Machine   `json:"machine"`
	Began   time.Time `json:"began"`
	Quick   bool      `json:"quick"`
	Results []Result  `json:"measurements"`
}

// Failed reports whether a measurement could not be carried through. A figure
// that falls short is no failure.
func (r Report) Failed() bool {
	return slices.ContainsFunc(r.Results, func(m Result) bool { return m.Error != "" })
}

// Pick gives the measurements of these names, all for none.
func Pick(names []string) ([]Measurement, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	var out []Measurement
	for _, n := range names {
		i := slices.IndexFunc(all, func(m Measurement) bool { return m.Name == n })
		if i < 0 {
			return nil, fmt.Errorf("there is no measurement %q; there are %s", n, strings.Join(Names(), ", "))
		}
		out = append(out, all[i])
	}
	return out, nil
}

// Names lists the measurements' names.
func Names() (names []string) {
	for _, m := range All() {
		names = append(names, m.Name)
	}
	return names
}

// Run carries the measurements out, one after the other, each in a directory
// of its own below e.Dir; done is told of each at its end.
func Run(ctx context.Context, e Env, list []Measurement, done func(Result)) (Report, error) {
	machine, err := ThisMachine(e.Dir)
	if err != nil {
		return Report{}, err
	}
	r := Report{Machine: machine, Began: time.Now().UTC(), Quick: e.Quick}
	for _, m := range list {
		res, err := one(ctx, e, m)
		if err != nil {
			return r, err
		}
		r.Results = append(r.Results, res)
		done(res)
		if err := ctx.Err(); err != nil {
			return r, fmt.Errorf("stopped: %w", err)
		}
	}
	return r, nil
}

// one carries out one measurement; the error is about its directory.
func one(ctx context.Context, e Env, m Measurement) (Result, error) {
	dir, err := os.MkdirTemp(e.Dir, m.Name+"-")
	if err != nil {
		return Result{}, fmt.Errorf("making a directory for the measurement: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if e.Dir, err = filepath.Abs(dir); err != nil {
		return Result{}, fmt.Errorf("naming the directory of the measurement: %w", err)
	}
	told := e.Progress
	e.Progress = func(format string, args ...any) { told(m.Name+": "+format, args...) }
	began := time.Now()
	figures, err := m.Run(ctx, &e)
	res := Result{Name: m.Name, What: m.What, Seconds: time.Since(began).Seconds(), Figures: figures}
	if res.Figures == nil {
		res.Figures = []Figure{}
	}
	if err == nil {
		err = sound(figures)
	}
	if err != nil {
		res.Error = err.Error()
	}
	return res, nil
}

// sound refuses figures that tell nothing.
func sound(figures []Figure) error {
	if len(figures) == 0 {
		return errors.New("it gave no figure")
	}
	for i := range figures {
		f := &figures[i]
		limit := 0.0
		if f.Limit != nil {
			limit = f.Limit.Value
		}
		if f.Missing == "" && (math.IsNaN(f.Value+limit) || math.IsInf(f.Value+limit, 0)) {
			f.Missing = "not a number" // which JSON could not hold
			f.Value, f.Limit = 0, nil
			return fmt.Errorf("%s: the figure is not a number", f.What)
		}
	}
	return nil
}
