package cell

import (
	"context"
	"maps"
	"slices"

	"waymark/responses"
	"waymark/surveys/ident"
)

// Level is the size of a bucket.
type Level int

// The levels, coarsest first. Part1 and Part2 split one millisecond by the
// first one and two characters of the id's random part, for imports that put
// a whole day's answers on one instant.
const (
	Day Level = iota
	Hour
	Minute
	Second
	Millisecond
	Part1
	Part2
)

// Limits of nodes.
const (
	// MaxLeaf is the number of responses above which a bucket is split.
	MaxLeaf = 2000
	// MaxValues is the number of values of one segment property above which a
	// bucket keeps that property as Overflow: a window that holds the bucket
	// has too many values to be filtered by it (api.md §5).
	MaxValues = 200
	// MaxGroups is the number of groups above which a node is Open: so many of the
	// largest there can be fit a document of MongoDB, which holds 16 MiB.
	MaxGroups = 4000
	// MaxTotals is the number of versions above which a node has no Totals.
	MaxTotals = 1000
)

// NodeKey names a bucket of a survey.
type NodeKey struct {
	Level Level
	Start responses.Key // ID is empty above Part1, else the prefix "rsp_x"
}

// Group counts the responses of one version with one combination of the
// values of the segments that the version declares; absent is a value.
type Group struct {
	Version  int64             `json:"v"`
	Segments map[string]string `json:"s,omitzero"` // declared and present properties only
	Overflow []string          `json:"o,omitzero"` // properties with over MaxValues values in the bucket
	Counted  int64             `json:"n"`
	Suspects int64             `json:"x,omitzero"`
	Last     int64             `json:"l,omitzero"` // newest counted occurred_at, milliseconds; 0 without any
	// Histograms by question id: answer → count. Only questions that measure.
	Histograms map[string]map[int]int64 `json:"h,omitzero"`
}

// Node is a bucket as it is stored: one document, one compare-and-set.
type Node struct {
	NodeKey
	Rev    int64
	Split  bool // computed from the next level's nodes
	Open   bool // over MaxGroups groups: Groups is empty, readers by segment descend
	Groups []Group
	// Totals are the Groups with their segments put together, one for each
	// version, kept when Open too. There are none where there would be too many,
	// nor in a node of a program that knew of none: what has Groups or is Open and
	// has no Totals is read without.
	Totals []Group
	// Counted is the sum over Groups, kept when Open too; Last likewise.
	Counted int64
	Last    int64
}

// equal tells whether two nodes say the same, whatever their revisions.
func (n *Node) equal(o *Node) bool {
	return n.NodeKey == o.NodeKey && n.Split == o.Split && n.Open == o.Open && n.Counted == o.Counted && n.Last == o.Last &&
		slices.EqualFunc(n.Groups, o.Groups, sameGroup) && slices.EqualFunc(n.Totals, o.Totals, sameGroup)
}

func sameGroup(a, b Group) bool {
	return a.Version == b.Version && a.Counted == b.Counted && a.Suspects == b.Suspects && a.Last == b.Last && maps.Equal(a.Segments, b.Segments) &&
		slices.Equal(a.Overflow, b.Overflow) && maps.EqualFunc(a.Histograms, b.Histograms, maps.Equal[map[int]int64])
}

// Store keeps nodes. Every method refuses an empty workspace. What a method
// wrote is durable when it returns nil.
type Store interface {
	// Node reads one bucket; the zero Node with Rev 0 where none is stored.
	Node(ctx context.Context, ws ident.Workspace, survey string, k NodeKey) (Node, error)
	// Put stores n where the stored Rev is still rev (0: none stored);
	// Stale otherwise. n.Rev must be rev+1.
	Put(ctx context.Context, ws ident.Workspace, survey string, n Node, rev int64) error
	// Nodes reads the buckets of one level whose Start lies in [from, to),
	// in order.
	Nodes(ctx context.Context, ws ident.Workspace, survey string, level Level, from, to responses.Key) ([]Node, error)
	// Totals reads what Nodes would read, without the Groups of nodes that have
	// Totals, so that it costs the same however many segments there are.
	Totals(ctx context.Context, ws ident.Workspace, survey string, level Level, from, to responses.Key) ([]Node, error)
	// Keys names the buckets that Nodes would read.
	Keys(ctx context.Context, ws ident.Workspace, survey string, level Level, from, to responses.Key) ([]NodeKey, error)
	// Last reads what the newest day that counts a response says of Last; 0
	// where there is none.
	Last(ctx context.Context, ws ident.Workspace, survey string) (int64, error)
}
