package sqlite

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"waymark/mapping/cell"
)

var written = []cell.Group{
	{Version: 1, Segments: map[string]string{"state": "SP", "$where.a": "{\"$gt\": 1}é 🙂  <b>\\ \x01", "": ""}, Counted: 2, Suspects: 1, Last: 5,
		Histograms: map[string]map[int]int64{"sat": {1: 1, 5: 1}, "feel": {-2: 2, 1 << 30: 1}, "empty": {}}},
	{Version: 2, Overflow: []string{"city", "\"state\""}, Counted: 1, Last: 1 << 45},
	{Version: 1 << 40, Suspects: 1 << 50},
}

func TestGroupsAreWrittenAndReadAsTheirTagsSay(t *testing.T) {
	b, err := bytesOf(written)
	if err != nil {
		t.Fatal(err)
	}
	var byTags []cell.Group
	if err := json.Unmarshal(b, &byTags); err != nil || !reflect.DeepEqual(byTags, written) {
		t.Errorf("encoding/json reads %+v, %v\nof %s", byTags, err, b)
	}
	if b, err = json.Marshal(written); err != nil { // as schema version 1 wrote them
		t.Fatal(err)
	}
	got, err := (&texts{}).read(b)
	if err != nil || !reflect.DeepEqual(got, written) {
		t.Errorf("read  %+v, %v\nwrote %+v", got, err, written)
	}
}

func TestABrokenCellIsAnErrorAndNotAnotherNumber(t *testing.T) {
	for _, b := range []string{``, `{}`, `[1]`, `[{"v":"1"}]`, `[{"n":1.5}]`, `[{"n":9223372036854775808}]`, `[{"s":[]}]`, `[{"s":{"a":1}}]`, `[{"o":{}}]`, `[{"o":[1]}]`,
		`[{"h":1}]`, `[{"h":{"q":[]}}]`, `[{"h":{"q":{"x":1}}}]`, `[{"h":{"q":{"1":"1"}}}]`, `[{"n":1}`} {
		if got, err := (&texts{}).read([]byte(b)); err == nil {
			t.Errorf("%s is read as %+v", b, got)
		}
	}
	if _, err := bytesOf([]cell.Group{{Segments: map[string]string{"a": "\xff"}}}); err == nil {
		t.Error("invalid UTF-8 is written")
	}
}

func BenchmarkReadGroups(b *testing.B) {
	var groups []cell.Group
	for i := range 120 {
		groups = append(groups, cell.Group{Version: 2, Segments: map[string]string{"state": "SP", "city": fmt.Sprint("city ", i)}, Counted: 4, Last: 1 << 40,
			Histograms: map[string]map[int]int64{"sat": {1: 1, 2: 1, 5: 2}, "feel": {0: 4}}})
	}
	data, err := bytesOf(groups)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("as tags say", func(b *testing.B) {
		for b.Loop() {
			var out []cell.Group
			if err := json.Unmarshal(data, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		var t texts
		for b.Loop() {
			if _, err := t.read(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
