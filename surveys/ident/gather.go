package ident

// A page is read in steps, and ends early once it holds so many bytes: a
// hundred documents may be 200 MiB, and a few such pages at once all the
// memory there is.
const (
	gatherStep  = 20
	gatherBytes = 4 << 20
)

// Gather reads a page in steps until it has its things or enough bytes of
// them. read gives the things after a cursor; of tells the place and the size
// of one. What a page had to leave out follows its next cursor.
func Gather[T any](p Page, of func(T) (Cursor, int), read func(Page) ([]T, Cursor, error)) (out []T, next Cursor, err error) {
	size, at := 0, p.Cursor
	for {
		list, more, err := read(Page{Limit: min(gatherStep, p.Limit-len(out)), Cursor: at})
		if err != nil {
			return nil, Cursor{}, err
		}
		for i, t := range list {
			place, n := of(t)
			out = append(out, t)
			last := i == len(list)-1 && more.Zero()
			if size += n; size >= gatherBytes && !last {
				return out, place, nil
			}
		}
		if more.Zero() || len(out) >= p.Limit {
			return out, more, nil
		}
		at = more
	}
}
