package templates

import (
	"bytes"
	"embed"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

//go:embed *.json
var files embed.FS

// Template is a ready-made survey.
type Template struct {
	Name  string
	About string // one line in English
	body  []byte // the definition without its binding
}

// templates lists them in the order of a customer's journey.
var templates = []struct{ name, about string }{
	{"post_purchase", "Right after buying: how ordering went, what got in the way, where people heard of the shop."},
	{"delivery", "Once an order should have arrived: was it in time, was it whole, how did it feel."},
	{"support_contact", "After a contact with support: how people were treated, what it cost them, is it settled."},
	{"onboarding", "After the first days with a product: how easy the start was, and what made it hard."},
	{"cancellation", "After somebody left: how it was with you, the main reason, and whether they may come back."},
	{"nps_relationship", "Once or twice a year, apart from any occasion: would people recommend you, and why."},
}

// languages are those in which every template says all of its texts.
var languages = []string{"en", "de", "es", "pt-BR"}

// Languages lists those in which every template says all of its texts.
func Languages() []string { return slices.Clone(languages) }

// Names lists the templates, in the order of a customer's journey.
func Names() []string {
	names := make([]string, len(templates))
	for i, t := range templates {
		names[i] = t.name
	}
	return names
}

// Find gives the template of that name.
func Find(name string) (Template, bool) {
	for _, t := range templates {
		if t.name == name {
			body, err := files.ReadFile(name + ".json")
			return Template{Name: name, About: t.about, body: body}, err == nil
		}
	}
	return Template{}, false
}

// For writes the template as the definition of a survey of a stage, or of one
// of its touchpoints, ready to be sent. What is not known yet, "", is left out
// and must be added before that.
func (t Template) For(mapID, stage, touchpoint string) []byte {
	out := []byte("{\n")
	for _, key := range []struct{ name, value string }{{"map", mapID}, {"stage", stage}, {"touchpoint", touchpoint}} {
		if key.value == "" {
			continue
		}
		out = append(append(append(out, `  "`...), key.name...), `": `...)
		out, _ = jsontext.AppendQuote(out, key.value) // the error is of invalid UTF-8, which it replaces
		out = append(out, ",\n"...)
	}
	return append(out, bytes.TrimPrefix(t.body, []byte("{\n"))...)
}
