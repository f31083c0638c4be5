package render

import (
	"waymark/mapping"
)

// lanes gathers the texts of the stages; a lane without any is left out.
func lanes(d *mapping.Document, w *Words) (out []Lane) {
	add := func(id string, of func(*mapping.Stage) []string) {
		l := Lane{ID: id, Name: w.Lanes[id], Cells: make([][]string, len(d.Stages))}
		any := false
		for i := range d.Stages {
			for _, t := range of(&d.Stages[i]) {
				if t = neutral(t); t != "" {
					l.Cells[i] = append(l.Cells[i], t)
					any = true
				}
			}
		}
		if any {
			out = append(out, l)
		}
	}
	add("goal", func(s *mapping.Stage) []string { return []string{s.Goal} })
	add("process", func(s *mapping.Stage) []string { return s.Process })
	add("steps", func(s *mapping.Stage) []string { return s.Steps })
	add("expectations", func(s *mapping.Stage) []string { return s.Expectations })
	add("thoughts", func(s *mapping.Stage) []string { return s.Thoughts })
	add("feelings", func(s *mapping.Stage) (t []string) {
		for _, f := range s.Feelings {
			if f.Why != "" {
				f.Text += " – " + f.Why
			}
			t = append(t, f.Text)
		}
		return t
	})
	add("pains", func(s *mapping.Stage) (t []string) {
		for _, p := range s.Pains {
			t = append(t, p.Text)
		}
		return t
	})
	add("moments", func(s *mapping.Stage) (t []string) {
		for _, m := range s.Moments {
			t = append(t, w.Moments[m.Kind]+": "+m.Text)
		}
		return t
	})
	add("proposals", func(s *mapping.Stage) []string { return s.Proposals })
	add("opportunities", func(s *mapping.Stage) (t []string) {
		for _, o := range d.Opportunities {
			if o.Stage != nil && *o.Stage == s.ID {
				t = append(t, o.Text)
			}
		}
		return t
	})
	add("incentives", func(s *mapping.Stage) []string { return s.Incentives })
	add("backstage", func(s *mapping.Stage) (t []string) {
		if b := s.Backstage; b != nil {
			t = append(append(append(append(t, b.Systems...), b.Processes...), b.People...), b.Gaps...)
			for _, team := range b.Teams {
				t = append(t, team.Name)
			}
		}
		return t
	})
	add("owner", func(s *mapping.Stage) []string {
		if s.Owner == nil {
			return nil
		}
		return []string{s.Owner.Name} // no address on a page that others see
	})
	return out
}
