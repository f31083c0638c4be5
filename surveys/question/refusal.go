package question

import "github.com/valyala/fastjson"

// Refusal says why an answer is not taken: to programs in English, to people
// by a word of package words.
type Refusal struct {
	Detail string // a sentence in English
	Word   string // err_… of the catalogue
	Fill   []any  // for words.Say(Word, Fill...)
}

// Check tells what is wrong with an answer, nil for a good one. What it
// refuses with was made by Compile and is shared, so that it costs nothing.
type Check func(v *fastjson.Value) *Refusal

func refuse(detail, word string, fill ...any) *Refusal {
	return &Refusal{Detail: detail, Word: word, Fill: fill}
}

// needed is the refusal of a required question without an answer.
func needed(word string) *Refusal { return refuse("This question needs an answer.", word) }

// there demands an answer, whatever it is.
func there(word string) Check {
	missing := needed(word)
	return func(v *fastjson.Value) *Refusal {
		if v == nil {
			return missing
		}
		return nil
	}
}
