package score

import "math"

const (
	sqrt2OverPi  = 0.797884560802865355879892119868763736951717262329869315331
	sqrt1OverPi  = 0.564189583547756286948079451560772585844050629328998856844
	centralBound = 3     // t² up to which the area around 0 is summed, not the tails
	negligible   = 1e-17 // relative size at which a series ends
)

// normalTwoSided returns P(|Z| ≥ |x|) for a standard normal Z, with full
// relative accuracy far into the tail: near 0 one minus the power series
// (Abramowitz, Stegun 26.2.11), beyond by Laplace's continued fraction
// (26.2.14).
func normalTwoSided(x float64) float64 {
	x = math.Abs(x)
	square := float64(x * x)
	switch {
	case math.IsNaN(x):
		return 1
	case x > 39: // below the smallest positive float64
		return 0
	case square <= centralBound:
		term, sum := x, x
		for i := 3.0; term > float64(sum*negligible); i += 2 {
			term = float64(term*square) / i
			sum += term
		}
		return 1 - float64(float64(sqrt2OverPi*expHalfSquare(x))*sum)
	}
	tail := continuedFraction(func(i int) float64 { return float64(i) / square })
	return float64(float64(sqrt2OverPi*expHalfSquare(x))*tail) / x
}

// studentTwoSided returns P(|T| ≥ |t|) for Student's t with df > 0 degrees of
// freedom, which need not be whole. It is the incomplete beta function
// I_x(df/2, ½) at x = df/(df+t²), written with 2F1 so that the work does not
// grow with df and the tail keeps its relative accuracy. With q = t²/df, a = df/2:
//
//	tail    (1+q)^−a · Γ(a+½)/(Γ(a)·a·√π) · √(1+1/q) · 2F1(½, 1; a+1; −1/q)
//	centre  1 − 2√y·(1−y)^a · Γ(a+½)/(Γ(a)·√π) · 2F1(a+½, 1; 3/2; y),  y = q/(1+q)
//
// (DLMF 8.17.7, 8.17.8 and 15.8.1; the first 2F1 by Gauss' continued fraction,
// DLMF 15.7.5, the second by its series of positive terms.)
func studentTwoSided(t, df float64) float64 {
	square := float64(t * t)
	if math.IsNaN(square) || df <= 0 {
		return 1
	}
	if math.IsInf(square, 1) {
		return 0
	}
	q, a := square/df, float64(df/2)
	density := float64(exp(-float64(a*log1p(q))) * float64(gammaRatio(a)*sqrt1OverPi))
	if square <= centralBound {
		y := q / (1 + q)
		term, sum := 1.0, 1.0
		for i := 0.0; term > float64(sum*negligible); i++ {
			term = float64(float64(term*y)*(a+0.5+i)) / (1.5 + i)
			sum += term
		}
		return 1 - float64(float64(2*math.Sqrt(y))*float64(density*sum))
	}
	tail := continuedFraction(func(i int) float64 {
		m := float64(i / 2)
		twice := a + float64(2*m)
		if i%2 == 1 {
			return float64((m+0.5)*(a+m)) / float64(float64(twice*(twice+1))*q)
		}
		return float64(m*(a+m-0.5)) / float64(float64((twice-1)*twice)*q)
	})
	return float64(float64(density*math.Sqrt(1+1/q))*tail) / a
}

// continuedFraction returns 1/(1 + c(1)/(1 + c(2)/(1 + …))) for positive c by
// Steed's forward recurrence; the convergents of such a fraction lie in turn
// above and below its value, so the last step bounds the error.
func continuedFraction(c func(i int) float64) float64 {
	value, step, d := 1.0, 1.0, 1.0
	for i := 1; i < 10_000 && math.Abs(step) > float64(value*negligible); i++ {
		d = 1 / (1 + float64(c(i)*d))
		step = float64(step * (d - 1))
		value += step
	}
	return value
}

// tQuantile returns the 97.5 % quantile of Student's t for df ≥ 1 degrees of
// freedom: for large df by the expansion of Fisher and Cornish (Abramowitz,
// Stegun 26.7.5; four terms leave less than 1e-17 here), else by Newton's
// method on studentTwoSided(t) = 0.05. That function falls and is convex and
// the start lies left of the root, so each step comes closer and none goes past.
func tQuantile(df float64) float64 {
	const (
		z2 = z975 * z975
		g1 = z975 * (z2 + 1) / 4
		g2 = z975 * ((5*z2+16)*z2 + 3) / 96
		g3 = z975 * (((3*z2+19)*z2+17)*z2 - 15) / 384
		g4 = z975 * ((((79*z2+776)*z2+1482)*z2-1920)*z2 - 945) / 92160
	)
	if df >= 2000 {
		return z975 + (g1+(g2+(g3+g4/df)/df)/df)/df
	}
	a := float64(df / 2)
	scale := float64(2*float64(gammaRatio(a)*sqrt1OverPi)) / math.Sqrt(df)
	t := float64(z975)
	for range 50 {
		slope := float64(scale * exp(-float64((a+0.5)*log1p(float64(t*t)/df))))
		next := t + (studentTwoSided(t, df)-0.05)/slope
		if next <= t { // only rounding is left
			break
		}
		t = next
	}
	return t
}

// gammaRatio returns Γ(a+½)/Γ(a) for a > 0 from its expansion in even powers of
// 1/(a−¼) (Tricomi, Erdélyi 1951; DLMF 5.11.14), which has settled to 1e-16 at
// a = 10; smaller arguments are shifted there by Γ(a+1) = aΓ(a).
func gammaRatio(a float64) float64 {
	shift := 1.0
	for a < 10 {
		shift = float64(shift*a) / (a + 0.5)
		a++
	}
	w := a - 0.25
	u := 1 / float64(w*w)
	series := 1 + polynomial(u,
		1./64, -19./8192, 631./524288, -174317./134217728, 20491783./8589934592,
		-7334801895./1099511627776, 1858590154455./70368744177664)
	return float64(float64(shift*math.Sqrt(w)) * series)
}

// polynomial returns c₀x + c₁x² + … by Horner's rule.
func polynomial(x float64, c ...float64) float64 {
	var sum float64
	for i := len(c) - 1; i >= 0; i-- {
		sum = float64((sum + c[i]) * x)
	}
	return sum
}
