package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secretName is how what must not be guessed, or its hash, is named here.
var secretName = regexp.MustCompile(`(?i)(hash|secret)$`)

// comparers are functions that stop at the first difference, as == does.
var comparers = strings.Fields("bytes.Equal bytes.Compare bytes.EqualFold strings.Compare strings.EqualFold slices.Equal slices.Compare cmp.Compare reflect.DeepEqual")

// hasty gives the functions that compare a secret in a time that tells how
// much of it was right: by == or by a function like it. A secret is what is
// named so, what was made by a function named so, and what is handed to one;
// whether it is there at all may be asked.
func hasty(parsed *ast.File) (names []string) {
	for _, d := range parsed.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		secrets := map[string]bool{}
		if secretName.MatchString(fn.Name.Name) {
			for _, p := range fn.Type.Params.List {
				for _, n := range p.Names {
					secrets[n.Name] = true
				}
			}
		}
		var secret func(e ast.Expr) bool
		secret = func(e ast.Expr) bool {
			switch e := e.(type) {
			case *ast.Ident:
				return secrets[e.Name] || secretName.MatchString(e.Name)
			case *ast.SelectorExpr:
				return secretName.MatchString(e.Sel.Name)
			case *ast.CallExpr: // []byte(x) is x, and Hash(x) is a hash
				if _, converts := e.Fun.(*ast.ArrayType); converts && len(e.Args) == 1 {
					return secret(e.Args[0])
				}
				return secret(e.Fun)
			case *ast.SliceExpr:
				return secret(e.X)
			case *ast.ParenExpr:
				return secret(e.X)
			}
			return false
		}
		named := func(e ast.Expr) string {
			if s, ok := e.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok {
					return x.Name + "." + s.Sel.Name
				}
			}
			return ""
		}
		found := false
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, to := range n.Lhs {
					if id, ok := to.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) && secret(n.Rhs[i]) {
						if call, ok := n.Rhs[i].(*ast.CallExpr); !ok || !strings.HasPrefix(named(call.Fun), "ident.Same") {
							secrets[id.Name] = true
						}
					}
				}
			case *ast.BinaryExpr:
				_, left := n.X.(*ast.BasicLit)
				_, right := n.Y.(*ast.BasicLit)
				found = found || (n.Op == token.EQL || n.Op == token.NEQ) && !left && !right && (secret(n.X) || secret(n.Y))
			case *ast.CallExpr:
				found = found || slices.Contains(comparers, named(n.Fun)) && slices.ContainsFunc(n.Args, secret)
			}
			return true
		})
		if found {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}

func TestSecretsComparedInHasteAreFound(t *testing.T) { // attack 4
	for body, found := range map[string]bool{
		`func SameHash(a, b string) bool { return a == b }`:                                                                true,
		`func SameHash(a, b string) bool { return bytes.Equal([]byte(a), []byte(b)) }`:                                     true,
		`func SameHash(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }`:                 false,
		`func f(k Key, sent string) bool { return k.Hash == sent }`:                                                        true,
		`func f(k Key, sent string) bool { return sent != k.Secret[:8] }`:                                                  true,
		`func f(s, t string) bool { sent, stored := ident.Hash("key", s), t; return stored == sent }`:                      true,
		`func f(s, t string) bool { return strings.EqualFold(ident.Hash("key", s), t) }`:                                   true,
		`func f(k Key) bool { return k.Hash == "" }`:                                                                       false,
		`func f(s, t string) bool { same := ident.SameHash(s, t); return same == true }`:                                   false,
		`func f(a, b string) bool { return a == b }`:                                                                       false,
		`func f(k Key, s string) bool { sent := ident.Hash("key", s); n := 1; return ident.SameHash(sent, "") && n == 1 }`: false,
	} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+body, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(hasty(parsed)) > 0; got != found {
			t.Errorf("%s: found %t, want %t", body, got, found)
		}
	}
}
