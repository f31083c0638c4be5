// Package lint says what is wrong with a survey in a file, before it is sent:
// what publishing would refuse, and what is against good practice though it
// may be published.
//
// Flow: surveys.Publishable reads the file as publishing does; practice looks
// at what it read; places finds the line of each pointer.
//
// Invariant: an error is publishing's own refusal, by the same code, so that a
// file without errors publishes wherever its map, stage and pictures are there
// and its redirects allowed. A warning is only ours, and can be mended in the
// file.
package lint
