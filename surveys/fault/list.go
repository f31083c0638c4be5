package fault

import "fmt"

// maxFields bounds what one refusal reports; more would help nobody.
const maxFields = 50

// List collects the faulty places of a document while it is checked, so that
// a person sees all of them at once. The zero value is ready.
type List struct {
	fields []Field
	more   int
}

// Add notes one faulty place.
func (l *List) Add(pointer, format string, args ...any) {
	if len(l.fields) >= maxFields {
		l.more++
		return
	}
	l.fields = append(l.fields, Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// Append notes places found elsewhere.
func (l *List) Append(fields []Field) {
	for _, f := range fields {
		l.Add(f.Pointer, "%s", f.Detail)
	}
}

// Empty reports whether nothing was noted.
func (l *List) Empty() bool { return len(l.fields) == 0 }

// Err gives what was noted as an Error of the kind; nil when nothing was.
// It returns the interface type, so that nil compares as nil.
func (l *List) Err(kind Kind) error {
	e := FromFields(kind, l.fields)
	if e == nil {
		return nil
	}
	if l.more > 0 {
		e.Detail += fmt.Sprintf(" %d more are not listed.", l.more)
	}
	return e
}

// Fields gives what was noted.
func (l *List) Fields() []Field { return l.fields }
