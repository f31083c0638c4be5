package question

// csat is customer satisfaction, 1 to 5.
type csat struct{ labels }

func (csat) Name() string           { return "csat" }
func (csat) About() string          { return "Customer satisfaction, answered by a whole number from 1 to 5." }
func (csat) Metric() (Metric, bool) { return Metric{Low: 1, High: 5}, true }

func (t csat) Compile(*Question) Check {
	m, _ := t.Metric()
	return within(m)
}
