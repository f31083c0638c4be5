package question

// nps is the likelihood of a recommendation, 0 to 10.
type nps struct{ scale }

func (nps) Name() string { return "nps" }
func (nps) About() string {
	return "Likelihood of a recommendation, answered by a whole number from 0 to 10."
}

func (t nps) Control(q *Question) Control {
	return t.control(q, Numbers, "nps_low", "nps_high", bare)
}
