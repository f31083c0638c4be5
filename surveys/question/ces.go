package question

// ces is the customer effort score, 1 to 7.
type ces struct{ scale }

func (ces) Name() string  { return "ces" }
func (ces) About() string { return "Customer effort, answered by a whole number from 1 to 7." }

func (t ces) Control(q *Question) Control {
	return t.control(q, Numbers, "ces_low", "ces_high", bare)
}
