package mapping

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"waymark/mapping/picture"
	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/strict"
)

// Limits of a map, api.md §1 and §3.
const (
	maxStages   = 200
	maxItems    = 2000 // elements of all its lists
	maxText     = 10_000
	maxDocument = 2 << 20  // bytes; what GET gives, PUT must take
	maxPixels   = 16 << 20 // of all its pictures
)

var (
	subjectKinds  = strings.Fields("persona prospect segment account internal")
	stageKinds    = strings.Fields("awareness consideration purchase onboarding use support loyalty referral other")
	lineageKinds  = strings.Fields("split merge rename")
	momentKinds   = strings.Fields("truth delight opportunity")
	channels      = strings.Fields("web app phone email chat sms post in_person shop social self_service faq ads search friends reviews other")
	pathKinds     = strings.Fields("next branch loop regress reentry exit")
	statuses      = strings.Fields("idea planned doing shipped dropped")
	directions    = strings.Fields("lower higher")
	evidenceKinds = strings.Fields("survey interview review social analytics crm ticket sales other")
	panels        = strings.Fields("problem consequence solution discovery outcome")
	metrics       = strings.Fields("csat rating ces nps")

	every = regexp.MustCompile(`^P([0-9]{1,3}Y)?([0-9]{1,3}M)?([0-9]{1,3}W)?([0-9]{1,4}D)?$`)
)

// ParseDocument reads a map and checks all of it. Faults carry pointers.
func ParseDocument(body []byte) (*Document, error) {
	if err := strict.AtMost(body, maxItems); err != nil {
		return nil, err
	}
	var d Document
	if err := strict.Decode(body, &d); err != nil {
		return nil, err
	}
	c := checker{stages: map[string]*Stage{}, kpis: map[string]bool{}}
	c.document(&d)
	return &d, c.l.Err(fault.Invalid)
}

type checker struct {
	l      fault.List
	stages map[string]*Stage
	kpis   map[string]bool
	pixels int // of the pictures so far
}

func (c *checker) document(d *Document) {
	c.needed("#/title", d.Title)
	texts(reflect.ValueOf(d), "#", &c.l)
	if d.Language != "" {
		if _, err := language.Parse(d.Language); err != nil {
			c.l.Add("#/language", "Not a language tag; write it like en or pt-BR.")
		}
	}
	if len(d.Stages) == 0 {
		c.l.Add("#/stages", "A map needs at least one stage.")
	}
	if len(d.Stages) > maxStages {
		c.l.Add("#/stages", "At most %d stages.", maxStages)
		return
	}
	for i := range d.Stages {
		c.id(fmt.Sprintf("#/stages/%d/id", i), d.Stages[i].ID, c.stages[d.Stages[i].ID] != nil)
		c.stages[d.Stages[i].ID] = &d.Stages[i]
	}
	for i, k := range d.KPIs {
		c.id(fmt.Sprintf("#/kpis/%d/id", i), k.ID, c.kpis[k.ID])
		c.kpis[k.ID] = true
	}
	if s := d.Subject; s != nil {
		c.oneOf("#/subject/kind", s.Kind, subjectKinds...)
		if s.Segment != nil && !strings.Contains(*s.Segment, ":") {
			c.l.Add("#/subject/segment", "Written property:value.")
		}
	}
	c.duration("#/duration", d.Duration)
	for i := range d.Stages {
		c.stage(fmt.Sprintf("#/stages/%d", i), &d.Stages[i])
	}
	c.rest(d)
}

