package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"waymark/surveys/ident"
)

// rollUpTime bounds one task; what is left is still marked.
const rollUpTime = 10 * time.Minute

// Roller rolls a survey up; mapping/cell's does.
type Roller interface {
	RollUp(ctx context.Context, ws ident.Workspace, survey string) (int, error)
}

// RollUps handles TypeRollUp. Two tasks of one survey in one process would
// only race for the same cells: the second tells the first to look again.
type RollUps struct {
	roller Roller

	mu      sync.Mutex
	running map[ident.Ref]*bool // whether to look again
}

// NewRollUps makes the handler.
func NewRollUps(r Roller) *RollUps {
	return &RollUps{roller: r, running: map[ident.Ref]*bool{}}
}

// ProcessTask implements asynq.Handler.
func (h *RollUps) ProcessTask(ctx context.Context, t *asynq.Task) error {
	var p rollUpPayload
	if err := json.Unmarshal(t.Payload(), &p); err != nil {
		return fmt.Errorf("reading a task: %w: %w", err, asynq.SkipRetry)
	}
	ref := ident.Ref{Workspace: p.Workspace, ID: p.Survey}
	h.mu.Lock()
	if again := h.running[ref]; again != nil {
		*again = true
		h.mu.Unlock()
		return nil
	}
	again := new(bool)
	h.running[ref] = again
	h.mu.Unlock()
	for {
		_, err := h.roller.RollUp(ctx, p.Workspace, p.Survey)
		h.mu.Lock()
		if err != nil || !*again {
			delete(h.running, ref)
			h.mu.Unlock()
			if err != nil {
				return fmt.Errorf("rolling up survey %s: %w", p.Survey, err)
			}
			return nil
		}
		*again = false
		h.mu.Unlock()
	}
}
