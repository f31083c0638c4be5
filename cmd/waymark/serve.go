package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"waymark/cmd/internal/app"
)

// grace is how long running requests may take at a stop.
const grace = 20 * time.Second

func serve(ctx context.Context, e env, args []string) error {
	fs := flags(e, "serve", "waymark serve --addr 127.0.0.1:8080 --data ./data")
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q is not a flag: %w", fs.Arg(0), errUsage)
	}
	a, err := app.Open(ctx, c, e.log, app.Verify)
	if err != nil {
		return err
	}
	s := a.Server()
	stopWork, err := a.StartWork(context.WithoutCancel(ctx), true)
	if err != nil {
		return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(c.Addr, func(addr net.Addr) {
			fmt.Fprintf(e.stdout, "waymark listens on http://%s\n", addr)
			e.log.Info("started", "config", c.String())
		})
	}()
	sweeping, stop := context.WithCancel(ctx)
	swept := make(chan struct{})
	go func() { defer close(swept); a.Sweep(sweeping) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		e.log.Info("stopping: running requests are finished")
		c, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err = s.Shutdown(c)
		<-ended
	}
	stop()
	<-swept
	stopWork()
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}
