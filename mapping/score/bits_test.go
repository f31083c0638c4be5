package score

import (
	"flag"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

var writeBits = flag.Bool("write-bits", false, "write testdata/bits.golden anew instead of comparing with it")

// The golden file holds float64 bit patterns, written on amd64. Any platform
// whose results differ in the last bit fails here.
func TestResultsHaveTheSameBitsOnEveryPlatform(t *testing.T) {
	const path = "testdata/bits.golden"
	got := goldenLines()
	if *writeBits {
		if err := os.WriteFile(path, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(raw), "\r", "")), "\n")
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

func goldenLines() []string {
	var lines []string
	add := func(name string, values ...float64) {
		line := name
		for _, v := range values {
			line += fmt.Sprintf(" %016x", math.Float64bits(v))
		}
		lines = append(lines, line)
	}
	for _, x := range []float64{-745, -700.25, -123.456, -1, -0.3466, -1e-9, 0.3, 1, 88.7, 709.5} {
		add(fmt.Sprint("exp ", x), exp(x))
	}
	for _, x := range []float64{1e-12, 0.01, 0.39999, 0.4, 0.7, 1, 3.14159, 1e3, 1e17} {
		add(fmt.Sprint("log1p ", x), log1p(x))
	}
	for _, a := range []float64{0.5, 1.25, 7, 9.999, 10, 61.7, 5e5} {
		add(fmt.Sprint("gammaRatio ", a), gammaRatio(a))
	}
	for _, x := range []float64{0.1, 1, 1.7, 1.75, 2.5, 6.1, 14.975, 26.6, 37} {
		add(fmt.Sprint("normal ", x), normalTwoSided(x))
		for _, df := range []float64{1, 2.5, 29, 137.125, 1e6} {
			add(fmt.Sprint("student ", x, " ", df), studentTwoSided(x, df))
		}
	}
	for _, df := range []float64{1, 2, 3, 4, 7, 12, 29, 59, 250, 1999, 2000, 1e6} {
		add(fmt.Sprint("quantile ", df), tQuantile(df))
	}
	// Counts of all magnitudes from a fixed generator (Numerical Recipes' 32-bit LCG).
	seed := uint32(20261124)
	next := func(limit uint32) int64 {
		seed = seed*1664525 + 1013904223
		return int64(seed>>8) % int64(limit)
	}
	for _, m := range Metrics() {
		var before Histogram
		for i, limit := range []uint32{3, 7, 20, 20, 300, 300, 5000, 100_000, 10_000_000} {
			h := NewHistogram(m)
			for j := range h.Counts {
				h.Counts[j] = next(limit)
			}
			e := h.Score()
			add(fmt.Sprint("score ", m, " ", h.Counts), e.Value, e.Low, e.High)
			if i > 0 {
				d, err := Change(before, h)
				if err != nil {
					panic(err)
				}
				add(fmt.Sprint("change ", m, " ", i), d.Value, d.P, d.Low, d.High)
			}
			before = h
		}
	}
	adjusted, _ := BenjaminiHochberg([]float64{0.011, 1e-50, 0.7, 0.02, 0.31, 0.049, 0.011}, FalseDiscoveryRate)
	add("benjamini-hochberg", adjusted...)
	return lines
}

// TestSourceCannotBeFused reads the package's own source: every product of
// floats, and every division by a constant, which may be compiled to one, must
// be the operand of a float64() conversion. That rounds by the language's
// definition, so no compiler may contract it with an addition. Of package math
// only what is exact may be used.
func TestSourceCannotBeFused(t *testing.T) {
	exact := []string{
		"Sqrt", "Abs", "Floor", "Frexp", "Ldexp", "Inf", "NaN", "IsNaN", "IsInf",
		"Float64bits", "Float64frombits", "Log2E", "Sqrt2",
	}
	set := token.NewFileSet()
	var files []*ast.File
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(set, "source", nil)}
	if _, err := config.Check("score", set, files, info); err != nil {
		t.Fatal(err)
	}
	products := checkProducts(t, set, files, info, exact)
	if products < 40 {
		t.Errorf("only %d products were seen: the check does not look where it should", products)
	}
}

func checkProducts(t *testing.T, set *token.FileSet, files []*ast.File, info *types.Info, exact []string) (products int) {
	isFloat := func(e ast.Expr) bool {
		basic, ok := info.Types[e].Type.Underlying().(*types.Basic)
		return ok && basic.Info()&types.IsFloat != 0 && info.Types[e].Value == nil
	}
	rounded := map[ast.Expr]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr: // seen before its operand
				if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "float64" && len(n.Args) == 1 {
					rounded[ast.Unparen(n.Args[0])] = true
				}
			case *ast.BinaryExpr:
				// A compiler turns division by a power of two into a product.
				byConstant := n.Op == token.QUO && info.Types[n.Y].Value != nil
				if (n.Op == token.MUL || byConstant) && isFloat(n) {
					products++
					if !rounded[n] {
						t.Errorf("%s: a product, or a division by a constant, outside float64()", set.Position(n.Pos()))
					}
				}
			case *ast.AssignStmt:
				if (n.Tok == token.MUL_ASSIGN || n.Tok == token.QUO_ASSIGN) && isFloat(n.Lhs[0]) {
					t.Errorf("%s: *= or /= on a float", set.Position(n.Pos()))
				}
			case *ast.SelectorExpr:
				if object := info.Uses[n.Sel]; object != nil && object.Pkg() != nil && object.Pkg().Path() == "math" && !slices.Contains(exact, n.Sel.Name) {
					t.Errorf("%s: math.%s is not exact on every platform", set.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
	return products
}
