package question

// ces is the customer effort score, 1 to 7.
type ces struct{ labels }

func (ces) Name() string           { return "ces" }
func (ces) About() string          { return "Customer effort, answered by a whole number from 1 to 7." }
func (ces) Metric() (Metric, bool) { return Metric{Low: 1, High: 7}, true }

func (t ces) Compile(*Question) Check {
	m, _ := t.Metric()
	return within(m)
}
