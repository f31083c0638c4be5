package mapping

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"waymark/mapping/picture"
	"waymark/surveys/fault"
)

// pictures gives every picture of a document by its pointer.
func (d *Document) pictures() map[jsontext.Pointer]string {
	all := map[jsontext.Pointer]string{}
	for i, x := range d.Personas {
		if x.Picture != nil {
			all[jsontext.Pointer(fmt.Sprintf("/personas/%d/picture", i))] = *x.Picture
		}
	}
	for i, x := range d.Story {
		if x.Picture != nil {
			all[jsontext.Pointer(fmt.Sprintf("/story/%d/picture", i))] = *x.Picture
		}
	}
	return all
}

// settle makes the document to store of one that was sent: as it was sent, but
// for spaces, and for pictures, which are encoded again. A picture that one of
// the stored documents has was encoded already: doing it at every edit would
// wear photographs out.
func settle(ctx context.Context, sent []byte, d *Document, before ...[]byte) ([]byte, error) {
	doc := jsontext.Value(bytes.Clone(sent))
	if err := doc.Compact(); err != nil {
		return nil, err
	}
	all := d.pictures()
	if len(all) == 0 {
		return doc, nil
	}
	clean := map[string]string{}
	for _, b := range before {
		old, err := stored(b)
		if err != nil {
			return nil, err
		}
		for _, p := range old.pictures() {
			clean[p] = p
		}
	}
	var wrong fault.List
	for _, at := range slices.Sorted(maps.Keys(all)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := all[at]
		if clean[p] == "" {
			c, err := picture.Clean(p)
			var refused picture.Refusal
			if errors.As(err, &refused) {
				wrong.Add("#"+string(at), "%s", refused)
				continue
			}
			if err != nil {
				return nil, err
			}
			clean[p] = c
		}
		all[at] = clean[p]
	}
	if err := wrong.Err(fault.Invalid); err != nil {
		return nil, err
	}
	out, err := replace(doc, all)
	if err == nil && len(out) > maxDocument && len(out) > len(doc) {
		return nil, fault.At(fault.Invalid, "#", "Encoded again, the pictures make the map larger than %d bytes; use fewer or smaller ones.", maxDocument)
	}
	return out, err
}

// replace puts texts into a document in the place of others, and leaves every
// other byte as it is.
func replace(doc []byte, texts map[jsontext.Pointer]string) ([]byte, error) {
	out, copied := make([]byte, 0, len(doc)), int64(0)
	in := jsontext.NewDecoder(bytes.NewReader(doc))
	for copied < int64(len(doc)) {
		switch in.PeekKind() {
		case jsontext.KindString:
			raw, err := in.ReadValue()
			if err != nil {
				return nil, err
			}
			text, ok := texts[in.StackPointer()]
			if kind, n := in.StackIndex(in.StackDepth()); !ok || kind == jsontext.KindBeginObject && n%2 == 1 { // the name of one
				continue
			}
			quoted, err := jsontext.AppendQuote(nil, text)
			if err != nil {
				return nil, err
			}
			end := in.InputOffset()
			out = append(append(out, doc[copied:end-int64(len(raw))]...), quoted...)
			copied = end
		case jsontext.KindInvalid: // the end
			return append(out, doc[copied:]...), nil
		default:
			if _, err := in.ReadToken(); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
