package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// A hundred maps of 2 MiB in one answer took a gigabyte; a few such requests
// at once took the machine.
func TestAPageOfLargeDocumentsEndsEarlyAndTheNextGoesOn(t *testing.T) {
	p := start(t, t.TempDir())
	large := func(goal string) string {
		var b strings.Builder
		for i := range 190 {
			fmt.Fprintf(&b, `,{"id":"s%d","name":"S","goal":"%s"}`, i, strings.Repeat(goal, 9000))
		}
		return `{"title":"Large","stages":[` + b.String()[1:] + `]}`
	}
	want := map[any]int{}
	for range 7 {
		want[p.want(201, "POST", "/v1/maps", large("x")).object(t)["id"]]++
	}
	var id string
	for k := range want {
		id = k.(string)
	}
	for i, goal := range []string{"a", "b", "c", "d", "e"} {
		p.want(200, "PUT", "/v1/maps/"+id, large(goal), "If-Match", fmt.Sprintf(`"%d"`, i+1))
	}
	read := func(path string, each func(map[string]any)) (pages int) {
		for cursor := ""; pages < 20; pages++ {
			a := p.want(200, "GET", path+"?limit=100"+cursor, "")
			if len(a.body) > 16<<20 {
				t.Errorf("%s: %d bytes in one page", path, len(a.body))
			}
			o := a.object(t)
			for _, e := range o["data"].([]any) {
				each(e.(map[string]any))
			}
			if o["next"] == nil {
				return pages + 1
			}
			cursor = "&cursor=" + o["next"].(string)
		}
		return pages
	}
	seen := map[any]int{}
	if n := read("/v1/maps", func(m map[string]any) { seen[m["id"]]++ }); n < 2 || fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("%d pages gave %v, not %v", n, seen, want)
	}
	var versions []any
	n := read("/v1/maps/"+id+"/versions", func(v map[string]any) {
		versions = append(versions, v["version"])
		if len(v["changes"].([]any)) == 0 && v["version"] != 1.0 {
			t.Errorf("version %v says nothing of what changed", v["version"])
		}
	})
	if n < 2 || fmt.Sprint(versions) != "[6 5 4 3 2 1]" {
		t.Errorf("%d pages of versions gave %v", n, versions)
	}
}
