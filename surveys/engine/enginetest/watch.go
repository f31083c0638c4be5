package enginetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/event"

	"waymark/surveys/engine"
)

// watch looks at every command that a test's stores send. A server that runs
// alone gives the same answers without concerns and deadlines, so that no
// other test would miss them.
type watch struct {
	limit time.Duration // the longest that one operation may take
	heard []func(bson.Raw)

	mu     sync.Mutex
	faults map[string]int
}

func newWatch(heard []func(bson.Raw)) *watch {
	var m engine.Mongo
	ctx, cancel := m.Deadline(context.Background())
	defer cancel()
	end, _ := ctx.Deadline()
	return &watch{limit: time.Until(end) + time.Second, heard: heard, faults: map[string]int{}}
}

func (w *watch) monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(ctx context.Context, e *event.CommandStartedEvent) {
		command := slices.Clone(e.Command)
		for _, f := range commandFaults(ctx, command, w.limit) {
			w.mu.Lock()
			w.faults[f]++
			w.mu.Unlock()
		}
		for _, hear := range w.heard {
			hear(command)
		}
	}}
}

// report says what was found, once, however often it was sent.
func (w *watch) report(t testing.TB) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range slices.Sorted(maps.Keys(w.faults)) {
		t.Errorf("%s (%d times)", f, w.faults[f])
	}
}

// commandFaults checks that a write is acknowledged by a majority's journals
// (design, invariant 1), and that whatever a store asks ends in time.
func commandFaults(ctx context.Context, command bson.Raw, limit time.Duration) (faults []string) {
	elements, err := command.Elements()
	if err != nil || len(elements) == 0 {
		return []string{fmt.Sprintf("a command that cannot be read: %v", err)}
	}
	name := elements[0].Key()
	on, _ := elements[0].Value().StringValueOK()
	switch name {
	case "insert", "update", "delete", "findAndModify":
		w, _ := command.Lookup("writeConcern", "w").StringValueOK()
		if j, _ := command.Lookup("writeConcern", "j").BooleanOK(); w != "majority" || !j {
			faults = append(faults, fmt.Sprintf("%s on %s has the write concern %v, not majority with journal", name, on, command.Lookup("writeConcern")))
		}
	case "createIndexes", "dropDatabase", "drop", "dropIndexes", "endSessions":
		return nil // migrations and tests; an index takes as long as it takes
	}
	if end, ok := ctx.Deadline(); !ok {
		faults = append(faults, fmt.Sprintf("%s on %s runs without a deadline", name, on))
	} else if time.Until(end) > limit {
		faults = append(faults, fmt.Sprintf("%s on %s has a deadline beyond that of an operation", name, on))
	}
	return faults
}

// concernFault says of a read that it may see what a failover undoes.
func concernFault(command bson.Raw) string {
	switch elements, _ := command.Elements(); elements[0].Key() {
	case "find", "aggregate", "count", "distinct":
		if level, _ := command.Lookup("readConcern", "level").StringValueOK(); level != "majority" {
			return fmt.Sprintf("its read concern is %q, and what it reads is written back: it must be majority", level)
		}
	}
	return ""
}
