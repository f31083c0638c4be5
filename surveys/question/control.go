package question

import "waymark/surveys/words"

// Kind is the sort of native inputs that a question is answered with.
type Kind string

// The kinds. Nothing is of questions that nobody is asked.
const (
	Radios  Kind = "radios"
	Checks  Kind = "checks"
	Line    Kind = "line"
	Area    Kind = "area"
	Grid    Kind = "grid"   // a row of radios or checks for each of Rows
	Places  Kind = "places" // a place from 1 on for each of Rows
	Agree   Kind = "agree"  // one check behind a text
	Upload  Kind = "upload"
	Nothing Kind = "nothing"
)

// Look is how the choices of Radios and Checks are drawn.
type Look string

// The looks.
const (
	Plain    Look = "plain"
	Faces    Look = "faces"
	Stars    Look = "stars"
	Numbers  Look = "numbers"
	Chips    Look = "chips" // short words side by side
	Pictures Look = "pictures"
)

// Control is what a question is answered with. How it is drawn is the business
// of the page, the widget and the mail. The field of a question has its id as
// its name; rows and own texts add theirs behind a dot, api.md §8.
type Control struct {
	Kind    Kind
	Look    Look
	Choices []Choice // of Radios and Checks; the columns of a Grid
	Rows    []Row    // of a Grid; what gets its place in Places
	Many    bool     // the Grid has checks
	Scale   bool     // the choices are whole numbers, in their order
	Low     Label    // the ends of a scale in words
	High    Label
	Other   bool // one of the choices is an own text
	Random  bool // the choices or rows come in another order each time: Order
	Hint    Say  // what to do

	// Of a Line and an Area.
	Input     string // text, email, url, tel, number or date
	Mode      string // inputmode of the keyboard
	Min, Max  string
	Step      string
	MinLength int // characters; browsers count UTF-16 in minlength and maxlength
	MaxLength int // characters; 0 for no bound
	Unit      string

	Text     Text     // of Agree: what is agreed to
	Accept   []string // of Upload: media types
	MaxBytes int      // of Upload
}

// Choice is one thing to choose; its value is what the field carries.
type Choice struct {
	Value     string
	Label     Label
	Exclusive bool
	Image     string // fil_…, of Pictures
}

// Row is a part of a question with a field of its own.
type Row struct {
	ID    string
	Label Label
}

// Label is the author's text where there is one, else a word.
type Label struct {
	Text Text
	Say  Say
}

// Say is a word of the catalogue with what fills it. The zero Say is nothing.
type Say struct {
	Word string
	Fill []any
}

// In gives the label's text in a language.
func (l Label) In(lang string, w *words.Words) string {
	if !l.Text.Empty() {
		return l.Text.In(lang)
	}
	return l.Say.In(w)
}

// In gives the word filled; "" for nothing.
func (s Say) In(w *words.Words) string {
	if s.Word == "" {
		return ""
	}
	return w.Say(s.Word, s.Fill...)
}

// say is a word with what fills it.
func say(word string, fill ...any) Say { return Say{Word: word, Fill: fill} }

// named is the author's text, else a word.
func named(text Text, word string, fill ...any) Label {
	return Label{Text: text, Say: say(word, fill...)}
}
