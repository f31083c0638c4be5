package responses

import (
	"encoding/json"

	"waymark/responses/quota"
	"waymark/surveys/when"
)

// Status says whether a response counts.
type Status string

// The states of a response. Only Counted ones enter scores; suspects are
// counted apart; Erased is a tombstone that no reader sees.
const (
	Counted  Status = "counted"
	Partial  Status = "partial"
	Suspect  Status = "suspect"
	Screened Status = "screened"
	Erased   Status = "erased"
)

// readable are the states that readers see.
var readable = []Status{Counted, Partial, Suspect, Screened}

// Via tells how a response came.
type Via struct {
	Channel string `json:"channel"` // api, link, mail, widget, import
	Link    string `json:"link,omitzero"`
	Origin  string `json:"origin,omitzero"`
	URL     string `json:"url,omitzero"`
}

// channels are the ways in which a response can come.
var channels = []string{"api", "link", "mail", "widget", "import"}

// Response is one person's answers to one survey version, as it is stored:
// one document.
type Response struct {
	// ID is rsp_…: derived from (workspace, survey, sender's id) where the
	// sender gave one, so that the primary key alone makes a repeat harmless.
	ID       string
	Rev      int64 // raised by every change
	Seq      int64 // place in lists, ident.Sequence
	Survey   string
	Version  int64
	Status   Status
	SenderID string // the sender's own id, or empty
	// Digest recognises the same JSON values sent again (hex SHA-256 of the
	// canonical body).
	Digest     string
	Answers    json.RawMessage // object: question id → answer
	Calculated json.RawMessage // object or nil
	Properties map[string]string
	Respondent string
	Language   string
	OccurredAt when.Time
	ReceivedAt when.Time
	Via        Via
	// Map, Stage and Touchpoint repeat the version's binding for filters.
	Map        string
	Stage      string
	Touchpoint string
	// Step is that of the newest hand-in of a visit, and CompletedAt when the
	// visit was completed: zero while it is partial or only a vote, and of what
	// came complete at once.
	Step        int64
	CompletedAt when.Time
	// Pending is what was answered since, by a person who changes a completed
	// response step by step: it counts when it is complete.
	Pending json.RawMessage
	// Reviewed says that somebody with a key decided whether it is suspect: what
	// is handed in later changes its answers and not that.
	Reviewed bool
	// Caps are what the response needs a slot of while it is counted.
	Caps []quota.Cap
	// Marks are the instants (milliseconds) whose cells do not yet show this
	// revision: the occurred_at of now, and of before where it moved. Nil when
	// rolled up.
	Marks []int64
	// MarkedAt is when the oldest of the marks was set.
	MarkedAt when.Time
}

// Tombstone gives what is kept of a deleted response: the id (a hash where
// the sender named it), the survey, and until the cells are recomputed the
// instants to recompute; nothing of the person.
func (r Response) Tombstone(now when.Time) Response {
	marks := append([]int64(nil), r.Marks...)
	marks = append(marks, r.OccurredAt.Milli())
	marked := now
	if len(r.Marks) > 0 {
		marked = r.MarkedAt
	}
	return Response{ID: r.ID, Rev: r.Rev + 1, Seq: r.Seq, Survey: r.Survey, Version: r.Version, Status: Erased,
		OccurredAt: r.OccurredAt, ReceivedAt: r.ReceivedAt, Marks: marks, MarkedAt: marked}
}

// Fact is the little of a response that scores are made of.
type Fact struct {
	ID         string
	Version    int64
	Status     Status
	OccurredAt when.Time
	Answers    json.RawMessage
	Properties map[string]string
}

// Mark is one response whose cells must be recomputed.
type Mark struct {
	ID  string
	Rev int64
	At  []int64 // instants, milliseconds
	// Since is when the response's oldest mark was set.
	Since when.Time
}

// Key is a place in a survey's responses ordered by (OccurredAt, ID). The
// empty ID comes before every id of the same instant.
type Key struct {
	At int64 // milliseconds
	ID string
}
