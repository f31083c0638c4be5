package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// file is one Go file as far as the rules look at it.
type file struct {
	path    string // from the module's root, with slashes
	imports []string
	nowCall bool // calls time.Now
	// unasked are its functions that write to MongoDB without Writing, which
	// asks whether this program still may.
	unasked []string
	hasty   []string // its functions that compare secrets with == or the like
}

func (f file) dir() string  { return path.Dir(f.path) }
func (f file) test() bool   { return strings.HasSuffix(f.path, "_test.go") || suite(f.dir()) }
func suite(dir string) bool { return path.Base(dir) == "storetest" || path.Base(dir) == "enginetest" }

// floor gives a package's place in the one direction of imports.
func floor(dir string) int {
	switch {
	case dir == "surveys/fault", dir == "surveys/ident", dir == "surveys/when", dir == "surveys/strict":
		return 0
	case dir == "surveys/engine":
		return 1
	}
	top, _, _ := strings.Cut(dir, "/")
	return 2 + slices.Index([]string{"surveys", "responses", "mapping", "worker", "cmd"}, top)
}

// handlers reports a domain's own HTTP file.
func handlers(f file) bool {
	b := path.Base(f.path)
	return b == "http.go" || strings.HasSuffix(b, "_http.go")
}

func store(dir string) bool {
	b := path.Base(dir)
	return b == "sqlite" || b == "mongo"
}

// faults gives the rules that f breaks.
func faults(f file) (broken []string) {
	add := func(s string) { broken = append(broken, f.path+": "+s) }
	for _, imp := range f.imports {
		in, ours := strings.CutPrefix(imp, "waymark/")
		if ours && floor(in) > floor(f.dir()) && !f.test() {
			add("imports " + imp + ", which stands above it")
		}
		if ours && store(in) && !f.test() && f.dir() != "cmd/internal/app" && !strings.HasPrefix(f.dir(), in) {
			add("imports the store " + imp + ": only the wiring does")
		}
		http := handlers(f) || f.dir() == "surveys/rest" || strings.HasPrefix(f.dir(), "cmd/internal/web")
		switch {
		case strings.HasPrefix(imp, "go.mongodb.org/"):
			if path.Base(f.dir()) != "mongo" && f.dir() != "surveys/engine" && f.dir() != "cmd/internal/config" && !f.test() {
				add("imports the MongoDB driver")
			}
		case strings.HasPrefix(imp, "modernc.org/sqlite"):
			if path.Base(f.dir()) != "sqlite" && f.dir() != "surveys/engine" && !f.test() {
				add("imports the SQLite driver")
			}
		case strings.HasPrefix(imp, "github.com/gofiber/"), strings.HasPrefix(imp, "github.com/valyala/fasthttp"):
			if !http && !f.test() {
				add("imports Fiber outside an http.go")
			}
		case strings.HasPrefix(imp, "github.com/hibiken/asynq"):
			if top, _, _ := strings.Cut(f.dir(), "/"); top != "worker" && top != "cmd" {
				add("imports Asynq outside worker")
			}
		}
	}
	// The deadlines of a socket run on the machine's clock, not on ours.
	socket := handlers(f)
	if f.nowCall && !f.test() && !socket && !strings.HasPrefix(f.dir(), "cmd/") {
		add("calls time.Now: take a Now instead")
	}
	if path.Base(f.dir()) == "mongo" && !f.test() && path.Base(f.path) != "schema.go" {
		for _, fn := range f.unasked {
			add(fn + " writes to MongoDB without Writing")
		}
	}
	for _, fn := range f.hasty {
		if !f.test() {
			add(fn + " compares a secret in a time that tells how much of it was right: take ident.SameHash")
		}
	}
	for _, bad := range []string{"utils", "util", "common", "helpers", "models"} {
		if slices.Contains(strings.Split(f.dir(), "/"), bad) {
			add("lies in a room without a name: " + bad)
		}
	}
	return broken
}

// mongoWrites are the driver's methods that change documents.
var mongoWrites = strings.Fields(`InsertOne InsertMany UpdateOne UpdateMany UpdateByID ReplaceOne DeleteOne DeleteMany BulkWrite
	FindOneAndUpdate FindOneAndReplace FindOneAndDelete`)

// unasked gives the functions that call one of them and not Writing.
func unasked(parsed *ast.File) (names []string) {
	for _, d := range parsed.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		writes, asks := false, false
		ast.Inspect(fn, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok {
				writes = writes || slices.Contains(mongoWrites, s.Sel.Name)
				asks = asks || s.Sel.Name == "Writing"
			}
			return true
		})
		if writes && !asks {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}

