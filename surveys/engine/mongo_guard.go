package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// permission is how long a look at the schema version allows writes.
const permission = time.Second

// guard keeps a program from writing to a database that a newer one has
// migrated meanwhile. MongoDB cannot look at meta.schema and write another
// document at one instant (design: no step needs a transaction), so a look
// allows writes for a while, and a migration waits that while before it begins.
// What is guaranteed: an older program begins no write later than permission
// after a migration began, which is before the migration changes anything. A
// write that was on its way already may still land.
type guard struct {
	want    atomic.Int64 // 0: nothing was verified, so nothing is checked
	allowed atomic.Pointer[atomic.Bool]
	look    sync.Mutex // of all writes that find no permission one looks
}

func (g *guard) expect(version int) { g.want.Store(int64(version)) }

func (g *guard) open() bool {
	p := g.allowed.Load()
	return p != nil && p.Load()
}

// Writing is Deadline for an operation that writes. It refuses where the
// database has another schema version than the one that was verified.
func (m *Mongo) Writing(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := m.mayWrite(ctx); err != nil {
		return nil, nil, err
	}
	ctx, cancel := m.Deadline(ctx)
	return ctx, cancel, nil
}

func (m *Mongo) mayWrite(ctx context.Context) error {
	g := &m.guard
	want := g.want.Load()
	if want == 0 || g.open() {
		return nil
	}
	g.look.Lock()
	defer g.look.Unlock()
	if g.open() {
		return nil
	}
	// The permission runs from before the look.
	p := new(atomic.Bool)
	p.Store(true)
	over := time.AfterFunc(permission, func() { p.Store(false) })
	d, err := m.schema(ctx)
	if err == nil {
		err = d.compare(int(want))
	}
	if err != nil {
		over.Stop()
		return err
	}
	g.allowed.Store(p)
	return nil
}
