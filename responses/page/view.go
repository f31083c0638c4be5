package page

import (
	"encoding/json"
	"net/url"

	"waymark/surveys/question"
	"waymark/surveys/words"
)

// View is everything that a page of a survey shows. HTML draws it.
type View struct {
	Lang  string
	Words *words.Words // of Lang, or of what there is nearest to it
	Brand Brand
	Theme string // light or dark; empty: as the reader's system has it
	Embed bool   // the page stands in a frame

	Title, TitleLang string // the survey's; TitleLang where it is not Lang
	Notice           string // a sentence above the questions
	Step, Steps      int    // progress; Steps 0 or 1 shows none
	Languages        []Language

	Action string // where the form goes
	Ticket string
	Layout string // steps or page
	Fields []Field
	Wrong  int  // how many fields have something wrong
	Back   bool // there is a way back
	Last   bool // the button sends, and does not go on

	// Flow is the logic for scripts where fields hang on one another:
	// {flow, answers, properties, contact}, package logic; nil where none does.
	Flow     json.RawMessage
	OneClick bool   // the first sign of life counts what is preselected
	Kiosk    bool   // many people answer on this screen, one after another
	Preview  bool   // nothing counts
	Resume   string // where an open link's ticket is kept in the browser; empty: nowhere
}

// Field is a question on the page. A …Lang says the language of a text that is
// not in the page's.
type Field struct {
	ID       string
	Control  question.Control
	Required bool
	Hidden   bool       // scripts show it when an answer of the same page asks for it
	Values   url.Values // what is chosen or written
	Wrong    string     // what is wrong with it, as a sentence

	Title, TitleLang string
	Help, HelpLang   string
	Low, LowLang     string // the ends of a scale
	High, HighLang   string
	Agree, AgreeLang string // what is agreed to
	Choices          []Choice
	Rows             []Row
}

// Choice is one thing to choose; Image is the address of its picture.
type Choice struct {
	Value, Text, Lang string
	Exclusive         bool
	Image             string
}

// Row is a part of a question that is answered by itself.
type Row struct{ ID, Text, Lang string }

// Language is an entry of the chooser.
type Language struct {
	Tag, Name, Href string
	Current         bool
}

// EndKind is why nothing is asked any more.
type EndKind string

// The kinds of End. Each has the words {kind} and, but for EndLarge, {kind}_text.
const (
	EndThanks   EndKind = "thanks"
	EndScreened EndKind = "screened"
	EndClosed   EndKind = "closed"
	EndUsed     EndKind = "used"
	EndFull     EndKind = "full"
	EndGone     EndKind = "gone"
	EndBusy     EndKind = "busy"
	EndDown     EndKind = "down"
	EndSoon     EndKind = "soon"
	EndLarge    EndKind = "err_title" // Text says what was too large
)

// End is a page on which nothing is asked.
type End struct {
	Kind  EndKind
	Lang  string
	Words *words.Words
	Brand Brand
	Theme string
	Embed bool

	Text, TextLang string // instead of the kind's own
	Link           Link   // where to go on
	Change         string // where the answers can be changed; empty: nowhere
	Action         string // where the survey begins, of a kiosk
	Kiosk, Preview bool
	Resume         string // what is kept there is forgotten
}

// Link leads away from an end.
type Link struct{ URL, Text string }
