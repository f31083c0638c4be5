package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ferret:", err)
		os.Exit(1)
	}
}

// run parses the flags and serves until ctx ends or the lifetime is over.
func run(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("ferret", flag.ContinueOnError)
	addr := fs.String("addr", "127.0.0.1:0", "loopback `host:port` of the proxy; port 0 takes a free one")
	data := fs.String("data", "", "`directory` of the SQLite files; a temporary one, removed at the end, when empty")
	addrFile := fs.String("addr-file", "", "`file` to write the mongodb:// URI to, once it answers")
	lifetime := fs.Duration("lifetime", 0, "end by itself after this long; 0 means never")
	verbose := fs.Bool("v", false, "log what FerretDB says below a warning")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *lifetime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *lifetime)
		defer cancel()
	}
	dir := *data
	if dir == "" {
		tmp, err := os.MkdirTemp("", "waymark-ferret-")
		if err != nil {
			return fmt.Errorf("making a data directory: %w", err)
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	level := slog.LevelWarn
	if *verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))

	server, wait, err := startFerretDB(ctx, dir, log)
	if err != nil {
		return err
	}
	defer wait()
	l, err := listenLoopback(*addr)
	if err != nil {
		return err
	}
	uri := "mongodb://" + l.Addr().String() + "/"
	if *addrFile != "" {
		if err := writeWhole(*addrFile, uri+"\n"); err != nil {
			return err
		}
	}
	fmt.Println(uri)
	return newProxy(server, log).serve(ctx, l)
}

// startFerretDB runs FerretDB until ctx ends and returns the address it
// listens on and a function that waits for its end.
func startFerretDB(ctx context.Context, dir string, log *slog.Logger) (addr string, wait func(), err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", nil, fmt.Errorf("resolving the data directory: %w", err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", nil, fmt.Errorf("making the data directory: %w", err)
	}
	f, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:   log,
		Handler:  "sqlite",
		// No fsync: a test may kill the process, but nothing here cuts the power.
		SQLiteURL: "file:" + abs + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		return "", nil, fmt.Errorf("starting FerretDB: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = f.Run(ctx)
	}()
	u, err := url.Parse(f.MongoDBURI()) // waits until it listens
	if err != nil {
		return "", nil, fmt.Errorf("reading FerretDB's address: %w", err)
	}
	return u.Host, func() {
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
		}
	}, nil
}

// listenLoopback listens on addr and refuses one that others could reach.
func listenLoopback(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		_ = l.Close()
		return nil, fmt.Errorf("--addr %s is not on loopback: this server asks for no password", addr)
	}
	return l, nil
}

// writeWhole writes the file so that a reader sees all of it or nothing.
func writeWhole(name, text string) error {
	tmp := name + ".part"
	if err := os.WriteFile(tmp, []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing the address: %w", err)
	}
	if err := os.Rename(tmp, name); err != nil {
		return fmt.Errorf("writing the address: %w", err)
	}
	return nil
}
