package page

// The drawings. They take the colour of the text around them, so that themes and
// forced colours reach them; what matters in them is their shape.

// faces are five faces from the worst to the best; eyes, brows and mouths tell
// them apart without colour.
var faces = [5]markup{
	face(`<path d="M12.5 17l6.5-3M35.5 17l-6.5-3M15 36q9-11 18 0"/>`, "20.5"),
	face(`<path d="M16 33.5q8-6 16 0"/>`, "19.5"),
	face(`<path d="M16 32h16"/>`, "19.5"),
	face(`<path d="M15 29.5q9 8.5 18 0"/>`, "19.5"),
	face(`<path class="g" d="M13.5 27.5h21q-1.5 11-10.5 11t-10.5-11z"/>`, "18.5"),
}

func face(features markup, eyes markup) markup {
	return `<svg class="face" viewBox="0 0 48 48" aria-hidden="true"><circle class="d" cx="24" cy="24" r="21"/><circle class="e" cx="17" cy="` + eyes + `" r="2.25"/><circle class="e" cx="31" cy="` + eyes + `" r="2.25"/>` + features + `</svg>`
}

const (
	star     markup = `<svg class="star" viewBox="0 0 48 48" aria-hidden="true"><path d="M24 5l5.8 12.5 13.7 1.6-10.1 9.4 2.7 13.5L24 35.3 11.9 42l2.7-13.5L4.5 19.1l13.7-1.6z"/></svg>`
	onward   markup = `<svg class="way" viewBox="0 0 16 16" aria-hidden="true"><path d="M6 3l5 5-5 5"/></svg>`
	backward markup = `<svg class="way" viewBox="0 0 16 16" aria-hidden="true"><path d="M10 3L5 8l5 5"/></svg>`
	globe    markup = `<svg class="globe" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7.5"/><path d="M2.5 10h15M10 2.5c5 5 5 10 0 15M10 2.5c-5 5-5 10 0 15"/></svg>`
	tick     markup = `<svg class="done" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21"/><path d="M14 25l7 7 13-15"/></svg>`
)
