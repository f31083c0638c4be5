package docs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"waymark/surveys/openapi"
)

// curl writes the example of a call as a person would type it.
func (w writer) curl(c openapi.Call) string {
	params := w.doc.AllParams()
	url := w.base + openapi.Fill(c.Path, params)
	if c.Try != "" {
		url += "?" + openapi.Fill(c.Try, params)
	}
	lines := []string{"curl " + method(c) + quote(url)}
	if c.Scope != "" {
		lines = append(lines, `-H "Authorization: Bearer $KEY"`)
	}
	for _, h := range c.Headers {
		if h.Needed {
			lines = append(lines, "-H "+quote(h.Name+": "+fmt.Sprint(h.Schema.Example)))
		}
	}
	switch {
	case c.Body == nil:
	case c.Body.Type == openapi.FormType:
		var fields map[string]string
		_ = json.Unmarshal([]byte(c.Body.Example), &fields) // a test reads it too
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			lines = append(lines, "-F "+quote(name+"="+fields[name]))
		}
	case c.Body.Type == openapi.PlainForm:
		var fields map[string]string
		_ = json.Unmarshal([]byte(c.Body.Example), &fields)
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			lines = append(lines, "--data-urlencode "+quote(name+"="+fields[name]))
		}
	default:
		option := "-d "
		if c.Body.Lines {
			option = "--data-binary " // -d would take the line ends out
		}
		lines = append(lines, "-H "+quote("Content-Type: "+c.Body.Type), option+quote(openapi.Fill(c.Body.Example, params)))
	}
	return strings.Join(lines, " \\\n  ")
}

func method(c openapi.Call) string {
	if c.Method == "GET" || c.Method == "POST" && c.Body != nil {
		return ""
	}
	return "-X " + c.Method + " "
}

// quote puts a text between apostrophes for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
