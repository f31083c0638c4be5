// Package bench measures what the README promises, each figure beside its
// goal and, where speed is meant, beside a limit that the same run measured on
// the same machine.
//
// Flow: All lists the measurements, one file each; Run calls them one after
// the other with an Env (the program to start, a directory to fill, where to
// tell progress) and gathers their figures in a Report, which is written as
// text, JSON or rows of the README's table.
//
// Invariant: a figure is what was measured and nothing else. One that falls
// short is shown as such; one that could not be measured says why; only a
// measurement that failed makes the run fail.
package bench