const root = "../../.."

func read(t *testing.T) (files []file, documented map[string]bool) {
	t.Helper()
	documented = map[string]bool{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && rel != "." || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		f := file{path: rel, unasked: unasked(parsed), hasty: hasty(parsed)}
		for _, i := range parsed.Imports {
			f.imports = append(f.imports, strings.Trim(i.Path.Value, `"`))
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Now" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
					f.nowCall = true
				}
			}
			return true
		})
		if path.Base(rel) == "doc.go" && parsed.Doc != nil {
			documented[f.dir()] = true
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, documented
}

func TestTheHouseKeepsItsRules(t *testing.T) {
	files, documented := read(t)
	if len(files) < 30 {
		t.Fatalf("only %d files were read: the test does not look where it should", len(files))
	}
	for _, f := range files {
		for _, b := range faults(f) {
			t.Error(b)
		}
		if !documented[f.dir()] {
			t.Errorf("%s has no doc.go with a package comment", f.dir())
			documented[f.dir()] = true // once
		}
	}
}

func TestEachRuleCanFail(t *testing.T) {
	for _, c := range []struct {
		f    file
		want string // "": kept
	}{
		{file{path: "surveys/x.go", imports: []string{"waymark/responses"}}, "stands above"},
		{file{path: "surveys/fault/x.go", imports: []string{"waymark/surveys"}}, "stands above"},
		{file{path: "responses/x.go", imports: []string{"waymark/surveys", "waymark/surveys/fault"}}, ""},
		{file{path: "mapping/x.go", imports: []string{"waymark/worker"}}, "stands above"},
		{file{path: "surveys/x.go", imports: []string{"waymark/surveys/sqlite"}}, "only the wiring"},
		{file{path: "surveys/storetest/x_test.go", imports: []string{"waymark/surveys/sqlite"}}, ""},
		{file{path: "responses/x.go", imports: []string{"go.mongodb.org/mongo-driver/bson"}}, "MongoDB driver"},
		{file{path: "responses/mongo/x.go", imports: []string{"go.mongodb.org/mongo-driver/bson"}}, ""},
		{file{path: "responses/x.go", imports: []string{"modernc.org/sqlite"}}, "SQLite driver"},
		{file{path: "responses/service.go", imports: []string{"github.com/gofiber/fiber/v2"}}, "Fiber"},
		{file{path: "responses/http.go", imports: []string{"github.com/gofiber/fiber/v2"}}, ""},
		{file{path: "mapping/x.go", imports: []string{"github.com/hibiken/asynq"}}, "Asynq"},
		{file{path: "mapping/x.go", nowCall: true}, "time.Now"},
		{file{path: "mapping/x_test.go", nowCall: true}, ""},
		{file{path: "cmd/internal/app/x.go", nowCall: true}, ""},
		{file{path: "surveys/utils/x.go"}, "without a name"},
		{file{path: "surveys/mongo/store.go", unasked: []string{"Create"}}, "Create writes to MongoDB without Writing"},
		{file{path: "surveys/ident/token.go", hasty: []string{"SameHash"}}, "SameHash compares a secret"},
		{file{path: "surveys/ident/token_test.go", hasty: []string{"TestX"}}, ""},
		{file{path: "surveys/mongo/schema.go", unasked: []string{"step"}}, ""},
	} {
		got := strings.Join(faults(c.f), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%+v: got %q, want %q", c.f, got, c.want)
		}
	}
}

func TestTheTopLevelHoldsWhatWasAgreed(t *testing.T) {
	agreed := strings.Fields("cmd surveys responses mapping worker go.mod go.sum README.md LICENSE")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		// The embedded store's default directory is ignored by git.
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "data" && e.Name() != "waymark" && !slices.Contains(agreed, e.Name()) {
			t.Errorf("%s is not among what was agreed: %v", e.Name(), agreed)
		}
	}
}

// What the house is built on was agreed, with versions that are known to do.
func TestTheAgreedLibrariesArePinned(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range []string{
		"github.com/gofiber/fiber/v2 v2.52.15",
		"github.com/hibiken/asynq v0.26.0",
		"go.mongodb.org/mongo-driver v1.17.10",
		"github.com/jordan-wright/email v4.0.1-0.20210109023952-943e75fe5223+incompatible",
		"github.com/alicebob/miniredis/v2 v2.40.0",
		"modernc.org/sqlite v1.61.1",
		"github.com/valyala/fasthttp v1.70.0", // 1.51 serves files that it should not
	} {
		if !strings.Contains(string(b), "\t"+pin+"\n") {
			t.Errorf("go.mod does not name %s", pin)
		}
	}
}
