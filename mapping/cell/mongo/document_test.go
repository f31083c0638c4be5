package mongo

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/bson"

	"waymark/mapping/cell"
	"waymark/responses"
)

// fullest is the largest node there can be: as many groups as a closed one
// holds, each of all the segments a version may declare, with the longest names
// and values, and every answer of every metric, and as many totals as it keeps.
func fullest() cell.Node {
	scales := []struct{ low, high int }{{1, 5}, {0, 10}, {1, 7}, {-2, 2}, {1, 5}}
	n := cell.Node{NodeKey: cell.NodeKey{Level: cell.Day, Start: responses.Key{At: 1}}, Rev: 1, Counted: 1 << 40, Last: 1 << 40}
	for i := range cell.MaxGroups {
		g := cell.Group{Version: int64(i), Counted: 1 << 40, Suspects: 1 << 40, Last: 1 << 40, Segments: map[string]string{}, Histograms: map[string]map[int]int64{}}
		for s := range 3 {
			g.Segments[fmt.Sprintf("%064d", s)] = strings.Repeat("🙂", 200)
		}
		for q, scale := range scales {
			h := map[int]int64{}
			for a := scale.low; a <= scale.high; a++ {
				h[a] = 1 << 40
			}
			g.Histograms[fmt.Sprintf("%064d", q)] = h
		}
		n.Groups = append(n.Groups, g)
		if g.Segments = nil; i < cell.MaxTotals {
			n.Totals = append(n.Totals, g)
		}
	}
	return n
}

func TestTheFullestNodeFitsADocument(t *testing.T) {
	const most = 16 << 20 // bytes of a document, by MongoDB
	b, err := bson.Marshal(fromNode("wsp_abcdefghijklmnopqrstuvwxyz", "srv_abcdefghijklmnopqrstuvwxyz", fullest()))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", len(b))
	if len(b) > most {
		t.Errorf("%d groups take %d bytes, and a document holds %d", cell.MaxGroups, len(b), most)
	}
}
