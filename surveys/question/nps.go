package question

// nps is the likelihood of a recommendation, 0 to 10.
type nps struct{ labels }

func (nps) Name() string { return "nps" }
func (nps) About() string {
	return "Likelihood of a recommendation, answered by a whole number from 0 to 10."
}
func (nps) Metric() (Metric, bool) { return Metric{Low: 0, High: 10}, true }

func (t nps) Compile(*Question) Check {
	m, _ := t.Metric()
	return within(m)
}
