package question

// longText takes text of several lines; its rules are those of text.
type longText struct{ text }

func (longText) Name() string  { return "long_text" }
func (longText) About() string { return "Answered by text of several lines." }

func (t longText) Control(q *Question) Control {
	c := t.text.Control(q)
	c.Kind = Area
	return c
}

func (longText) Read(q *Question, f Form) []byte { return written(lines(f.Get(q.ID))) }
