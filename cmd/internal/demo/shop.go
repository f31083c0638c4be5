package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"waymark/surveys/when"
)

// days is how far back the story begins.
const days = 90

// plan is how a stage's customers are.
type plan struct {
	stage      string
	share      int     // answers seeded
	mood       float64 // mean satisfaction on the scale 1 to 5
	feel       float64 // how much better or worse it feels than it satisfies
	trend      float64 // change of the mood from the first day to the last
	reworded   int     // days before the end at which the question was worded anew; 0 never
	began      int     // days before the end at which the survey was published
	questions  string
	rewordedTo string
	touchpoint string
	comments   []string // from the worst mood to the best
}

const ask = `[{"id": "sat", "type": "csat", "title": {"en": %q}, "required": true},
 {"id": "feel", "type": "emotion", "title": {"en": "How did it feel?"}},
 {"id": "why", "type": "text", "title": {"en": "What is the reason?"}}]`

func asking(title string) string { return fmt.Sprintf(ask, title) }

var plans = []plan{
	{stage: "discover", share: 4600, mood: 3.9, feel: 0.1, began: days, questions: asking("How satisfied are you with what you found?"),
		comments: []string{"Too many banners", "Search finds little", "Nice pictures", "Found it at once"}},
	{stage: "order", share: 4400, mood: 4.3, feel: 0.2, began: days, questions: asking("How satisfied are you with ordering?"),
		comments: []string{"The basket lost my things", "Sizes are unclear", "Quick", "The size table is great"}},
	{stage: "pay", share: 3600, mood: 3.6, feel: -0.1, trend: 0.3, reworded: 60, began: days, questions: asking("Was paying easy?"), rewordedTo: asking("How satisfied are you with paying?"),
		comments: []string{"Had to register before paying", "My card was refused twice", "Fine", "One tap and done"}},
	{stage: "delivery", share: 4200, mood: 3.25, feel: -0.7, trend: -0.5, began: days, questions: asking("How satisfied are you with the delivery?"),
		comments: []string{"Nobody answers, where is my parcel?", "Two days late", "It came", "The courier was kind"}},
	{stage: "use", share: 3175, mood: 4.2, feel: 0.5, began: days, questions: asking("How satisfied are you with what you bought?"),
		comments: []string{"The seam opened", "Smaller than in the picture", "Good", "Love it, and the hand-written card"}},
	{stage: "returns", share: 3, mood: 3.2, feel: -0.2, began: 4, questions: asking("How satisfied are you with sending it back?"), comments: []string{"Where do I print the label?"}},
	{stage: "delivery", touchpoint: "courier", share: 22, mood: 4.1, feel: 0.3, began: 12, questions: asking("How satisfied are you with the courier?"), comments: []string{"Left it in the rain", "Kind"}},
}

// regions are the three segments, with how often and how much happier they are.
var regions = []struct {
	name   string
	weight float64
	mood   float64
}{{"north", 0.5, 0.15}, {"south", 0.35, 0}, {"islands", 0.15, -0.55}}

// answer is what one customer says.
type answer struct {
	at     when.Time
	sat    int
	feel   *int
	why    string
	region string
	person string
}

// customer draws an answer at an instant; age 0 is the first day, 1 the last.
func (p *plan) customer(r *rand.Rand, at when.Time, age float64) answer {
	a := answer{at: at, person: fmt.Sprintf("cust-%04d", r.IntN(6000))}
	region, pick := regions[len(regions)-1], r.Float64()
	for _, g := range regions {
		if pick -= g.weight; pick < 0 {
			region = g
			break
		}
	}
	a.region = region.name
	shift := region.mood
	if p.stage != "delivery" {
		shift /= 3 // the islands wait longer, the rest is the same for them
	}
	mood := p.mood + shift + p.trend*age + r.NormFloat64()*0.95
	a.sat = between(mood, 1, 5)
	if r.Float64() < 0.92 {
		f := between((mood-3)*0.9+p.feel+r.NormFloat64()*0.45, -2, 2)
		a.feel = &f
	}
	if r.Float64() < 0.12 {
		a.why = p.comments[(a.sat-1)*len(p.comments)/5]
	}
	return a
}

