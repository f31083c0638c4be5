package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"waymark/cmd/internal/web"
	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// kinds are the kinds of faults that a client may be told of, by their names
// in the code.
var kinds = map[string]fault.Kind{"Malformed": fault.Malformed, "Invalid": fault.Invalid, "Unauthenticated": fault.Unauthenticated, "Denied": fault.Denied,
	"NotFound": fault.NotFound, "Conflict": fault.Conflict, "Gone": fault.Gone, "Stale": fault.Stale, "Unconditional": fault.Unconditional, "TooLarge": fault.TooLarge,
	"Unsupported": fault.Unsupported, "TooMany": fault.TooMany, "TooSlow": fault.TooSlow, "Unavailable": fault.Unavailable}

// unseen are the faults that no client of the API gets, and why.
var unseen = map[string]string{
	"Conflict exists":           "an id was drawn twice, or the request's own repeat, which is answered",
	"Invalid bad-key":           "the bootstrap key, at the start",
	"Invalid bad-name":          "the command line's names of workspaces and keys",
	"Invalid bad-scope":         "the command line",
	"Malformed null":            "told as malformed, with its place",
	"Unavailable index-missing": "at the start",
	"Unavailable schema-newer":  "at the start", "Unavailable schema-older": "at the start",
	"Unavailable not-drawn": "the page says it in words",
}

// raised finds every fault that the code raises under a literal slug.
func raised(t *testing.T) map[string]string {
	t.Helper()
	const root = "../../.."
	found := map[string]string{}
	kindOf := func(e ast.Expr) string {
		if s, ok := e.(*ast.SelectorExpr); ok && kinds[s.Sel.Name] != 0 {
			return s.Sel.Name
		}
		return ""
	}
	text := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok {
			return strings.Trim(l.Value, `"`)
		}
		return ""
	}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// Commands are no part of the API, and neither are tests.
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && p != root || d.Name() == "testdata" || d.Name() == "waymark" && p != root || d.Name() == "demo" || d.Name() == "bench" || d.Name() == "importing") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr: // fault.New(kind, slug, …), fault.Wrap(err, kind, slug, …)
				for i, arg := range n.Args {
					if kind := kindOf(arg); kind != "" && i+1 < len(n.Args) && text(n.Args[i+1]) != "" {
						if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "New" || f.Sel.Name == "Wrap") {
							found[kind+" "+text(n.Args[i+1])] = p
						}
					}
				}
			case *ast.CompositeLit: // fault.Error{Kind: …, Slug: …}, but no description of one
				if s, ok := n.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "Error" {
					return true
				}
				var kind, slug string
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						if k := kindOf(kv.Value); k != "" {
							kind = k
						} else if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "Slug" {
							slug = text(kv.Value)
						}
					}
				}
				if kind != "" && slug != "" {
					found[kind+" "+slug] = p
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryFaultThatClientsGetIsExplained(t *testing.T) {
	s := &web.Server{}
	s.Handler()
	doc, _ := s.Document()
	named := map[fault.Kind]string{}
	for name, k := range kinds {
		named[k] = name
	}
	described := map[string]bool{}
	note := func(list []openapi.Problem) {
		for _, p := range list {
			described[named[p.Kind]+" "+p.Slug] = true
		}
	}
	note(doc.Before)
	for _, sec := range doc.Sections {
		for _, c := range sec.Calls {
			note(c.LineFails)
			for _, r := range c.Refusals {
				note(r.Problems)
			}
		}
	}
	// Raised by package fault itself, and without a slug.
	own := map[string]bool{"Invalid invalid": true, "Malformed malformed": true, "NotFound not-found": true, "Unavailable ": true, " ": true}
	code := raised(t)
	if len(code) < 40 {
		t.Fatalf("only %d faults were found in the code: the test does not look where it should", len(code))
	}
	for f, where := range code {
		if !described[f] && unseen[f] == "" {
			t.Errorf("%s raises %q, which no operation names among what it refuses", where, f)
		}
		if described[f] && unseen[f] != "" {
			t.Errorf("%q is described and said to be unseen", f)
		}
	}
	for f := range described {
		if code[f] == "" && !own[f] {
			t.Errorf("%q is described, but nothing raises it", f)
		}
	}
	for f := range unseen {
		if code[f] == "" {
			t.Errorf("%q is said to be unseen, but nothing raises it", f)
		}
	}
}
