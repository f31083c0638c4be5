package mapping

import (
	"waymark/surveys/when"
)

// Document is a journey map as its authors wrote it, api.md §3.
type Document struct {
	Title        string    `json:"title"`
	Language     string    `json:"language,omitzero"`
	BusinessGoal string    `json:"business_goal,omitzero"`
	TargetAction string    `json:"target_action,omitzero"`
	Scenario     string    `json:"scenario,omitzero"`
	Expectations []string  `json:"expectations,omitzero"`
	Duration     *Duration `json:"duration,omitzero"`
	Subject      *Subject  `json:"subject,omitzero"`
	ScoresFrom   *string   `json:"scores_from,omitzero"`

	Personas      []Persona     `json:"personas,omitzero"`
	Stages        []Stage       `json:"stages"`
	Paths         []Path        `json:"paths,omitzero"`
	Opportunities []Opportunity `json:"opportunities,omitzero"`
	KPIs          []KPI         `json:"kpis,omitzero"`
	Evidence      []Evidence    `json:"evidence,omitzero"`
	Checklist     []Check       `json:"checklist,omitzero"`
	Story         []Panel       `json:"story,omitzero"`
	Views         []View        `json:"views,omitzero"`
	Review        *Review       `json:"review,omitzero"`
}

// Duration is how long something should take, and the KPI that measures it.
type Duration struct {
	Planned *when.Duration `json:"planned,omitzero"`
	KPI     *string        `json:"kpi,omitzero"`
}

// Subject says whose journey it is; Segment filters the map's scores.
type Subject struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name,omitzero"`
	Segment *string `json:"segment,omitzero"`
}

// Person is an owner.
type Person struct {
	Name  string `json:"name,omitzero"`
	Email string `json:"email,omitzero"`
}

// Persona is one of the people whose journey it is.
type Persona struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Role         string   `json:"role,omitzero"`
	Goals        []string `json:"goals,omitzero"`
	Motives      []string `json:"motives,omitzero"`
	KeyTasks     []string `json:"key_tasks,omitzero"`
	Challenges   []string `json:"challenges,omitzero"`
	Hesitations  []string `json:"hesitations,omitzero"`
	Preferences  []string `json:"preferences,omitzero"`
	Expectations []string `json:"expectations,omitzero"`
	Scenario     string   `json:"scenario,omitzero"`
	Needs        *Needs   `json:"needs,omitzero"`
	Workaround   string   `json:"prior_workaround,omitzero"`
	WhyUs        string   `json:"why_us,omitzero"`
	Quote        string   `json:"quote,omitzero"`
	Picture      *string  `json:"picture,omitzero"`
}

// Needs are what a persona needs, said or unsaid.
type Needs struct {
	Stated []string `json:"stated,omitzero"`
	Latent []string `json:"latent,omitzero"`
	Future []string `json:"future,omitzero"`
}

// Stage is a phase of the journey. Its id survives renames.
type Stage struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Kind         string       `json:"kind,omitzero"`
	Lineage      []Lineage    `json:"lineage,omitzero"`
	Goal         string       `json:"goal,omitzero"`
	Process      []string     `json:"process,omitzero"`
	Steps        []string     `json:"steps,omitzero"`
	Thoughts     []string     `json:"thoughts,omitzero"`
	Feelings     []Feeling    `json:"feelings,omitzero"`
	Expectations []string     `json:"expectations,omitzero"`
	Proposals    []string     `json:"proposals,omitzero"`
	Incentives   []string     `json:"incentives,omitzero"`
	Owner        *Person      `json:"owner,omitzero"`
	Believed     *Believed    `json:"believed,omitzero"`
	Duration     *Duration    `json:"duration,omitzero"`
	Metric       string       `json:"satisfaction_metric,omitzero"`
	Importance   *float64     `json:"importance,omitzero"`
	Pains        []Pain       `json:"pains,omitzero"`
	Moments      []Moment     `json:"moments,omitzero"`
	Touchpoints  []Touchpoint `json:"touchpoints,omitzero"`
	Backstage    *Backstage   `json:"backstage,omitzero"`
}

// Lineage names a stage that was here before and became part of this one.
type Lineage struct {
	Stage string `json:"stage"`
	Kind  string `json:"kind"`
}

// Feeling is what the customer feels, and why.
type Feeling struct {
	Text       string  `json:"text"`
	Why        string  `json:"why,omitzero"`
	Touchpoint *string `json:"touchpoint,omitzero"`
}

// Believed is what the team thinks that customers feel.
type Believed struct {
	Satisfaction *float64 `json:"satisfaction,omitzero"`
	Emotion      *float64 `json:"emotion,omitzero"`
}

