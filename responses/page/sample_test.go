package page

import (
	"net/url"
	"strconv"

	"waymark/surveys/question"
	"waymark/surveys/words"
)

// sample makes fields as the flow makes them of questions: one of every kind
// and look, in the words of a language.
type sample struct {
	lang string
	w    *words.Words
}

func speaking(lang string) sample { return sample{lang, words.In(lang)} }

// texts are what the author of a survey would have written.
var texts = map[string][]string{
	"en": {"Your delivery", "How satisfied are you with the delivery?", "Think of the last parcel only.", "What was in the way?", "The courier", "The parcel", "The time", "Tracking", "Nothing of this",
		"Late", "On time", "Early", "We keep your answers for a year and then delete them. You can ask us to delete them at any time.\nWrite to privacy@shop.example."},
	"de": {"Ihre Lieferung", "Wie zufrieden sind Sie mit der Lieferung?", "Denken Sie nur an das letzte Paket.", "Was hat gestört?", "Der Kurierdienstleister", "Das Paket", "Die Lieferzeitankündigung", "Sendungsverfolgung", "Nichts davon",
		"Zu spät", "Pünktlich", "Zu früh", "Wir bewahren Ihre Antworten ein Jahr lang auf."},
	"ar": {"توصيل طلبك", "ما مدى رضاك عن التوصيل؟", "فكر في آخر طرد فقط.", "ما الذي أزعجك؟", "المندوب", "الطرد", "الوقت", "التتبع", "لا شيء مما سبق",
		"متأخر", "في الموعد", "مبكر", "نحتفظ بإجاباتك مدة سنة ثم نحذفها."},
}

func (s sample) text(i int) string {
	if t, ok := texts[s.lang]; ok {
		return t[i]
	}
	return texts["en"][i]
}

// kinds names every sample field.
var kinds = []string{"csat", "ces", "nps", "emotion", "stars", "numbers", "feelings", "choice", "choices", "matrix", "matrix_many", "ranking", "text", "email", "long_text", "number", "date", "consent", "picture", "file"}

func (s sample) field(kind string) Field {
	f := Field{ID: kind, Title: s.text(1), Help: s.text(2), Values: url.Values{}}
	c := &f.Control
	scale := func(look question.Look, low, high int, word, lowWord, highWord string) {
		c.Kind, c.Look, c.Scale, c.Low.Say.Word, c.High.Say.Word = question.Radios, look, true, lowWord, highWord
		f.Low, f.High = s.w.Say(lowWord), s.w.Say(highWord)
		for n := low; n <= high; n++ {
			text := strconv.Itoa(n)
			switch word {
			case "stars":
				text = s.w.Say(word, "n", n)
			case "":
			default:
				text = s.w.Say(word + strconv.Itoa(n-low+1))
			}
			f.Choices = append(f.Choices, Choice{Value: strconv.Itoa(n), Text: text})
		}
	}
	options := func(of ...int) {
		for i, n := range of {
			f.Choices = append(f.Choices, Choice{Value: "o" + strconv.Itoa(i), Text: s.text(n)})
		}
	}
	hint := func(word string, fill ...any) { c.Hint = question.Say{Word: word, Fill: fill} }
	switch kind {
	case "csat":
		scale(question.Plain, 1, 5, "csat_", "csat_1", "csat_5")
	case "ces":
		scale(question.Numbers, 1, 7, "", "ces_low", "ces_high")
	case "nps":
		scale(question.Numbers, 0, 10, "", "nps_low", "nps_high")
	case "emotion":
		scale(question.Faces, -2, 2, "emotion_", "emotion_1", "emotion_5")
	case "stars":
		scale(question.Stars, 1, 5, "stars", "rating_low", "rating_high")
	case "numbers":
		scale(question.Numbers, 1, 5, "", "rating_low", "rating_high")
	case "feelings":
		c.Kind, c.Look = question.Checks, question.Chips
		hint("choose_upto", "n", 3)
		for _, w := range []string{"delighted", "excited", "surprised", "confident", "satisfied", "relieved", "calm", "heard", "angry", "frustrated", "anxious", "rushed", "confused", "disappointed", "ignored", "bored"} {
			f.Choices = append(f.Choices, Choice{Value: w, Text: s.w.Say("feel_" + w)})
		}
	case "choice":
		c.Kind, c.Look, c.Other = question.Radios, question.Plain, true
		options(4, 5, 6, 7)
		f.Choices = append(f.Choices, Choice{Value: "other", Text: s.w.Say("other")})
	case "choices":
		c.Kind, c.Look, c.Other = question.Checks, question.Plain, true
		f.Title = s.text(3)
		hint("choose_any")
		options(4, 5, 6, 7)
		f.Choices = append(f.Choices, Choice{Value: "other", Text: s.w.Say("other")}, Choice{Value: "none", Text: s.text(8), Exclusive: true})
	case "matrix", "matrix_many":
		c.Kind, c.Many = question.Grid, kind == "matrix_many"
		hint("matrix_one")
		if c.Many {
			hint("matrix_any")
		}
		options(9, 10, 11)
		f.Rows = []Row{{ID: "a", Text: s.text(4)}, {ID: "b", Text: s.text(5)}, {ID: "c", Text: s.text(6)}}
	case "ranking":
		c.Kind = question.Places
		hint("rank_hint")
		f.Rows = []Row{{ID: "a", Text: s.text(4)}, {ID: "b", Text: s.text(5)}, {ID: "c", Text: s.text(6)}, {ID: "d", Text: s.text(7)}}
	case "text":
		c.Kind, c.Input, c.MaxLength = question.Line, "text", 200
	case "email":
		c.Kind, c.Input = question.Line, "email"
	case "long_text":
		c.Kind, c.MaxLength = question.Area, 1000
	case "number":
		c.Kind, c.Input, c.Mode, c.Min, c.Max, c.Step, c.Unit = question.Line, "number", "decimal", "0", "40", "0.5", "kg"
	case "date":
		c.Kind, c.Input, c.Min, c.Max = question.Line, "date", "2026-01-01", "2026-12-31"
	case "consent":
		c.Kind = question.Agree
		f.Agree = s.text(12)
	case "picture":
		c.Kind, c.Look = question.Radios, question.Pictures
		options(4, 5, 6)
		for i := range f.Choices {
			f.Choices[i].Image = "/s/t/files/fil_" + strconv.Itoa(i)
		}
	case "file":
		c.Kind, c.Accept, c.MaxBytes = question.Upload, []string{"image/png", "image/jpeg", "application/pdf"}, 5<<20
		hint("file_hint", "types", "PNG, JPEG, PDF", "size", s.w.Size(5<<20))
	}
	return f
}

