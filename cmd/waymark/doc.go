// Command waymark is the whole program: sub-commands, signals, exit codes.
//
// Flow: main picks the command, the command reads its flags and the
// configuration, opens an app.App, and gives an exit code: 0 done, 1 failed or
// differences found, 2 used wrongly.
package main
