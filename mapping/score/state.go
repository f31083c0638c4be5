package score

// State says how much of a score may be shown for its number of answers.
type State string

// The states of a score.
const (
	StateEmpty      State = "empty"      // no answers
	StateHidden     State = "hidden"     // 1 to 4: nothing but "<5" is shown
	StateIndicative State = "indicative" // 5 to 29: hollow marker, no arrow
	StateOK         State = "ok"         // 30 or more
)

const (
	// Floor is the number of answers under which nothing is shown.
	Floor = 5
	// Full is the number of answers from which a score stands in full and its
	// change may carry an arrow.
	Full = 30
	// FalseDiscoveryRate is q of the Benjamini-Hochberg procedure over one report.
	FalseDiscoveryRate = 0.05
)

// StateOf returns the state that n answers give by themselves. A score may
// have to be hidden although its own n is large: see RevealsComplement.
func StateOf(n int64) State {
	switch {
	case n <= 0:
		return StateEmpty
	case n < Floor:
		return StateHidden
	case n < Full:
		return StateIndicative
	}
	return StateOK
}

// RevealsComplement reports whether showing n of a parent's answers would
// disclose a hidden group by subtraction, which is so when 1 to 4 are left.
// Nothing left discloses nothing.
func RevealsComplement(n, parent int64) bool {
	rest := parent - n
	return rest > 0 && rest < Floor
}

// Significant reports whether a change may carry an arrow: the adjusted p value
// is below 0.05 and both windows have at least Full answers.
func Significant(adjusted float64, before, after int64) bool {
	return adjusted < FalseDiscoveryRate && before >= Full && after >= Full
}