func (c *checker) stage(p string, s *Stage) {
	c.needed(p+"/name", s.Name)
	c.maybe(p+"/kind", s.Kind, stageKinds...)
	c.maybe(p+"/satisfaction_metric", s.Metric, metrics...)
	for i, li := range s.Lineage {
		lp := fmt.Sprintf("%s/lineage/%d", p, i)
		c.oneOf(lp+"/kind", li.Kind, lineageKinds...)
		if !ident.Chosen(li.Stage) {
			c.l.Add(lp+"/stage", "The id of a stage that was here before.")
		}
	}
	points := map[string]bool{}
	for i, t := range s.Touchpoints {
		tp := fmt.Sprintf("%s/touchpoints/%d", p, i)
		c.id(tp+"/id", t.ID, points[t.ID])
		points[t.ID] = true
		c.needed(tp+"/name", t.Name)
		c.maybe(tp+"/channel", t.Channel, channels...)
		if t.ResponseTime != nil {
			c.kpi(tp+"/response_time/kpi", t.ResponseTime.KPI)
		}
	}
	point := func(p string, id *string) {
		if id != nil && !points[*id] {
			c.l.Add(p, "The stage has no touchpoint %q.", *id)
		}
	}
	for i, f := range s.Feelings {
		point(fmt.Sprintf("%s/feelings/%d/touchpoint", p, i), f.Touchpoint)
	}
	pains := map[string]bool{}
	for i, x := range s.Pains {
		pp := fmt.Sprintf("%s/pains/%d", p, i)
		c.id(pp+"/id", x.ID, pains[x.ID])
		pains[x.ID] = true
		c.grade(pp+"/severity", x.Severity)
		point(pp+"/touchpoint", x.Touchpoint)
	}
	for i, m := range s.Moments {
		mp := fmt.Sprintf("%s/moments/%d", p, i)
		c.oneOf(mp+"/kind", m.Kind, momentKinds...)
		point(mp+"/touchpoint", m.Touchpoint)
	}
	c.share(p+"/importance", s.Importance)
	c.duration(p+"/duration", s.Duration)
	if b := s.Believed; b != nil {
		if b.Satisfaction != nil && (*b.Satisfaction < -100 || *b.Satisfaction > 100) {
			c.l.Add(p+"/believed/satisfaction", "In the unit of the stage's metric, from -100 to 100.")
		}
		if b.Emotion != nil && (*b.Emotion < -2 || *b.Emotion > 2) {
			c.l.Add(p+"/believed/emotion", "From -2 to 2.")
		}
	}
}

func (c *checker) rest(d *Document) {
	ids := map[string]bool{}
	for i, x := range d.Personas {
		p := fmt.Sprintf("#/personas/%d", i)
		c.id(p+"/id", x.ID, ids[x.ID])
		ids[x.ID] = true
		c.needed(p+"/name", x.Name)
		c.picture(p+"/picture", x.Picture)
	}
	for i, x := range d.Paths {
		p := fmt.Sprintf("#/paths/%d", i)
		c.stageRef(p+"/from", &x.From)
		c.stageRef(p+"/to", x.To)
		c.oneOf(p+"/kind", x.Kind, pathKinds...)
		if (x.To == nil) != (x.Kind == "exit") {
			c.l.Add(p+"/to", "null for an exit, and only for an exit.")
		}
	}
	ids = map[string]bool{}
	for i, x := range d.Opportunities {
		p := fmt.Sprintf("#/opportunities/%d", i)
		c.id(p+"/id", x.ID, ids[x.ID])
		ids[x.ID] = true
		s := c.place(p, x.Stage, x.Touchpoint)
		if x.Pain != nil && (s == nil || !slices.ContainsFunc(s.Pains, func(q Pain) bool { return q.ID == *x.Pain })) {
			c.l.Add(p+"/pain", "The stage has no pain %q.", *x.Pain)
		}
		c.grade(p+"/impact", x.Impact)
		c.grade(p+"/cost", x.Cost)
		c.grade(p+"/effort", x.Effort)
		c.share(p+"/confidence", x.Confidence)
		c.maybe(p+"/status", x.Status, statuses...)
	}
	for i, x := range d.KPIs {
		p := fmt.Sprintf("#/kpis/%d", i)
		c.needed(p+"/name", x.Name)
		c.place(p, x.Stage, x.Touchpoint)
		c.maybe(p+"/better", x.Better, directions...)
	}
	ids = map[string]bool{}
	for i, x := range d.Evidence {
		p := fmt.Sprintf("#/evidence/%d", i)
		c.id(p+"/id", x.ID, ids[x.ID])
		ids[x.ID] = true
		c.place(p, x.Stage, x.Touchpoint)
		c.oneOf(p+"/kind", x.Kind, evidenceKinds...)
		c.day(p+"/date", x.Date)
		if x.URL != nil {
			if u, err := url.Parse(*x.URL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
				c.l.Add(p+"/url", "An address that begins with http:// or https://.")
			}
		}
	}
	for i, x := range d.Story {
		p := fmt.Sprintf("#/story/%d", i)
		c.oneOf(p+"/panel", x.Panel, panels...)
		c.picture(p+"/picture", x.Picture)
	}
	ids = map[string]bool{}
	for i, x := range d.Views {
		c.id(fmt.Sprintf("#/views/%d/id", i), x.ID, ids[x.ID])
		ids[x.ID] = true
	}
	if r := d.Review; r != nil {
		if r.Every != "" && (!every.MatchString(r.Every) || r.Every == "P") {
			c.l.Add("#/review/every", "A duration of years, months, weeks and days, like P1Y.")
		}
		c.day("#/review/next", r.Next)
	}
}

