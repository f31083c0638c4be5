package strict

import (
	"bytes"
	"encoding"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waymark/surveys/fault"
)

// maxDepth is far above any agreed document and far below what would cost memory.
const maxDepth = 64

// maxWhole is the largest whole number that every JSON reader keeps exactly.
const maxWhole = 1 << 53

// Decode reads exactly one JSON value into v. Unknown keys are refused, and
// null where v cannot tell it from an empty value: only a pointer and types
// that read themselves can.
// Errors are faults: Malformed for what is not the agreed JSON, Invalid for
// strings and numbers that no rule can take.
func Decode(data []byte, v any) error {
	if err := Check(data); err != nil {
		return err
	}
	opts := json.RejectUnknownMembers(true)
	if bytes.Contains(data, []byte("null")) { // most bodies have none, and pay nothing
		opts = json.JoinOptions(opts, json.WithUnmarshalers(json.UnmarshalFromFunc(refuseNull)))
	}
	if err := json.Unmarshal(data, v, opts); err != nil {
		return translate(err)
	}
	return nil
}

// refuseNull is asked before each value is read, into what to points at.
func refuseNull(d *jsontext.Decoder, to any) error {
	if d.PeekKind() != 'n' {
		return errors.ErrUnsupported // read it as ever
	}
	t := reflect.TypeOf(to).Elem()
	if _, own := to.(json.UnmarshalerFrom); own || t == rawType || t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return errors.ErrUnsupported
	}
	if err := d.SkipValue(); err != nil {
		return err
	}
	return fault.New(fault.Malformed, "malformed", "%s is needed here, not null; leave the key out where there is none.", wanted(t))
}

var rawType = reflect.TypeFor[jsontext.Value]()

// Check does all of Decode's checks that need no Go type.
func Check(data []byte) error {
	if !utf8.Valid(data) {
		return fault.New(fault.Invalid, "invalid-utf8", "The body is not valid UTF-8.")
	}
	d := jsontext.NewDecoder(strings.NewReader(string(data)))
	for {
		tok, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return translate(err)
		}
		if d.StackDepth() > maxDepth {
			return fault.New(fault.Malformed, "too-deep", "The JSON is nested more than %d levels deep.", maxDepth)
		}
		switch tok.Kind() {
		case '"':
			s := tok.String()
			if strings.IndexByte(s, 0) >= 0 {
				return fault.At(fault.Invalid, pointer(d.StackPointer()), "The text contains a NUL character; leave it out.")
			}
			if isKey(d) && strings.ContainsAny(s, "$.") {
				return fault.At(fault.Malformed, pointer(d.StackPointer()), "Keys must not contain \"$\" or \".\".")
			}
		case '0':
			if tooBig(tok.String()) {
				return fault.At(fault.Invalid, pointer(d.StackPointer()), "The number lies beyond 2^53.")
			}
		}
		if d.StackDepth() == 0 {
			// One value; only white space may follow.
			if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
				return fault.New(fault.Malformed, "not-json", "There is something after the JSON value.")
			}
			return nil
		}
	}
	return fault.New(fault.Malformed, "not-json", "The body is empty; send JSON.")
}

// isKey reports whether the token just read is an object's key: those stand
// at the odd places of an object.
func isKey(d *jsontext.Decoder) bool {
	kind, n := d.StackIndex(d.StackDepth())
	return kind == '{' && n%2 == 1
}

func tooBig(s string) bool {
	if len(s) < 16 && !strings.ContainsAny(s, "eE") {
		return false
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n > maxWhole || n < -maxWhole // a float would round 2^53+1 down
	}
	f, err := strconv.ParseFloat(s, 64)
	return err != nil || f > maxWhole || f < -maxWhole
}

func pointer(p jsontext.Pointer) string { return "#" + string(p) }

func translate(err error) error {
	var syn *jsontext.SyntacticError
	if errors.As(err, &syn) {
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			return fault.At(fault.Malformed, pointer(syn.JSONPointer), "The key stands here twice.")
		case strings.Contains(syn.Err.Error(), "UTF-8"), strings.Contains(syn.Err.Error(), "surrogate"):
			return fault.At(fault.Invalid, pointer(syn.JSONPointer), "The text is not valid Unicode.")
		}
		return fault.Wrap(err, fault.Malformed, "not-json", "The body is not JSON: it goes wrong at byte %d.", syn.ByteOffset)
	}
	var sem *json.SemanticError
	if errors.As(err, &sem) {
		at := pointer(sem.JSONPointer)
		var f *fault.Error
		switch {
		case errors.Is(err, json.ErrUnknownName):
			return fault.At(fault.Malformed, at, "This key is not known here.")
		case errors.As(sem.Err, &f):
			return fault.At(f.Kind, at, "%s", f.Detail)
		case sem.JSONKind == '"' && readsText(sem.GoType) && sem.Err != nil:
			return fault.At(fault.Invalid, at, "%s.", sem.Err.Error())
		case sem.JSONKind == '0' && isInteger(sem.GoType):
			return fault.At(fault.Invalid, at, "A whole number is needed here.")
		}
		return fault.At(fault.Malformed, at, "%s is needed here.", wanted(sem.GoType))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Malformed, "not-json", "The JSON ends too early.")
	}
	return fault.Wrap(err, fault.Malformed, "not-json", "The body is not the agreed JSON.")
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

func readsText(t reflect.Type) bool {
	return t != nil && (t.Implements(textType) || reflect.PointerTo(t).Implements(textType))
}

func isInteger(t reflect.Type) bool {
	return t != nil && t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64
}

func wanted(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return "Another JSON type"
	case readsText(t), t.Kind() == reflect.String:
		return "Text"
	case isInteger(t), t.Kind() == reflect.Float64:
		return "A number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice:
		return "A list"
	case t.Kind() == reflect.Map, t.Kind() == reflect.Struct:
		return "An object"
	}
	return "Another JSON type"
}
