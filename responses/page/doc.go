// Package page is the hosted survey: /s/{token}, server-rendered, usable
// without scripts.
//
// Flow of a request: HTTP reads it; Service.enter finds the link, the version and
// what was answered, and makes a visit of them; open shows where that stands, and
// hand takes what the page sends: a sign of life, or a step. A step reads the form
// (reading.go), hands the answers in (storing.go, package responses), and goes on
// to the next group of questions or to an end (ending.go). Between two requests
// the server keeps nothing but the response: a signed ticket in the form carries
// the version, the seed and the place. A failure that people meet is a page too: an
// end, by the slug of its fault (ends).
//
// Flow of the look: show.go makes a View of a visit, which says what a page of a
// survey shows, as an End does of what stands behind the last one; HTML writes
// either as one document with its style inside, in native inputs, api.md §8.
// page.js adds what needs no server: showing and hiding by the survey's logic,
// counting characters, moving what is ranked, keeping what was answered, and the
// kiosk. A question.Kind is drawn in fields.go and read by the script as Field.as
// says; a new EndKind needs its words in every catalogue of package words.
//
// Invariants: GET and HEAD count and store nothing. What counts was handed in by
// the last page, or voted on a one-click link by a sign of life that a script
// cannot cause. A preview stores nothing. Texts of users are data: every one is
// escaped, and kept apart from the direction of the text around it. Everything can
// be answered without the script, and what the script says is checked again.
package page
