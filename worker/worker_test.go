package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hibiken/asynq"

	"waymark/surveys/ident"
	"waymark/surveys/when"
)

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

// queue notes tasks, or fails while down is set.
type queue struct {
	mu    sync.Mutex
	tasks []*asynq.Task
	down  atomic.Bool
}

func (q *queue) EnqueueContext(_ context.Context, t *asynq.Task, _ ...asynq.Option) (*asynq.TaskInfo, error) {
	if q.down.Load() {
		return nil, errors.New("no queue")
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = append(q.tasks, t)
	return nil, nil
}

func (q *queue) Ping() error {
	if q.down.Load() {
		return errors.New("no queue")
	}
	return nil
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.tasks)
}

func TestAThousandChangesOfASurveyAreOneTask(t *testing.T) {
	q := &queue{}
	n := NewNotifier(q, time.Now, silent)
	for range 1000 {
		n.Changed("w", "srv_a")
	}
	n.Changed("w", "srv_b")
	n.Changed("v", "srv_a")
	n.flush(context.Background())
	if q.len() != 3 {
		t.Fatalf("%d tasks", q.len())
	}
	n.flush(context.Background())
	if q.len() != 3 {
		t.Fatalf("%d tasks after nothing changed", q.len())
	}
}

// On a clock of its own, so that a busy machine changes nothing.
func TestASecondOfChangesIsAFewTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{}
		n := NewNotifier(q, time.Now, silent)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { defer close(ended); n.Run(ctx) }()
		for range 1000 {
			n.Changed("w", "srv_a")
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if got := q.len(); got > 10 || got < 4 { // fewer would let scores wait
			t.Errorf("%d tasks for a second of changes", got)
		}
		cancel()
		<-ended
	})
}

func TestWhatTheQueueRefusedIsEnqueuedWhenItIsBack(t *testing.T) { // attack 60
	q := &queue{}
	q.down.Store(true)
	n := NewNotifier(q, time.Now, silent)
	n.Changed("w", "srv_a")
	n.Changed("w", "srv_b")
	n.flush(context.Background())
	if !n.Down() || q.len() != 0 {
		t.Fatal("the fault is not shown")
	}
	q.down.Store(false)
	n.flush(context.Background())
	if n.Down() || q.len() != 2 {
		t.Fatalf("%d tasks, down %v", q.len(), n.Down())
	}
}

func TestAQueueIsMissedAndFoundAgainWithoutTraffic(t *testing.T) { // attack 60
	q := &queue{}
	q.down.Store(true)
	n := NewNotifier(q, time.Now, silent)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); n.Run(ctx) }()
	for _, down := range []bool{true, false} {
		q.down.Store(down)
		for end := time.Now().Add(10 * time.Second); n.Down() != down; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("down is %t, want %t", n.Down(), down)
			}
		}
	}
	cancel()
	<-ended
}

