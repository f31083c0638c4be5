package question

// Order gives the places 0 to n-1 in an order that the seed decides, the same
// for the same seed in every version of the program: a page that is shown again
// must not shuffle its choices.
func Order(n int, seed uint64) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	for i := n - 1; i > 0; i-- {
		// SplitMix64. That the remainder favours small numbers by n/2^64 does
		// not matter.
		seed += 0x9e3779b97f4a7c15
		z := (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		j := int((z ^ z>>31) % uint64(i+1))
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Order gives the choices' places in the order in which they are shown: the
// author's, or for Random one that the seed decides, in which an own text and
// what excludes the others stay last.
func (c *Control) Order(seed uint64) []int {
	var moved, last []int
	for i, choice := range c.Choices {
		if c.Random && (choice.Exclusive || c.Other && choice.Value == otherID) {
			last = append(last, i)
		} else {
			moved = append(moved, i)
		}
	}
	if !c.Random {
		return moved
	}
	out := Order(len(moved), seed)
	for i, place := range out {
		out[i] = moved[place]
	}
	return append(out, last...)
}
