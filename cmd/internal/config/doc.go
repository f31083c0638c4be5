// Package config reads how the program is to run: a flag wins over the
// environment, the environment over a file, the file over the default.
//
// Flow: Load collects every setting, checks all of them and reports all
// faults at once, each naming the setting and where its value came from.
//
// Invariant: a secret (a password in a URI, the bootstrap key) never appears in an
// error or in String.
package config
