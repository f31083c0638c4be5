package render

import (
	"slices"
	"time"

	"waymark/mapping"
	"waymark/surveys/fault"
)

// Theme is how a picture is coloured.
type Theme string

// Auto follows the reader's system; Print is black on white.
const (
	Auto  Theme = ""
	Light Theme = "light"
	Dark  Theme = "dark"
	Print Theme = "print"
)

// Bounds of a picture's width in pixels.
const (
	DefaultWidth = 1200
	minWidth     = 240
	maxWidth     = 4096
)

// papers are the sheets that a page can be printed on, on their side.
var papers = []string{"a4", "a3", "letter"}

// Options choose how a snapshot is shown.
type Options struct {
	Theme    Theme
	Width    int               // pixels; 0 is DefaultWidth
	Page     string            // of papers; empty leaves it to the printer
	Lang     string            // empty is the map's own, or English
	Window   time.Duration     // what was asked for, to be said in words; 0 says the bounds
	Segments []mapping.Segment // what was asked for, to be said
}

// check finds what cannot be drawn. Where that is several things, the first
// gives its slug and all are said.
func (o *Options) check() error {
	var found []*fault.Error
	if !slices.Contains([]Theme{Auto, Light, Dark, Print}, o.Theme) {
		found = append(found, fault.New(fault.Invalid, "bad-theme", "theme must be light, dark or print."))
	}
	if o.Width != 0 && (o.Width < minWidth || o.Width > maxWidth) {
		found = append(found, fault.New(fault.Invalid, "bad-width", "width must be a whole number from %d to %d.", minWidth, maxWidth))
	}
	if o.Page != "" && !slices.Contains(papers, o.Page) {
		found = append(found, fault.New(fault.Invalid, "bad-page", "page must be a4, a3 or letter."))
	}
	if o.Lang != "" && !slices.Contains(order, o.Lang) {
		found = append(found, fault.New(fault.Invalid, "bad-lang", "lang must be one of en, et, lv, lt, ru, zh."))
	}
	if len(found) == 0 {
		return nil
	}
	for _, f := range found[1:] {
		found[0].Detail += " " + f.Detail
	}
	return found[0]
}
