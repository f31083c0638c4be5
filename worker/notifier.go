package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"waymark/surveys/ident"
)

// TypeRollUp is the task that rolls one survey up.
const TypeRollUp = "rollup:survey"

// rollUpPayload names a survey: no person, no answer.
type rollUpPayload struct {
	Workspace ident.Workspace `json:"workspace"`
	Survey    string          `json:"survey"`
}

// debounce is how long changes of a survey are gathered into one task.
const debounce = 200 * time.Millisecond

// Queue is what the Notifier needs of Asynq's client.
type Queue interface {
	EnqueueContext(ctx context.Context, task *asynq.Task, opts ...asynq.Option) (*asynq.TaskInfo, error)
	Ping() error
}

// Notifier turns changes into tasks, off the path of the answer.
type Notifier struct {
	queue Queue
	now   func() time.Time
	log   *slog.Logger

	mu        sync.Mutex
	changed   map[ident.Ref]bool
	down      bool   // the queue could not be reached
	complaint string // the first that waits for an answer of the queue

	// Run's own:
	pinging    chan error // of a Ping that still runs
	said       bool       // of this outage
	warned     time.Time  // of the last outage that was told
	complained time.Time  // of the last complaint that was told
}

// warnEvery is how often an outage is told while it lasts.
const warnEvery = time.Minute

// NewNotifier makes a Notifier that enqueues to q.
func NewNotifier(q Queue, now func() time.Time, log *slog.Logger) *Notifier {
	return &Notifier{queue: q, now: now, log: log, changed: map[ident.Ref]bool{}}
}

// Complain takes what others say of the queue, many times a second while it is
// away. It is held until the queue was asked for a sign of life: if that fails
// the outage is told instead.
func (n *Notifier) Complain(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.complaint == "" {
		n.complaint = what
	}
}

// Changed notes that something of the survey counts differently. It never blocks.
func (n *Notifier) Changed(ws ident.Workspace, survey string) {
	n.mu.Lock()
	n.changed[ident.Ref{Workspace: ws, ID: survey}] = true
	n.mu.Unlock()
}

// Down reports whether the last attempt to reach the queue failed.
func (n *Notifier) Down() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.down
}

// pingTicks is after how many ticks with nothing to enqueue the queue is asked
// for a sign of life, so that an idle server knows of it too.
const pingTicks = 5

// Run enqueues what was noted until ctx ends, and once more then.
func (n *Notifier) Run(ctx context.Context) {
	t := time.NewTicker(debounce)
	defer t.Stop()
	idle := 0
	for {
		select {
		case <-t.C:
			if n.flush(ctx) {
				idle = 0
			} else if idle++; idle >= pingTicks {
				idle = 0
				n.tell(n.ping(ctx))
			}
		case <-ctx.Done():
			n.flush(context.WithoutCancel(ctx))
			return
		}
	}
}

// enqueueTime bounds one attempt, so that a queue that hangs delays nothing else.
const enqueueTime = 2 * time.Second

// flush enqueues what was noted and reports whether that was anything.
func (n *Notifier) flush(ctx context.Context) bool {
	n.mu.Lock()
	refs := n.changed
	n.changed = map[ident.Ref]bool{}
	n.mu.Unlock()
	if len(refs) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, enqueueTime)
	defer cancel()
	var failed error
	for ref := range refs {
		if failed == nil {
			failed = enqueue(ctx, n.queue, ref)
		}
		if failed != nil {
			n.Changed(ref.Workspace, ref.ID) // again at the next tick
		}
	}
	n.tell(failed)
	return true
}

// ping asks the queue for a sign of life. One that hangs is asked once, and
// answers again when it goes on.
func (n *Notifier) ping(ctx context.Context) error {
	if n.pinging == nil {
		n.pinging = make(chan error, 1)
		go func(answer chan<- error) { answer <- n.queue.Ping() }(n.pinging)
	}
	wait, cancel := context.WithTimeout(ctx, enqueueTime)
	defer cancel()
	select {
	case err := <-n.pinging:
		n.pinging = nil
		return err
	case <-wait.Done():
		if ctx.Err() != nil {
			return nil // we end, which says nothing of the queue
		}
		return fmt.Errorf("asking the queue for a sign of life: %w", wait.Err())
	}
}

// tell notes whether the queue could be reached. It logs an outage at most once
// in warnEvery, the end of one that was logged, and what was complained of
// while there is none.
func (n *Notifier) tell(failed error) {
	n.mu.Lock()
	n.down = failed != nil
	complaint := n.complaint
	n.complaint = ""
	n.mu.Unlock()
	now := n.now()
	switch {
	case failed != nil && ago(now, n.warned) >= warnEvery:
		n.said, n.warned = true, now
		n.log.Warn("the queue cannot be reached; answers are taken and rolled up when it is back", "error", failed)
	case failed == nil && n.said:
		n.said = false
		n.log.Info("the queue is back")
	case failed == nil && complaint != "" && ago(now, n.complained) >= warnEvery:
		n.complained = now
		n.log.Warn("the queue answers, but something of it failed", "error", complaint)
	}
}

// ago is how long before now t was; a clock that was put back counts as long.
func ago(now, t time.Time) time.Duration {
	if d := now.Sub(t); d >= 0 {
		return d
	}
	return warnEvery
}

func enqueue(ctx context.Context, q Queue, ref ident.Ref) error {
	b, err := json.Marshal(rollUpPayload{ref.Workspace, ref.ID})
	if err != nil {
		return fmt.Errorf("writing a task: %w", err)
	}
	// No retries by the queue: what a failed task leaves behind is still
	// marked, and the sweep finds it.
	if _, err := q.EnqueueContext(ctx, asynq.NewTask(TypeRollUp, b), asynq.MaxRetry(0), asynq.Timeout(rollUpTime)); err != nil {
		return fmt.Errorf("enqueueing a roll-up: %w", err)
	}
	return nil
}
