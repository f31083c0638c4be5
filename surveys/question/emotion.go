package question

// emotion is how it felt, -2 to 2.
type emotion struct{ labels }

func (emotion) Name() string           { return "emotion" }
func (emotion) Metric() (Metric, bool) { return Metric{Low: -2, High: 2}, true }

func (t emotion) Compile(*Question) Check {
	m, _ := t.Metric()
	return within(m)
}
