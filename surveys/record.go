package surveys

import (
	"waymark/surveys/when"
)

// Status is where a survey stands.
type Status string

// The states of a survey.
const (
	Draft     Status = "draft"
	Published Status = "published"
	Closed    Status = "closed"
)

// Record is a survey as it is stored: one document.
type Record struct {
	ID     string // srv_…
	Rev    int64  // raised by every stored change; the compare-and-set runs on it
	Seq    int64  // place in lists, ident.Sequence
	Status Status
	// Version counts edits. Publishing freezes the draft under it; clients see
	// Number.
	Version int64
	// Map, Stage and Touchpoint are those of the newest definition, draft or
	// not; what scores use is each published Version's own Binding.
	Binding
	Draft     []byte   // the definition as sent, JSON; nil when nothing is unpublished
	Current   *Version // the newest published version; nil before the first
	CreatedAt when.Time
	UpdatedAt when.Time
	UpdatedBy string
}

// Outline is the little of a survey that its map asks for.
type Outline struct {
	ID string
	// Binding is that of the newest definition, draft or not.
	Binding
	Current int64 // number of the newest published version; 0 before the first
}

// Binding is what a survey's scores hang on.
type Binding struct {
	Map        string `json:"map"`
	Stage      string `json:"stage"`
	Touchpoint string `json:"touchpoint,omitzero"` // empty: the stage itself
}

// Version is a published definition. It never changes.
type Version struct {
	Survey      string // srv_…
	Number      int64
	Document    []byte // the definition as sent, JSON
	Binding     Binding
	Segments    []string // names of the properties by which scores can be filtered
	Series      []Series // one for each question that measures
	PublishedAt when.Time
	PublishedBy string
}

// Series is one wording of one measurement: same type, scale, options and
// title. Histograms add within a series, never across.
type Series struct {
	ID       string `json:"series"` // ser_…, derived from the wording; the same in every survey of the workspace
	Question string `json:"question"`
	Metric   string `json:"metric"` // csat, nps, ces, emotion, rating
	Title    string `json:"title"`  // in the workspace's language at publishing, else the survey's first; NFC, trimmed
}

// Head is the little of a survey that every answer asks for.
type Head struct {
	Rev     int64
	Status  Status
	Current int64 // number of the newest published version; 0 before the first
}
