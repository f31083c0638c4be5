package surveys

import (
	"unicode/utf8"

	"waymark/surveys/fault"
	"waymark/surveys/question"
)

// Limits of what is known of who answers, api.md §4: a response says it, or
// the link by which it came.
const (
	MaxProperties = 50
	MaxProperty   = 200 // characters, of a name and of a value
)

// CheckProperties reports what no properties are.
func CheckProperties(l *fault.List, properties map[string]string) {
	if len(properties) > MaxProperties {
		l.Add("#/properties", "At most %d properties.", MaxProperties)
	}
	for name, value := range properties {
		if n := utf8.RuneCountInString(name); n < 1 || n > MaxProperty {
			l.Add("#/properties", "A property's name has 1 to %d characters.", MaxProperty)
		} else if utf8.RuneCountInString(value) > MaxProperty {
			l.Add("#/properties/"+question.Escape(name), "At most %d characters.", MaxProperty)
		}
	}
}
