package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"waymark/cmd/internal/app"
)

// grace is how long running requests may take at a stop.
const grace = 20 * time.Second

func serve(ctx context.Context, e env, args []string) error {
	fs := flags(e, "serve", "waymark serve --addr 127.0.0.1:8080 --data ./data", nil)
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q is not a flag: %w", fs.Arg(0), errUsage)
	}
	if strings.HasSuffix(c.Addr, ":0") { // links need the port that it will be
		if c.Addr, err = free(c.Addr, true); err != nil {
			return err
		}
	}
	a, err := app.Open(ctx, c, e.log, app.Verify)
	if err != nil {
		return err
	}
	return runServer(ctx, e, a, true, func(net.Addr) {})
}

// api serves HTTP only; worker processes do the rest.
func api(ctx context.Context, e env, args []string) error {
	a, err := openShared(ctx, e, "api", "waymark api --mongo mongodb://127.0.0.1/waymark --redis redis://127.0.0.1:6379/0", append(serverSettings[:4:4], workSettings...), args)
	if err != nil {
		return err
	}
	return runServer(ctx, e, a, false, func(net.Addr) {})
}

// work does the background work only.
func work(ctx context.Context, e env, args []string) error {
	a, err := openShared(ctx, e, "worker", "waymark worker --mongo mongodb://127.0.0.1/waymark --redis redis://127.0.0.1:6379/0", workSettings, args)
	if err != nil {
		return err
	}
	stopWork, err := a.StartWork(context.WithoutCancel(ctx), true)
	if err != nil {
		return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	fmt.Fprintln(e.stdout, "waymark works")
	e.log.Info("started", "config", a.Config.String())
	a.Sweep(ctx) // until it is told to stop
	e.log.Info("stopping: running tasks are finished")
	stopWork()
	return a.Close(context.WithoutCancel(ctx))
}

// openShared opens an engine that several processes can share.
func openShared(ctx context.Context, e env, name, example string, uses, args []string) (*app.App, error) {
	fs := flags(e, name, example, uses)
	c, err := parse(fs, e, args)
	if err != nil {
		return nil, err
	}
	var faults []error
	if fs.NArg() > 0 {
		faults = append(faults, fmt.Errorf("%q is not a flag", fs.Arg(0)))
	}
	if c.MongoURI == "" {
		faults = append(faults, errors.New("--mongo (WAYMARK_MONGO_URI) is missing: several processes need a store that they share"))
	}
	if c.RedisURL == "" {
		faults = append(faults, errors.New("--redis (WAYMARK_REDIS_URL) is missing: several processes need a queue that they share"))
	}
	if strings.HasSuffix(c.Addr, ":0") {
		if c.Addr, err = free(c.Addr, true); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%w\n%w", errors.Join(faults...), errUsage)
	}
	return app.Open(ctx, c, e.log, app.Verify)
}

// runServer serves until ctx ends, then finishes what runs and closes a.
func runServer(ctx context.Context, e env, a *app.App, handle bool, ready func(net.Addr)) error {
	if err := a.WarnOfKeys(ctx); err != nil {
		return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	a.WarnOfLinks()
	s := a.Server()
	stopWork, err := a.StartWork(context.WithoutCancel(ctx), handle)
	if err != nil {
		return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(a.Config.Addr, func(addr net.Addr) {
			fmt.Fprintf(e.stdout, "waymark listens on http://%s\ndocs: %s/docs\n", addr, a.BaseURL())
			e.log.Info("started", "config", a.Config.String())
			ready(addr)
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
	err = taken(err, a.Config.Addr)
	stop()
	<-swept
	stopWork()
	return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
}
