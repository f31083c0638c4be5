package logic

import "strings"

// Piece is a part of a text with piping: literal text, or where Name is set,
// what the name gives, Otherwise where that is nothing.
type Piece struct {
	Literal   string
	Name      string
	Otherwise string
}

// Pieces cuts a text at {{name}} and {{name|otherwise}}. {{ that no letter
// follows is literal. The error is an *Error.
func Pieces(text string) ([]Piece, error) {
	var out []Piece
	literal := 0 // where the literal text begins
	for at := 0; at < len(text); {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			break
		}
		begin := at + i
		if begin+2 >= len(text) || !letter(text[begin+2]) {
			at = begin + 1 // {{{name}} has its name behind the second pair
			continue
		}
		end := nameEnd(text, begin+2)
		p := Piece{Name: text[begin+2 : end]}
		rest := text[end:]
		if strings.HasPrefix(rest, "|") {
			otherwise, _, closed := strings.Cut(rest[1:], "}}")
			if !closed {
				return nil, fault(begin, "{{ is not closed by }}")
			}
			p.Otherwise = otherwise
			end += 1 + len(otherwise)
			rest = text[end:]
		}
		if !strings.HasPrefix(rest, "}}") {
			return nil, fault(begin, "write {{name}} or {{name|otherwise}}; to show two brackets, leave no letter behind them")
		}
		if begin > literal {
			out = append(out, Piece{Literal: text[literal:begin]})
		}
		out = append(out, p)
		at = end + 2
		literal = at
	}
	if literal < len(text) {
		out = append(out, Piece{Literal: text[literal:]})
	}
	return out, nil
}

// Fill writes the text with each name replaced by what value gives; "" takes
// the piece's Otherwise.
func Fill(pieces []Piece, value func(name string) string) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Name == "" {
			b.WriteString(p.Literal)
			continue
		}
		if s := value(p.Name); s != "" {
			b.WriteString(s)
		} else {
			b.WriteString(p.Otherwise)
		}
	}
	return b.String()
}
