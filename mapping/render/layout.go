package render

import (
	"fmt"
	"strings"
)

// A page lays its columns out by what fits: the number of stages decides from
// which width of the screen on they stand in one row, in two, or stacked as on
// a phone.
const (
	phone      = 600 // below, stages are stacked
	pageWidest = 1600
)

// roomy is the layout with the names of lanes at the left, tight the one with
// them in the cards: gutter, what else a row loses at its sides, and the least
// width of a column.
var (
	roomy = frame{gutter: 116, sides: 48, column: 116}
	tight = frame{gutter: 84, sides: 32, column: 107}
)

type frame struct{ gutter, sides, column int }

// columns gives how many of n stages stand in a row of the frame.
func (f frame) columns(n, width int) int { return balanced(n, (width-f.sides-f.gutter)/f.column) }

// step is what holds from a width of the screen on.
type step struct {
	from, columns int
	frame         frame
}

// steps lists the layouts of n stages from the narrowest screen on, for a page
// that is at most so wide.
func steps(n, most int) (all []step) {
	for w := phone; w <= most; w++ {
		s := step{w, tight.columns(n, w), tight}
		if c := roomy.columns(n, w); w >= 1000 && c >= s.columns {
			s.columns, s.frame = c, roomy
		}
		if last := len(all) - 1; last < 0 || all[last].columns != s.columns || all[last].frame != s.frame {
			all = append(all, s)
		}
	}
	return all
}

// layout writes the rules for a map of n stages with so many rows of cells each.
func layout(n, rows, width int) string {
	most := pageWidest
	var b strings.Builder
	if width != 0 {
		most = min(width, most)
		fmt.Fprintf(&b, "body{max-width:%dpx}", width)
	}
	fmt.Fprintf(&b, ".map{--rows:%d;--widest:%dpx}.paper{max-width:%[3]dpx}", rows, widest, roomy.gutter+widest*balanced(n, printed))
	all := steps(n, most)
	for i, s := range all {
		// From here on, up to where the next one holds, so that no rule has to be undone.
		media := fmt.Sprintf("(min-width:%dpx)", s.from)
		if i+1 < len(all) {
			media += fmt.Sprintf(" and (max-width:%d.98px)", all[i+1].from-1)
		}
		first := fmt.Sprintf(".stage:nth-child(%dn+1)", s.columns)
		fmt.Fprintf(&b, "@media screen and %s{.map{--gutter:%dpx;--columns:%d}%s .axis{display:block}", media, s.frame.gutter, s.columns, first)
		if s.frame == roomy {
			fmt.Fprintf(&b, ".lane{grid-template-rows:none}.lane h3{%s}%[2]s .lane{margin-inline-start:calc(-1*var(--gutter));grid-template-columns:var(--gutter) minmax(0,1fr)}%[2]s .lane h3,%[2]s .name{%[3]s}", unseen, first, seen)
		}
		b.WriteByte('}')
	}
	if len(all) == 0 {
		b.WriteString("@media screen{" + stacked + "}")
	} else {
		fmt.Fprintf(&b, "@media screen and (max-width:%d.98px){%s}", phone-1, stacked)
		fmt.Fprintf(&b, "@media screen and (min-width:%dpx){%s}", phone, flowing)
	}
	if width == 0 && n <= projected {
		b.WriteString("@media screen and (min-width:1800px){body{max-width:1800px}.map{zoom:1.2}}")
	}
	return b.String()
}

// projected is how many stages leave room to draw them larger on a wall.
const projected = 8

const (
	unseen = "position:absolute;width:1px;height:1px;margin:0;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
	seen   = "display:block;position:static;width:auto;height:auto;margin:0;padding:10px 8px 0 0;overflow:visible;clip-path:none;white-space:normal"
	// flowing are columns in rows, stacked a card per stage.
	flowing = ".map{display:grid;grid-template-columns:repeat(var(--columns),minmax(0,var(--widest)));padding-inline-start:var(--gutter)}" +
		".stage{display:grid;grid-template-rows:subgrid;grid-row:span var(--rows);padding-bottom:24px}.flat{display:none}"
	stacked = ".chart,.none{display:none}.stage{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:16px;margin:0 0 16px}" +
		".stage h2{font-size:20px;text-align:start;padding:0 0 8px}.age{text-align:start;padding:4px 0 0}.lane{margin:12px 0 0}.lane h3{margin:0}.lane ul{background:none;border:0;padding:0;margin:0}"
)