func between(v float64, low, high int) int {
	n := int(v + 0.5)
	if v < -0.5 {
		n = int(v - 0.5)
	}
	return min(max(n, low), high)
}

// moment draws an instant of the last so many days before end: more in the
// evening than at night, fewer at the weekend.
func moment(r *rand.Rand, end time.Time, back int) (when.Time, float64) {
	for {
		f := r.Float64()
		t := end.Add(-time.Duration((1 - f) * float64(back) * 24 * float64(time.Hour)))
		weight := []float64{0.1, 0.05, 0.05, 0.05, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.9, 0.8, 0.7, 0.7, 0.8, 0.9, 1, 1, 1, 0.8, 0.5, 0.3}[t.Hour()]
		if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
			weight *= 0.7
		}
		if r.Float64() < weight {
			return when.Of(t), 1 - float64(end.Sub(t))/float64(days*24*time.Hour)
		}
	}
}

const shop = `{"title": "Online shop: from the first look to the second order", "language": "en", "business_goal": "Customers who order a second time",
 "subject": {"kind": "persona", "name": "Ana, 34, orders twice a month"},
 "personas": [{"id": "ana", "name": "Ana, 34", "role": "buyer", "goals": ["Something that fits, by Friday"], "quote": "I do not want to wait at home for a parcel."}],
 "stages": [
  {"id": "discover", "name": "Discover", "kind": "awareness", "goal": "Find something that fits", "thoughts": ["Is this shop for real?"], "believed": {"satisfaction": 75, "emotion": 0.8},
   "touchpoints": [{"id": "ad", "name": "Search ad", "channel": "ads", "first_contact": true}, {"id": "home", "name": "Home page", "channel": "web"}], "owner": {"name": "Marta"}},
  {"id": "order", "name": "Order", "kind": "purchase", "goal": "Choose the right size", "thoughts": ["The size table helps."], "believed": {"satisfaction": 85, "emotion": 1.2},
   "touchpoints": [{"id": "basket", "name": "Basket", "channel": "web"}], "owner": {"name": "Marta"}},
  {"id": "pay", "name": "Pay", "kind": "purchase", "goal": "Pay without an account", "believed": {"satisfaction": 80, "emotion": 0.5},
   "pains": [{"id": "register", "text": "Has to register before paying", "severity": 3}], "touchpoints": [{"id": "checkout", "name": "Checkout", "channel": "web"}], "owner": {"name": "Jonas"}},
  {"id": "delivery", "name": "Wait for the delivery", "kind": "onboarding", "goal": "Have it by Friday", "thoughts": ["Where is my parcel? Nobody answers."], "believed": {"satisfaction": 70, "emotion": 0.6},
   "feelings": [{"text": "anxious", "why": "the tracking stands still", "touchpoint": "courier"}],
   "pains": [{"id": "late", "text": "Comes days later than promised", "severity": 5, "touchpoint": "courier"}, {"id": "track", "text": "The tracking page stands still", "severity": 4}],
   "touchpoints": [{"id": "courier", "name": "Courier", "channel": "in_person"}, {"id": "tracking", "name": "Tracking page", "channel": "web"}], "owner": {"name": "Piotr"}},
  {"id": "use", "name": "Use", "kind": "use", "goal": "Enjoy it", "believed": {"satisfaction": 80, "emotion": 1.0},
   "moments": [{"kind": "delight", "text": "A hand-written card in the box"}], "owner": {"name": "Marta"}},
  {"id": "returns", "name": "Send back", "kind": "support", "goal": "Money back without asking twice", "thoughts": ["Do I need a printer for this?"], "believed": {"satisfaction": 60, "emotion": 0.0},
   "touchpoints": [{"id": "label", "name": "Return label", "channel": "email"}], "owner": {"name": "Piotr"}}],
 "opportunities": [{"id": "sms", "stage": "delivery", "pain": "late", "text": "A text message when a parcel is late", "impact": 4, "confidence": 0.7, "cost": 2, "effort": 2, "status": "planned"}]}`
