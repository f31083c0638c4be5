package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrInUse says that another process has the store open.
var ErrInUse = errors.New("another process has the store open; stop it first")

// Backup writes a consistent copy of the store at path to file, which must not
// exist; writers go on meanwhile. The copy holds all that was durable when it
// began, is durable itself when Backup returns, and has no log beside it.
func Backup(ctx context.Context, path, file string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("finding the store: %w", err)
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s exists already", file)
	}
	db, err := sql.Open("sqlite", dsn(path, "_pragma", "busy_timeout(10000)"))
	if err != nil {
		return fmt.Errorf("opening %s: %w", path, err)
	}
	defer func() { _ = db.Close() }()
	part := file + ".part"
	_ = os.Remove(part)
	made, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // nobody else may read it, from the first byte
	if err != nil {
		return fmt.Errorf("making the copy: %w", err)
	}
	_ = made.Close()
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	// VACUUM INTO reads in one transaction and leaves out what was erased.
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return fmt.Errorf("copying the store: %w", err)
	}
	return settle(part, file)
}

// Restore puts a backup in the place of the store at path. Another process
// that has the store open is ErrInUse. A store that is there already is kept
// as aside. newest is the schema version that this program knows.
func Restore(ctx context.Context, file, path, aside string, newest int) (err error) {
	if err := checkBackup(ctx, file, newest); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	there := false
	if _, err := os.Stat(path); err == nil {
		there = true
		if aside == "" {
			return fmt.Errorf("there is a store at %s already", path)
		}
		if err := alone(ctx, path); err != nil {
			return err
		}
	}
	part := path + ".part"
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if err := copyFile(file, part); err != nil {
		return fmt.Errorf("copying the backup: %w", err)
	}
	if there {
		if err := os.Rename(path, aside); err != nil {
			return fmt.Errorf("putting the old store aside: %w", err)
		}
	}
	for _, log := range []string{"-wal", "-shm"} { // of another store: they would be played into this one
		if err := os.Remove(path + log); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing an old log: %w", err)
		}
	}
	return settle(part, path)
}

// checkBackup refuses what is no whole store of a known version.
func checkBackup(ctx context.Context, file string, newest int) error {
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("finding the backup: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(file, "mode", "ro", "immutable", "1"))
	if err != nil {
		return fmt.Errorf("opening the backup: %w", err)
	}
	defer func() { _ = db.Close() }()
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&sound); err != nil || sound != "ok" {
		return fmt.Errorf("%s is damaged or no backup (%s %v)", file, sound, err)
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("reading the backup's schema version: %w", err)
	}
	switch {
	case version == 0:
		return fmt.Errorf("%s is no backup of Waymark", file)
	case version > newest:
		return fmt.Errorf("the backup has schema version %d, and this program knows versions up to %d; use a newer program", version, newest)
	}
	return nil
}

// alone makes sure that no other process has the store open: leaving the
// write-ahead log is refused as long as one has.
func alone(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, "_pragma", "busy_timeout(500)"))
	if err != nil {
		return fmt.Errorf("opening %s: %w", path, err)
	}
	defer func() { _ = db.Close() }()
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode=DELETE").Scan(&mode); err != nil || mode != "delete" {
		return ErrInUse
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// settle makes a file durable and gives it its name.
func settle(part, file string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("making the copy durable: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Rename(part, file)); err != nil {
		return fmt.Errorf("making the copy durable: %w", err)
	}
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("making the copy durable: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
