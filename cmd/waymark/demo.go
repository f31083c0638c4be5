package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"waymark/cmd/internal/app"
	"waymark/cmd/internal/demo"
	"waymark/surveys/ident"
)

// demoCommand runs the whole loop on embedded engines: a sample shop, its
// map, and customers who go on answering.
func demoCommand(ctx context.Context, e env, args []string) error {
	fs := flags(e, "demo", "waymark demo --rate 5", []string{"WAYMARK_ADDR", "WAYMARK_BASE_URL", "WAYMARK_DATA"})
	seed := fs.Uint64("seed", 1, "`number` that the customers are drawn from")
	rate := fs.Float64("rate", 2, "live `answers` a second; 0 for none")
	c, err := parse(fs, e, args)
	if err != nil {
		return err
	}
	if *rate < 0 || *rate > 1000 {
		return fmt.Errorf("--rate must be from 0 to 1000: %w", errUsage)
	}
	if c.MongoURI != "" || c.RedisURL != "" {
		return fmt.Errorf("the demo runs on embedded engines; leave --mongo and --redis out: %w", errUsage)
	}
	given := map[string]bool{"addr": e.getenv("WAYMARK_ADDR") != "", "data": e.getenv("WAYMARK_DATA") != ""}
	visit(fs, given)
	if !given["data"] {
		if c.Data, err = os.MkdirTemp("", "waymark-demo-"); err != nil {
			return fmt.Errorf("making a directory for the demo: %w", err)
		}
		defer func() { _ = os.RemoveAll(c.Data) }()
	}
	if c.Addr, err = free(c.Addr, given["addr"]); err != nil {
		return err
	}
	c.BootstrapKey = ""
	c.LimitsOff = c.Loopback() // all customers come from here
	a, err := app.Open(ctx, c, e.log, app.Verify)
	if err != nil {
		return err
	}
	key, shop, token, err := seedDemo(ctx, e, a, *seed)
	if err != nil {
		return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	links, err := shop.Links(ctx, a)
	if err != nil {
		return errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	var live sync.WaitGroup
	defer live.Wait()
	return runServer(ctx, e, a, true, func(addr net.Addr) {
		base := a.BaseURL()
		fmt.Fprintf(e.stdout, "\nThe map, which moves while customers answer:\n%s/m/%s\n", base, token)
		fmt.Fprintf(e.stdout, "\nAnswer as a customer, and watch the stage \"Wait for the delivery\":\n%s%s\n", base, links[demo.Weakest][0])
		fmt.Fprintf(e.stdout, "\nThe same from a program:\n"+
			`curl -sS %s/v1/responses -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"survey": "%s", "answers": {"sat": 5, "feel": 2}, "properties": {"region": "north"}}'`+"\n", base, key, shop.Surveys[demo.Weakest])
		fmt.Fprintf(e.stdout, "\nThe same scores as numbers:\ncurl -sS '%s/v1/maps/%s/scores?segment=region:islands' -H 'Authorization: Bearer %s'\n", base, shop.Map, key)
		fmt.Fprintf(e.stdout, "\nCtrl-C ends it.\n")
		if *rate > 0 {
			live.Go(func() { shop.Live(ctx, a, "http://"+addr.String(), links, *seed, *rate, e.log) })
		}
	})
}

// seedDemo fills the store and gives a key and a link to the map.
func seedDemo(ctx context.Context, e env, a *app.App, seed uint64) (key string, shop *demo.Shop, token string, err error) {
	ws, err := a.Workspaces.Ensure(ctx, "demo")
	if err != nil {
		return "", nil, "", fmt.Errorf("making the workspace: %w", err)
	}
	p := newProgress(e, 0)
	p.last = p.began // a quick one needs no progress
	shop, err = demo.Seed(ctx, a, ws.ID, seed, a.Now().Truncate(time.Minute), func(n int) {
		p.say("%d answers", n)
	})
	p.clear()
	if err != nil {
		return "", nil, "", fmt.Errorf("filling the store: %w", err)
	}
	if key, _, err = a.Workspaces.CreateKey(ctx, "demo", ident.ScopeAdmin, "demo "+strconv.FormatInt(a.Now().Unix(), 10)); err != nil {
		return "", nil, "", fmt.Errorf("making a key: %w", err)
	}
	token, err = shop.Share(ctx, a)
	return key, shop, token, err
}

// free gives the address to listen on: another port where the usual one is
// taken and none was asked for.
func free(addr string, asked bool) (string, error) {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) && !asked {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return "", taken(fmt.Errorf("listening: %w", err), addr)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String(), nil
}

// taken says what to do about a port that another program listens on; other
// errors pass unchanged.
func taken(err error, addr string) error {
	host, port, split := net.SplitHostPort(addr)
	n, number := strconv.Atoi(port)
	if !errors.Is(err, syscall.EADDRINUSE) || split != nil || number != nil {
		return err
	}
	if n++; n > 65535 {
		n = 1024
	}
	return fmt.Errorf("%s: %w; choose another with --addr %s", addr, syscall.EADDRINUSE, net.JoinHostPort(host, strconv.Itoa(n)))
}
