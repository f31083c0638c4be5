package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"

	"modernc.org/sqlite"

	"waymark/surveys/fault"
)

// place is a file that must stay where it was opened: every connection opens
// it by its name again, and one to another file there would answer with
// another store's rows. SQLite also removes logs by name when it closes.
type place struct {
	path   string
	opened os.FileInfo // nil until it is made
	wrap   func(driver.Conn) driver.Conn
}

// keep notes the file that lies there now as the one.
func (p *place) keep() (err error) {
	if p.opened, err = os.Stat(p.path); err != nil {
		return fmt.Errorf("opening %s: %w", p.path, err)
	}
	return nil
}

// kept reports a file that was moved, deleted or replaced since.
func (p *place) kept() error {
	if p.opened == nil {
		return nil
	}
	now, err := os.Stat(p.path)
	if err == nil && os.SameFile(p.opened, now) {
		return nil
	}
	return fault.Wrap(err, fault.Unavailable, "store-gone", "The store's file is not where it was opened: put it back, or start again with another one.")
}

// pool opens connections to the file as long as it is in its place.
func (p *place) pool(dsn string) *sql.DB { return sql.OpenDB(connector{p, dsn}) }

type connector struct {
	place *place
	dsn   string
}

// The connections of this package only: the registered driver may be given
// functions by others.
var sqliteDriver = &sqlite.Driver{}

func (c connector) Driver() driver.Driver { return sqliteDriver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	if err := c.place.kept(); err != nil {
		return nil, err
	}
	conn, err := sqliteDriver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	if err := c.place.kept(); err != nil { // it may be the other file
		return nil, errors.Join(err, conn.Close())
	}
	if c.place.wrap != nil {
		conn = c.place.wrap(conn)
	}
	return conn, nil
}

// makeFile makes a file that is not there yet, for nobody else to read; its
// logs take over its permissions.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil // SQLite says what it finds there
	case err != nil:
		return fmt.Errorf("making the store: %w", err)
	}
	return f.Close()
}
