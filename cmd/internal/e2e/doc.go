// Package e2e holds no code of the program: its tests start the real program
// on a free port of loopback, talk to it as its users do, and end only what
// they started. They kill it at random instants and trace its syncs.
package e2e
