package question

// emotion is how it felt, -2 to 2.
type emotion struct{ labels }

func (emotion) Name() string           { return "emotion" }
func (emotion) About() string          { return "How it felt, answered by a whole number from -2 to 2." }
func (emotion) Metric() (Metric, bool) { return Metric{Low: -2, High: 2}, true }

func (t emotion) Compile(*Question) Check {
	m, _ := t.Metric()
	return within(m)
}
