package score

import (
	"fmt"
	"math"
	"testing"
)

// relative returns the relative error; denormal results have fewer digits.
func relative(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got-want) / math.Max(math.Abs(want), 1e-300)
}

// The expected values of this file were computed with mpmath at 60 digits.

func TestStudentTailsKeepTheirRelativeAccuracy(t *testing.T) {
	for _, c := range []struct{ t, df, want float64 }{
		{0.001, 1, 0.99936338043983888211},
		{0.5, 1, 0.70483276469913345165},
		{1.7, 1, 0.33850605466066533478},
		{1.75, 1, 0.33049868107713581928},
		{12.5, 1, 0.050821347332231791019},
		{1e8, 1, 6.3661977236758132185e-9},
		{0.25, 2, 0.82592234404430216182},
		{1.5, 2.5, 0.24783645308629626111},
		{3, 2.5, 0.072576095549031843893},
		{40, 2.5, 0.00014195634290493382913},
		{0.1, 7, 0.92314805960479238512},
		{1.7320508075688772, 7, 0.12687036692367102568},
		{1.8, 7, 0.11488445319444450154},
		{9, 7.25, 0.000034422409526855774043},
		{0.5, 29, 0.62084808419378136402},
		{2.045, 29, 0.050024075922411674007},
		{15, 29, 3.3590540615815952991e-15},
		{60, 29.5, 2.1734165047555611189e-32},
		{0.01, 137.125, 0.99203582138016363891},
		{1.96, 137.125, 0.052023446267694591663},
		{8, 137.125, 4.671421521371710798e-13},
		{30, 137.125, 4.130946627423995223e-62},
		{1, 999, 0.31755266017641238345},
		{2.5, 999, 0.012578727584509219448},
		{17, 999, 4.0277118239677378807e-57},
		{40, 999, 1.24264211962714241e-209},
		{0.125, 123456.5, 0.90052375386401116626},
		{2, 123456.5, 0.045502450544053668064},
		{15.0625, 123456.5, 3.1741842397917753143e-51},
		{37, 123456.5, 4.9817992881307127121e-298},
		{1.5, 1e7, 0.13361443410762944759},
		{2.25, 1e7, 0.024448966957526523059},
		{26.5, 1e7, 9.8128990934539699593e-155},
		{37, 1073741824.0, 1.1456147676401174715e-299},
	} {
		for _, x := range []float64{c.t, -c.t} {
			if got := studentTwoSided(x, c.df); relative(got, c.want) > 5e-13 {
				t.Errorf("P(|T| ≥ %v) at %v degrees: got %v, want %v, relative error %.1e", x, c.df, got, c.want, relative(got, c.want))
			}
		}
	}
}

func TestNormalTailsKeepTheirRelativeAccuracy(t *testing.T) {
	for _, c := range []struct{ z, want float64 }{
		{0, 1.0},
		{1e-09, 0.9999999992021154392},
		{0.1, 0.92034432544594203266},
		{0.5, 0.61707507745197379272},
		{1, 0.31731050786291410283},
		{1.6875, 0.091507249923482225939},
		{1.75, 0.080118313727634180838},
		{1.959963984540054, 0.050000000000000021752},
		{2.5, 0.012419330651552270334},
		{5, 5.7330314375838782335e-7},
		{9.625, 6.2706924637749527914e-22},
		{14.975683868844156, 1.05873158345705781e-50},
		{20, 5.5072482372124673902e-89},
		{26.6875, 6.5741524890656595351e-157},
		{30, 9.8134278542963741191e-198},
		{37, 1.1451142445049153645e-299},
	} {
		for _, x := range []float64{c.z, -c.z} {
			if got := normalTwoSided(x); relative(got, c.want) > 5e-15 {
				t.Errorf("P(|Z| ≥ %v): got %v, want %v, relative error %.1e", x, got, c.want, relative(got, c.want))
			}
		}
	}
	if normalTwoSided(math.Inf(-1)) != 0 || studentTwoSided(math.Inf(1), 3) != 0 || studentTwoSided(1e200, 3) != 0 {
		t.Error("an infinite distance must have probability 0")
	}
}