// answered is the field with an answer.
func (s sample) answered(kind string) Field {
	f := s.field(kind)
	f.Values = url.Values{kind: {map[string]string{"csat": "4", "ces": "6", "nps": "8", "emotion": "1", "stars": "4", "numbers": "4", "choice": "other", "text": "Ana", "email": "ana@example.org",
		"long_text": "Two days late,\nand wet.", "number": "2.5", "date": "2026-11-20", "consent": "true", "picture": "o1"}[kind]}}
	switch kind {
	case "choice":
		f.Values.Set("choice.other", "Teal")
	case "choices":
		f.Values[kind] = []string{"o0", "o2"}
	case "feelings":
		f.Values[kind] = []string{"heard", "calm"}
	case "matrix":
		f.Values = url.Values{"matrix.a": {"o0"}, "matrix.b": {"o1"}}
	case "matrix_many":
		f.Values = url.Values{"matrix_many.a": {"o0", "o2"}}
	case "ranking":
		f.Values = url.Values{"ranking.a": {"2"}, "ranking.b": {"1"}, "ranking.c": {"4"}, "ranking.d": {"3"}}
	case "file":
		f.Values = url.Values{"file": {"fil_1"}, "file.name": {"receipt.pdf"}}
	}
	return f
}

// view is a step with one question.
func (s sample) view(fields ...Field) *View {
	return &View{Lang: s.lang, Words: s.w, Title: s.text(0), Brand: Brand{Name: "Shop"}, Action: "/s/t", Ticket: "ticket", Step: 2, Steps: 5, Back: true, Layout: "steps", Fields: fields,
		Languages: []Language{{"en", "English", "/s/t?lang=en", s.lang == "en"}, {"de", "Deutsch", "/s/t?lang=de", s.lang == "de"}, {"ar", "العربية", "/s/t?lang=ar", s.lang == "ar"}}}
}

// sheet is every question on one page.
func (s sample) sheet() *View {
	v := s.view()
	v.Layout, v.Step, v.Steps, v.Back, v.Last = "page", 0, 0, false, true
	for _, k := range kinds {
		v.Fields = append(v.Fields, s.field(k))
	}
	return v
}

// refused is the field with something wrong.
func (s sample) refused(kind string) *View {
	f := s.field(kind)
	f.Required, f.Wrong = true, s.w.Say("err_required")
	v := s.view(f)
	v.Wrong = 1
	return v
}