func TestAnOutageIsToldOnceAMinuteAndItsEndOnce(t *testing.T) { // attack 60
	var log strings.Builder
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	q := &queue{}
	n := NewNotifier(q, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
	// For 150 s the queue is away while Asynq and the sweep complain of it.
	q.down.Store(true)
	complain := quiet{silent, n.Complain}
	for range 150 {
		for range 20 {
			complain.Error("Dequeue error: UNKNOWN: ", "connection refused")
			complain.Warn("recoverer: could not list lease expired tasks")
		}
		n.Changed("w", "srv_a")
		n.flush(t.Context())
		n.tell(n.ping(t.Context()))
		now = now.Add(time.Second)
	}
	q.down.Store(false)
	for range 5 {
		n.tell(n.ping(t.Context()))
		now = now.Add(time.Second)
	}
	if got := log.String(); strings.Count(got, "level=WARN") != 3 || strings.Count(got, "cannot be reached") != 3 || strings.Count(got, "the queue is back") != 1 || strings.Contains(got, "Dequeue") {
		t.Errorf("the log is\n%s", got)
	}
	// What is wrong while the queue answers is not swallowed.
	log.Reset()
	for range 90 {
		complain.Error("OOM command not allowed")
		n.tell(n.ping(t.Context()))
		now = now.Add(time.Second)
	}
	if got := log.String(); strings.Count(got, "OOM command not allowed") != 2 || strings.Count(got, "level=") != 2 {
		t.Errorf("the log is\n%s", got)
	}
}

// hung is a queue that never answers.
type hung struct{ queue }

func (*hung) Ping() error { select {} }

func TestAQueueThatHangsIsDownAndHoldsNobodyUp(t *testing.T) { // attack 60
	n := NewNotifier(&hung{}, time.Now, silent)
	began := time.Now()
	if err := n.ping(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := n.ping(ended); err != nil {
		t.Errorf("a stop is taken for a fault of the queue: %v", err)
	}
}

// roller counts and can be held.
type roller struct {
	calls   atomic.Int32
	entered chan struct{}
	leave   chan struct{}
}

func (r *roller) RollUp(context.Context, ident.Workspace, string) (int, error) {
	r.calls.Add(1)
	r.entered <- struct{}{}
	<-r.leave
	return 1, nil
}

func TestTasksOfOneSurveyDoNotRaceButNoneIsForgotten(t *testing.T) {
	r := &roller{entered: make(chan struct{}, 10), leave: make(chan struct{}, 10)}
	h := NewRollUps(r)
	b, err := json.Marshal(rollUpPayload{"w", "srv_a"})
	if err != nil {
		t.Fatal(err)
	}
	first := make(chan error, 1)
	go func() { first <- h.ProcessTask(context.Background(), asynq.NewTask(TypeRollUp, b)) }()
	<-r.entered
	for range 5 { // come while the first runs: they return at once
		if err := h.ProcessTask(context.Background(), asynq.NewTask(TypeRollUp, b)); err != nil {
			t.Fatal(err)
		}
	}
	r.leave <- struct{}{}
	<-r.entered // the first looks again
	r.leave <- struct{}{}
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	if n := r.calls.Load(); n != 2 {
		t.Fatalf("%d roll-ups", n)
	}
}

type leases struct {
	ours     bool
	released *string
}

func (l leases) AcquireLease(context.Context, string, string, when.Time, when.Time) (bool, error) {
	return l.ours, nil
}

func (l leases) ReleaseLease(_ context.Context, name, holder string) error {
	*l.released = name + " " + holder
	return nil
}

func TestASweepWithoutAQueueComplainsAndDoesNotWarn(t *testing.T) { // attack 60
	q := &queue{}
	q.down.Store(true)
	var complaint string
	s := &Sweep{Marks: marks{}, Leases: leases{ours: true}, Queue: q, Now: time.Now, Log: silent, Holder: "me", Complain: func(c string) { complaint = c }}
	if err := s.once(t.Context()); err != nil || !strings.Contains(complaint, "no queue") {
		t.Errorf("got %v and %q", err, complaint)
	}
}

type marks struct{}

func (marks) Due(context.Context, int) ([]ident.Ref, when.Time, error) {
	return []ident.Ref{{Workspace: "w", ID: "srv_a"}, {Workspace: "v", ID: "srv_b"}}, when.Milli(1), nil
}

func TestOnlyTheHolderOfTheLeaseSweeps(t *testing.T) {
	for _, ours := range []bool{true, false} {
		q := &queue{}
		s := &Sweep{Marks: marks{}, Leases: leases{ours: ours}, Queue: q, Now: time.Now, Log: silent, Holder: "me"}
		if err := s.once(context.Background()); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 2, false: 0}[ours]; q.len() != want {
			t.Errorf("ours %v: %d tasks, want %d", ours, q.len(), want)
		}
	}
}

func TestASweepThatEndsGivesItsLeaseBack(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var released string
	s := &Sweep{Marks: marks{}, Leases: leases{true, &released}, Queue: &queue{}, Now: time.Now, Log: silent, Holder: "me"}
	cancel()
	s.Run(ctx)
	if released != "sweep me" {
		t.Errorf("released is %q", released)
	}
}
