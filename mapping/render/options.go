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

// Options choose how a snapshot is shown.
type Options struct {
	Theme    Theme
	Width    int               // pixels; 0 is DefaultWidth
	Lang     string            // empty is the map's own, or English
	Window   time.Duration     // what was asked for, to be said in words; 0 says the bounds
	Segments []mapping.Segment // what was asked for, to be said
}

// check finds what cannot be drawn.
func (o *Options) check() error {
	switch {
	case !slices.Contains([]Theme{Auto, Light, Dark, Print}, o.Theme):
		return fault.New(fault.Invalid, "bad-theme", "theme must be light, dark or print.")
	case o.Width != 0 && (o.Width < minWidth || o.Width > maxWidth):
		return fault.New(fault.Invalid, "bad-width", "width must be a whole number from %d to %d.", minWidth, maxWidth)
	case o.Lang != "" && !slices.Contains(order, o.Lang):
		return fault.New(fault.Invalid, "bad-lang", "lang must be one of en, et, lv, lt, ru, zh.")
	}
	return nil
}