// Pain is a point of friction; severity 1 to 5.
type Pain struct {
	ID         string  `json:"id"`
	Text       string  `json:"text"`
	Severity   *int    `json:"severity,omitzero"`
	Touchpoint *string `json:"touchpoint,omitzero"`
	Abandons   bool    `json:"abandons,omitzero"`
	Remedy     string  `json:"remedy,omitzero"`
}

// Moment is a moment of truth, of delight, or an opportunity.
type Moment struct {
	Kind       string  `json:"kind"`
	Text       string  `json:"text"`
	Touchpoint *string `json:"touchpoint,omitzero"`
}

// Touchpoint is a contact point inside a stage.
type Touchpoint struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Channel      string        `json:"channel,omitzero"`
	FirstContact bool          `json:"first_contact,omitzero"`
	Strategy     string        `json:"conversion_strategy,omitzero"`
	Content      string        `json:"content,omitzero"`
	Expectations []string      `json:"expectations,omitzero"`
	ResponseTime *ResponseTime `json:"response_time,omitzero"`
}

// ResponseTime is how soon an answer is expected, and the KPI that measures it.
type ResponseTime struct {
	Expected *when.Duration `json:"expected,omitzero"`
	KPI      *string        `json:"kpi,omitzero"`
}

// Backstage is what the customer does not see.
type Backstage struct {
	Systems   []string `json:"systems,omitzero"`
	Processes []string `json:"processes,omitzero"`
	People    []string `json:"people,omitzero"`
	Gaps      []string `json:"gaps,omitzero"`
	Teams     []Team   `json:"teams,omitzero"`
}

// Team is a team and what it works with.
type Team struct {
	Name      string   `json:"name"`
	Uses      []string `json:"uses,omitzero"`
	Tools     []string `json:"tools,omitzero"`
	Processes []string `json:"processes,omitzero"`
}

// Path is a way from a stage to another, or out.
type Path struct {
	From    string  `json:"from"`
	To      *string `json:"to,omitzero"`
	Kind    string  `json:"kind"`
	Label   string  `json:"label,omitzero"`
	WayBack string  `json:"way_back,omitzero"`
	Map     *string `json:"map,omitzero"`
}

// Opportunity is something that could be done.
type Opportunity struct {
	ID         string     `json:"id"`
	Stage      *string    `json:"stage,omitzero"`
	Touchpoint *string    `json:"touchpoint,omitzero"`
	Pain       *string    `json:"pain,omitzero"`
	Text       string     `json:"text"`
	Impact     *int       `json:"impact,omitzero"`
	Confidence *float64   `json:"confidence,omitzero"`
	Cost       *int       `json:"cost,omitzero"`
	Effort     *int       `json:"effort,omitzero"`
	Owner      *Person    `json:"owner,omitzero"`
	Status     string     `json:"status,omitzero"`
	ShippedAt  *when.Time `json:"shipped_at,omitzero"`
	QuickFix   bool       `json:"quick_fix,omitzero"`
	Return     *Return    `json:"return,omitzero"`
}

// Return is what an opportunity gains and costs.
type Return struct {
	Gain     float64 `json:"gain"`
	Spend    float64 `json:"spend"`
	Currency string  `json:"currency,omitzero"`
}

// KPI is a figure beside the scores.
type KPI struct {
	ID         string   `json:"id"`
	Stage      *string  `json:"stage,omitzero"`
	Touchpoint *string  `json:"touchpoint,omitzero"`
	Name       string   `json:"name"`
	Unit       string   `json:"unit,omitzero"`
	Better     string   `json:"better,omitzero"`
	Target     *float64 `json:"target,omitzero"`
}

// Evidence is what a claim of the map rests on.
type Evidence struct {
	ID         string  `json:"id"`
	Stage      *string `json:"stage,omitzero"`
	Touchpoint *string `json:"touchpoint,omitzero"`
	Kind       string  `json:"kind"`
	Text       string  `json:"text"`
	Source     string  `json:"source,omitzero"`
	URL        *string `json:"url,omitzero"`
	Author     string  `json:"author,omitzero"`
	Date       string  `json:"date,omitzero"`
	Response   *string `json:"response,omitzero"`
}

// Check is a question of the checklist with its answer.
type Check struct {
	Question string `json:"question"`
	Answer   string `json:"answer,omitzero"`
}

// Panel is one panel of the storyboard.
type Panel struct {
	Panel   string  `json:"panel"`
	Text    string  `json:"text"`
	Picture *string `json:"picture,omitzero"`
}

// View is a saved choice and order of lanes.
type View struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Lanes []string `json:"lanes,omitzero"`
}

// Review says when the map is looked at again.
type Review struct {
	Every string  `json:"every,omitzero"` // ISO 8601, years and months by calendar
	Next  string  `json:"next,omitzero"`  // a day
	Owner *Person `json:"owner,omitzero"`
}
