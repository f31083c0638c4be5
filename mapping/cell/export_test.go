package cell

// Hold sets how many responses a rebuild holds in memory at once for each bucket.
func (r *Roller) Hold(n int) { r.inMemory = n }
