package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"

	"waymark/surveys/ident"
	"waymark/worker"
)

// work is the running background work.
type work struct {
	app      *App
	redis    *miniredis.Miniredis // nil with a real Redis
	client   *asynq.Client
	notifier *worker.Notifier
	server   *worker.Server
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// StartWork connects the queue and, where handle is set, runs workers and the
// sweep. From then on answers are rolled up by themselves.
func (a *App) StartWork(ctx context.Context, handle bool) (stop func(), err error) {
	w := &work{app: a}
	opt, err := w.connect()
	if err != nil {
		return nil, err
	}
	w.client = asynq.NewClient(opt)
	w.notifier = worker.NewNotifier(w.client, a.Now, a.Log)
	a.Responses.Changed = w.notifier.Changed
	a.queueDown = w.notifier.Down
	ctx, w.cancel = context.WithCancel(ctx)
	w.done.Go(func() { w.notifier.Run(ctx) })
	if w.redis != nil {
		w.done.Go(func() { w.tick(ctx) })
	} else {
		w.done.Go(func() { w.lookAtEviction(ctx, opt) })
	}
	if handle {
		w.server = worker.NewServer(opt, worker.NewRollUps(a.Roller), w.notifier.Complain, a.Log)
		if err := w.server.Start(); err != nil {
			w.stop()
			return nil, err
		}
		sweep := &worker.Sweep{Marks: a.stores.responses, Leases: a.Workspaces, Queue: w.client, Now: a.Now, Log: a.Log, Holder: ident.New("prc"), Complain: w.notifier.Complain}
		w.done.Go(func() { sweep.Run(ctx) })
	}
	return w.stop, nil
}

// connect gives the Redis of the configuration, or one of our own in this process.
func (w *work) connect() (asynq.RedisConnOpt, error) {
	if url := w.app.Config.RedisURL; url != "" {
		opt, err := asynq.ParseRedisURI(url)
		if err != nil {
			return nil, fmt.Errorf("the Redis URL cannot be used") // the cause may hold the password
		}
		return opt, nil
	}
	w.redis = miniredis.NewMiniRedis()
	if err := w.redis.Start(); err != nil {
		return nil, fmt.Errorf("starting the queue in this process: %w", err)
	}
	return asynq.RedisClientOpt{Addr: w.redis.Addr()}, nil
}

// tick moves the time of the queue in this process, which stands still by itself.
func (w *work) tick(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			w.redis.FastForward(time.Second)
		}
	}
}

func (w *work) stop() {
	if w.server != nil {
		w.server.Stop()
	}
	w.cancel()
	w.done.Wait()
	_ = w.client.Close()
	if w.redis != nil {
		w.redis.Close()
	}
}
