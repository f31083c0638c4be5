package render

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"waymark/mapping"
	"waymark/surveys/when"
)

// Words are the words of a map in one language.
type Words struct {
	Lang    string
	Map     string // "Journey map"
	Metrics map[string]string
	Emotion string
	Faces   [5]string // −2 to 2
	Fresh   map[string]string
	Lanes   map[string]string
	Moments map[string]string
	// Channels names those of touchpoints that read well on a map.
	Channels map[string]string

	NoData, NoAnswers, JustNow, AsOf, Believed, Since, Refresh, Table, Stage, Touchpoints         string
	LegendHollow, LegendHidden, LegendInterval, LegendBelief, LegendBreak                         string
	NotFound, NotFoundHint, TooMany, TooManyHint, Broken, BrokenHint                              string
	Strange, StrangeHint, ShowMap                                                                 string
	Changed, Unchanged, Fell, Rose, LegendMove                                                    string
	Satisfaction, Newest, Measure, Value, Interval, Change, Window, Language, Pause, Resume, Late string
	// Counted words by plural form; % stands for the number.
	Answers, Suspects, Minutes, Hours, Days, Last counted

	tag     language.Tag
	date    string // layout of package time
	printer *message.Printer
}

// counted is a phrase by plural form; one that is not set reads as Other.
type counted map[plural.Form]string

const (
	one, few, many, other = plural.One, plural.Few, plural.Many, plural.Other
	zero                  = plural.Zero
)

// Languages are those that Words exist in.
func Languages() []string { return slices.Clone(order) }

var order = []string{"en", "et", "lv", "lt", "ru", "zh"}

// endonyms are what the languages call themselves.
var endonyms = map[string]string{"en": "English", "et": "Eesti", "lv": "Latviešu", "lt": "Lietuvių", "ru": "Русский", "zh": "中文"}

// wordsOf gives a language's words, English for one that is not known.
func wordsOf(lang string) *Words {
	w := vocabulary(lang)
	if w == nil {
		w = vocabulary("en")
	}
	w.tag = language.Make(w.Lang)
	w.printer = message.NewPrinter(w.tag)
	return w
}

// Match chooses a language: the asked one where it exists, else the first of
// an Accept-Language header that does, else English.
func Match(asked, accept string) string {
	if slices.Contains(order, asked) {
		return asked
	}
	tags, q, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return "en"
	}
	for i, t := range tags {
		base, _ := t.Base()
		if q[i] > 0 && slices.Contains(order, base.String()) {
			return base.String()
		}
	}
	return "en"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (w *Words) number(v float64, decimals int) string {
	s := w.printer.Sprint(number.Decimal(v, number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)))
	s = strings.Replace(s, "-", "−", 1)
	if strings.Trim(s, "−0.,") == "" {
		s = strings.TrimPrefix(s, "−") // never minus nothing
	}
	return s
}

func (w *Words) value(m Metric, v float64) string {
	s := w.number(v, m.decimals)
	if (m.ID == "emotion" || m.ID == "nps") && !strings.HasPrefix(s, "−") && strings.Trim(s, "0.,") != "" {
		s = "+" + s
	}
	return s + m.unit
}

// interval says the bounds, with another digit where they would look the same.
func (w *Words) interval(m Metric, low, high float64) string {
	if low < high && w.value(m, low) == w.value(m, high) {
		m.decimals++
	}
	bare := m
	bare.unit = ""
	return w.value(bare, low) + " … " + w.value(m, high)
}

// tick says a value of a scale, which has no more digits than it needs.
func (w *Words) tick(m Metric, v float64) string {
	if v == math.Trunc(v) {
		m.decimals = 0
	}
	return w.value(m, v)
}

func (w *Words) count(c counted, n int64) string {
	form := plural.Cardinal.MatchPlural(w.tag, int(n%1_000_000), 0, 0, 0, 0)
	s, ok := c[form]
	if !ok {
		s = c[other]
	}
	return strings.Replace(s, "%", w.number(float64(n), 0), 1)
}

func (w *Words) ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute: // also what lies minutes ahead, by another clock
		return w.JustNow
	case d < 2*time.Hour:
		return w.count(w.Minutes, int64(d/time.Minute))
	case d < 48*time.Hour:
		return w.count(w.Hours, int64(d/time.Hour))
	}
	return w.count(w.Days, int64(d/(24*time.Hour)))
}

// move says how a measure changed, with the wider half of its interval.
func (w *Words) move(m Metric, c *mapping.Move) string {
	if c == nil {
		return ""
	}
	half, decimals := max(c.High-c.Value, c.Value-c.Low), m.decimals
	by := func(v float64) string { return w.number(math.Abs(v), decimals) }
	round := func(v float64) float64 { return math.Round(math.Abs(v) * math.Pow10(decimals)) }
	if round(c.Value) <= round(half) {
		decimals++ // it is real, and must not look as if it were not
	}
	phrase, mark := w.Rose, "▲ "
	if c.Value < 0 {
		phrase, mark = w.Fell, "▼ "
	}
	return mark + strings.Replace(phrase, "%", by(c.Value)+" ± "+by(half), 1)
}

func (w *Words) day(t time.Time) string     { return t.UTC().Format(w.date) }
func (w *Words) instant(t time.Time) string { return t.UTC().Format(w.date + ", 15:04 UTC") }
func (w *Words) since(t time.Time) string   { return strings.Replace(w.Since, "%", w.day(t), 1) }
func (w *Words) believed(v string) string   { return w.Believed + " " + v }

// window says the window: its length where that is what was asked for, else
// its bounds.
func (w *Words) window(from, to when.Time, asked time.Duration) string {
	if asked > 0 && asked%(24*time.Hour) == 0 {
		return w.count(w.Last, int64(asked/(24*time.Hour)))
	}
	return w.instant(from.Time()) + " – " + w.instant(to.Time())
}
