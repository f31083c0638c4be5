package workspace

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"waymark/surveys/fault"
	"waymark/surveys/ident"
	"waymark/surveys/when"
)

// DefaultWorkspace is where the bootstrap key belongs.
const DefaultWorkspace = "default"

// maxName bounds the names of workspaces, keys and shops, in characters.
const maxName = 100

// Workspace is a tenant.
type Workspace struct {
	ID        ident.Workspace // derived from Name by IDOf
	Name      string          // 1–100 characters, NFC, unique
	CreatedAt when.Time
}

// IDOf gives the id of the workspace of that name. Names that look the same
// because they only differ in their Unicode composition are the same.
func IDOf(name string) ident.Workspace {
	return ident.Workspace(ident.Derive("wsp", norm.NFC.String(name)))
}

// Key is an API key as it is stored: without its secret.
type Key struct {
	ID        string // the id part of "wm_{id}_{secret}", unique over all workspaces
	Workspace ident.Workspace
	Name      string // becomes updated_by of what is changed with it
	Scope     ident.Scope
	Hash      string // ident.Hash(ident.PurposeKey, secret)
	CreatedAt when.Time
	RevokedAt *when.Time // nil while it is valid
}

// Lease says which process may do what only one should do at a time.
type Lease struct {
	Name   string
	Holder string    // names a process, not a person
	Until  when.Time // the first instant at which it is free again
}

// checkName refuses what cannot be the name of a workspace or key.
func checkName(what, name string) error {
	detail := nameFault(name, maxName)
	if detail == "" {
		return nil
	}
	return fault.New(fault.Invalid, "bad-name", "The name of the %s cannot be used: %s", what, detail)
}

// nameFault says what is wrong with a one-line text of at most limit
// characters; empty when nothing is.
func nameFault(s string, limit int) string {
	switch {
	case !utf8.ValidString(s):
		return "It is not valid UTF-8."
	case strings.TrimSpace(s) == "":
		return "It is empty."
	case strings.TrimSpace(s) != s:
		return "It begins or ends with white space."
	case utf8.RuneCountInString(s) > limit:
		return "It is too long."
	case strings.ContainsFunc(s, breaksLine):
		return "It contains a control character or a line break."
	}
	return ""
}

// breaksLine reports the characters that could end a header or a log line.
func breaksLine(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