func TestStudentQuantileIsExactToTheLastDigits(t *testing.T) {
	for _, c := range []struct{ df, want float64 }{
		{1, 12.706204736174704646},
		{2, 4.3026527297494638523},
		{3, 3.1824463052837095927},
		{4, 2.7764451051977943578},
		{5, 2.5705818356363155147},
		{6, 2.4469118511449699711},
		{8, 2.3060041352041666833},
		{9, 2.2621571627982055426},
		{10, 2.2281388519862747484},
		{15, 2.1314495455597756821},
		{19, 2.0930240544083097692},
		{24, 2.0638985616280258492},
		{29, 2.0452296421327042982},
		{30, 2.04227245630123831},
		{49, 2.0095752371292396723},
		{59, 2.000995378088267706},
		{99, 1.9842169515864174951},
		{100, 1.9839715185235522866},
		{250, 1.9694983934211535865},
		{999, 1.9623414611334499787},
		{1499, 1.9615478106169351015},
		{1999, 1.961151420170561976},
		{2000, 1.9611508260994380305},
		{2001, 1.9611502326224414373},
		{4999, 1.9604386466615249012},
		{100000, 1.9599877075346096386},
		{1000000, 1.9599663568141070353},
		{1000000000, 1.9599639869123254686},
	} {
		if got := tQuantile(c.df); relative(got, c.want) > 6e-16 {
			t.Errorf("quantile at %v degrees: got %v, want %v, relative error %.1e", c.df, got, c.want, relative(got, c.want))
		}
	}
}

func TestStudentQuantileFallsWithoutAStep(t *testing.T) {
	last := math.Inf(1)
	for df := 1.0; df < 2500; df++ {
		got := tQuantile(df)
		if got >= last {
			t.Fatalf("at %v degrees %v, at one fewer %v", df, got, last)
		}
		last = got
	}
}

func TestStudentIsContinuousWhereTheMethodChanges(t *testing.T) {
	for _, df := range []float64{1, 2, 4.5, 30, 1000, 1e6} {
		below, above := math.Sqrt(centralBound)*(1-1e-9), math.Sqrt(centralBound)*(1+1e-9)
		p, q := studentTwoSided(below, df), studentTwoSided(above, df)
		if !(p > q) || p-q > 1e-8*p {
			t.Errorf("at %v degrees p jumps from %v to %v", df, p, q)
		}
	}
}

// The own elementary functions against those of package math, which are good
// to one unit in the last place wherever the tests run.
func TestElementaryFunctionsAgreeWithPackageMath(t *testing.T) {
	for i := range 20_000 {
		x := float64(i)/20_000*1400 - 700
		if got, want := exp(x), math.Exp(x); relative(got, want) > 5e-16 {
			t.Fatalf("exp(%v): got %v, want %v", x, got, want)
		}
		y := math.Exp(float64(i)/20_000*760 - 700)
		if got, want := log1p(y), math.Log1p(y); relative(got, want) > 7e-16 {
			t.Fatalf("log1p(%v): got %v, want %v, %.1e", y, got, want, relative(got, want))
		}
		a := 0.5 + float64(i)/200
		lg1, _ := math.Lgamma(a + 0.5)
		lg0, _ := math.Lgamma(a)
		if got, want := gammaRatio(a), math.Exp(lg1-lg0); relative(got, want) > 1e-12 {
			t.Fatalf("gammaRatio(%v): got %v, want %v", a, got, want)
		}
	}
	for _, x := range []float64{math.Inf(1), math.Inf(-1), 711, -750, 0} {
		if exp(x) != math.Exp(x) {
			t.Errorf("exp(%v): got %v, want %v", x, exp(x), math.Exp(x))
		}
	}
}

// Γ(a+½)/Γ(a) has closed forms at whole and half a: √π·(2a−1)!!/(2^a (a−1)!) …
func TestGammaRatioIsExactAtHalves(t *testing.T) {
	want := 1 / math.Sqrt(math.Pi) // a = ½
	for a := 0.5; a < 30; a++ {
		if got := gammaRatio(a); relative(got, want) > 4e-15 {
			t.Errorf("gammaRatio(%v): got %v, want %v", a, got, want)
		}
		want *= (a + 0.5) / a
	}
}

func BenchmarkStudentTwoSided(b *testing.B) {
	for _, df := range []float64{10, 1000, 1e6} {
		b.Run(fmt.Sprint(df), func(b *testing.B) {
			for b.Loop() {
				studentTwoSided(2.1, df)
			}
		})
	}
}