func (c *checker) needed(p, s string) {
	if strings.TrimSpace(s) == "" {
		c.l.Add(p, "A text is needed here.")
	}
}

func (c *checker) id(p, id string, taken bool) {
	switch {
	case !ident.Chosen(id):
		c.l.Add(p, "1 to 64 of A-Z a-z 0-9 _ -.")
	case taken:
		c.l.Add(p, "%q stands here twice.", id)
	}
}

func (c *checker) oneOf(p, s string, allowed ...string) {
	if !slices.Contains(allowed, s) {
		c.l.Add(p, "Must be one of: %s.", strings.Join(allowed, ", "))
	}
}

func (c *checker) maybe(p, s string, allowed ...string) {
	if s != "" {
		c.oneOf(p, s, allowed...)
	}
}

func (c *checker) grade(p string, n *int) {
	if n != nil && (*n < 1 || *n > 5) {
		c.l.Add(p, "A whole number from 1 to 5.")
	}
}

func (c *checker) share(p string, f *float64) {
	if f != nil && (*f < 0 || *f > 1) {
		c.l.Add(p, "A number from 0 to 1.")
	}
}

func (c *checker) day(p, s string) {
	if _, err := time.Parse(time.DateOnly, s); s != "" && err != nil {
		c.l.Add(p, "A day like 2026-11-01.")
	}
}

func (c *checker) kpi(p string, id *string) {
	if id != nil && !c.kpis[*id] {
		c.l.Add(p, "The map has no KPI %q.", *id)
	}
}

func (c *checker) duration(p string, d *Duration) {
	if d != nil {
		c.kpi(p+"/kpi", d.KPI)
	}
}

func (c *checker) stageRef(p string, id *string) *Stage {
	if id == nil {
		return nil
	}
	s := c.stages[*id]
	if s == nil {
		c.l.Add(p, "The map has no stage %q.", *id)
	}
	return s
}

func (c *checker) place(p string, stage, touchpoint *string) *Stage {
	s := c.stageRef(p+"/stage", stage)
	if touchpoint != nil && (s == nil || !slices.ContainsFunc(s.Touchpoints, func(t Touchpoint) bool { return t.ID == *touchpoint })) {
		c.l.Add(p+"/touchpoint", "The stage has no touchpoint %q.", *touchpoint)
	}
	return s
}

// picture checks what a picture declares; it is decoded once all else is right.
func (c *checker) picture(p string, s *string) {
	if s == nil {
		return
	}
	pixels, err := picture.Head(*s)
	if err != nil {
		c.l.Add(p, "%s", err)
		return
	}
	if c.pixels += pixels; c.pixels > maxPixels {
		c.l.Add(p, "All pictures of a map together may have %d million pixels.", maxPixels/1_000_000)
	}
}

// texts bounds every text of the document.
func texts(v reflect.Value, p string, l *fault.List) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), p, l)
		}
	case reflect.String:
		// A picture is longer and bounded by its own rule.
		if s := v.String(); len(s) > maxText && len([]rune(s)) > maxText && !strings.HasSuffix(p, "/picture") {
			l.Add(p, "At most %d characters.", maxText)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), fmt.Sprintf("%s/%d", p, i), l)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if name != "" {
				texts(v.Field(i), p+"/"+name, l)
			}
		}
	}
}
