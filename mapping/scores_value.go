package mapping

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/when"
)

// State says how much a score may be trusted.
type State string

// The states, by n: 0, 1–4 (or held back to protect a small group), 5–29, 30 and more.
const (
	Empty      State = "empty"
	Hidden     State = "hidden"
	Indicative State = "indicative"
	OK         State = "ok"
)

// Distribution counts answers by value; nil is null in JSON and never {}.
type Distribution map[string]int64

// MarshalJSONTo tells what is hidden (null) from what is empty ({}).
func (d Distribution) MarshalJSONTo(e *jsontext.Encoder) error {
	if d == nil {
		return e.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(e, map[string]int64(d), json.Deterministic(true))
}

// Measure is a score with its uncertainty. All numbers are null when Hidden.
type Measure struct {
	Metric       string       `json:"metric"`
	Value        *float64     `json:"value"`
	Low          *float64     `json:"low"`
	High         *float64     `json:"high"`
	N            *int64       `json:"n"`
	Distribution Distribution `json:"distribution"` // null when Hidden, {} when Empty
	State        State        `json:"state"`
}

// SeriesScore is the Measure of one wording.
type SeriesScore struct {
	Series   string   `json:"series"`
	Surveys  []string `json:"surveys"`
	Question string   `json:"question"`
	Title    string   `json:"title"`
	Measure
}

// TouchpointScore is what the surveys bound to a touchpoint say.
type TouchpointScore struct {
	ID           string   `json:"id"`
	Satisfaction *Measure `json:"satisfaction"`
	Emotion      *Measure `json:"emotion"`
}

// StageScore is what the surveys bound to a stage say.
type StageScore struct {
	ID           string            `json:"id"`
	Satisfaction *Measure          `json:"satisfaction"`
	Emotion      *Measure          `json:"emotion"`
	Metrics      []SeriesScore     `json:"metrics"`
	Touchpoints  []TouchpointScore `json:"touchpoints"`
	// Responses, Suspects and LastResponseAt are null where they would give a hidden number away.
	Responses      *int64     `json:"responses"`
	Suspects       *int64     `json:"suspects"`
	LastResponseAt *when.Time `json:"last_response_at"`
	Freshness      string     `json:"freshness"` // fresh, ageing, stale, empty
	// Break is set where the shown wording of the satisfaction, EmotionBreak
	// where that of the emotion began within the window: the picture breaks there.
	Break, EmotionBreak *when.Time `json:"-"`
	// How they moved since the window before, where that was asked for and is real.
	SatisfactionMove, EmotionMove *Move `json:"-"`
}

// Scores is a map's scores of one window: what every format is made from.
type Scores struct {
	Map      string       `json:"map"`
	From     when.Time    `json:"from"`
	To       when.Time    `json:"to"`
	AsOf     when.Time    `json:"as_of"`
	Snapshot *string      `json:"snapshot"`
	Stages   []StageScore `json:"stages"`
	// Compared is how many measures have enough answers in both windows for a
	// change to be told; the window before is [Before, From).
	Compared int       `json:"-"`
	Before   when.Time `json:"-"`
}
