// Package page is the hosted survey: /s/{token}, server-rendered, usable
// without scripts.
//
// Flow of the look: a View says what a page of a survey shows, an End what
// stands behind the last one; HTML writes either as one document with its style
// inside, in native inputs, api.md §8. page.js adds what needs no server:
// showing and hiding by the survey's logic, counting characters, moving what is
// ranked, keeping what was answered, and the kiosk.
//
// Invariant: texts of users are data: every one is escaped, and kept apart from
// the direction of the text around it. Everything can be answered without the
// script.
package page
