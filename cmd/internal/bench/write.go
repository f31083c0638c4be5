package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Text writes a result for people.
func (r Result) Text(w io.Writer) {
	fmt.Fprintf(w, "%s: %s (%.0f s)\n", r.Name, r.What, r.Seconds)
	for _, f := range r.Figures {
		fmt.Fprintf(w, "  %-12s %s: %s", f.Verdict(), f.What, f.told())
		if g := f.goal(); g != "" {
			fmt.Fprintf(w, "; goal %s", g)
		}
		if f.Note != "" {
			fmt.Fprintf(w, "\n  %-12s %s", "", f.Note)
		}
		fmt.Fprintln(w)
	}
	if r.Error != "" {
		fmt.Fprintf(w, "  FAILED       %s\n", r.Error)
	}
}

// JSON writes the whole report.
func (r Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// MarshalJSON adds the ratio and the verdict.
func (f Figure) MarshalJSON() ([]byte, error) {
	type plain Figure
	return json.Marshal(struct {
		plain
		Ratio   float64 `json:"ratio,omitempty"`
		Verdict string  `json:"verdict"`
	}{plain(f), f.Ratio(), f.Verdict()})
}

// Markdown writes the rows of the README's table, and the machine below.
func (r Report) Markdown(w io.Writer) {
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for _, m := range r.Results {
		for _, f := range m.Figures {
			told := f.told()
			if f.Missing != "" {
				told = "not measured: " + told
			} else {
				if g := f.goal(); g != "" {
					told += "; goal " + g
					if f.Verdict() != "meets" {
						told += ", which it **misses**"
					}
				}
				if f.Note != "" {
					told += " (" + f.Note + ")"
				}
			}
			fmt.Fprintf(w, "| %s | %s | `waymark bench %s` |\n", cell.Replace(f.What), cell.Replace(told), m.Name)
		}
	}
	fmt.Fprintf(w, "\nMeasured on %s.\n", r.Machine)
	if r.Quick {
		fmt.Fprintln(w, "A quick run: the figures only show that the measurements work.")
	}
}
