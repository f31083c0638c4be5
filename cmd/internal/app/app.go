package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waymark/cmd/internal/config"
	"waymark/cmd/internal/web"
	"waymark/mapping"
	"waymark/mapping/cell"
	cellmongo "waymark/mapping/cell/mongo"
	cellsqlite "waymark/mapping/cell/sqlite"
	mappingmongo "waymark/mapping/mongo"
	mappingsqlite "waymark/mapping/sqlite"
	"waymark/responses"
	responsesmongo "waymark/responses/mongo"
	"waymark/responses/page"
	"waymark/responses/quota"
	quotamongo "waymark/responses/quota/mongo"
	quotasqlite "waymark/responses/quota/sqlite"
	responsessqlite "waymark/responses/sqlite"
	"waymark/surveys"
	"waymark/surveys/engine"
	"waymark/surveys/fault"
	"waymark/surveys/files"
	filesmongo "waymark/surveys/files/mongo"
	filessqlite "waymark/surveys/files/sqlite"
	"waymark/surveys/idempotency"
	idempotencymongo "waymark/surveys/idempotency/mongo"
	idempotencysqlite "waymark/surveys/idempotency/sqlite"
	"waymark/surveys/ident"
	"waymark/surveys/link"
	linkmongo "waymark/surveys/link/mongo"
	linksqlite "waymark/surveys/link/sqlite"
	surveysmongo "waymark/surveys/mongo"
	surveyssqlite "waymark/surveys/sqlite"
	"waymark/surveys/when"
	"waymark/surveys/workspace"
	workspacemongo "waymark/surveys/workspace/mongo"
	workspacesqlite "waymark/surveys/workspace/sqlite"
)

// App is the open program.
type App struct {
	Config      config.Config
	Log         *slog.Logger
	Now         func() time.Time
	Workspaces  *workspace.Service
	Surveys     *surveys.Service
	Files       *files.Service
	Links       *link.Service
	Responses   *responses.Service
	Pages       *page.Service
	Maps        *mapping.Service
	Scores      *mapping.ScoresService
	Idempotency *idempotency.Service
	Roller      *cell.Roller

	lag    prometheus.Collector
	sqlite *engine.SQLite // one of the two is nil
	mongo  *engine.Mongo
	stores stores
	seq    ident.Sequence
	// Fresh says that Open filled an empty store.
	Fresh bool
	// queueDown reports a queue that cannot be reached; nil while there is none.
	queueDown func() bool
}

// stores are the domains' stores on one engine.
type stores struct {
	workspaces  workspace.Store
	surveys     surveys.Store
	links       link.Store
	files       files.Store
	responses   responses.Store
	maps        mapping.Store
	idempotency idempotency.Store
	cells       cell.Store
	slots       quota.Store
}

// SQLiteSteps joins the schema of every domain.
func SQLiteSteps() (steps []engine.SQLiteStep) {
	for _, s := range [][]engine.SQLiteStep{workspacesqlite.Steps, idempotencysqlite.Steps, surveyssqlite.Steps, linksqlite.Steps, filessqlite.Steps, responsessqlite.Steps, mappingsqlite.Steps, cellsqlite.Steps, quotasqlite.Steps} {
		steps = append(steps, s...)
	}
	return steps
}

// MongoSteps joins the schema of every domain.
func MongoSteps() (steps []engine.MongoStep) {
	for _, s := range [][]engine.MongoStep{workspacemongo.Steps, idempotencymongo.Steps, surveysmongo.Steps, linkmongo.Steps, filesmongo.Steps, responsesmongo.Steps, mappingmongo.Steps, cellmongo.Steps, quotamongo.Steps} {
		steps = append(steps, s...)
	}
	return steps
}

// Schema says what Open does about the schema.
type Schema int

// Verify and Migrate fill an empty store; Verify then refuses an older one,
// Migrate brings it up to date. Existing is Verify for commands that have
// nothing to do in an empty store: where there is none they were pointed at
// the wrong place, and none is made.
const (
	Verify Schema = iota
	Migrate
	Existing
)

// Open opens the engine, looks after its schema, and wires the services.
func Open(ctx context.Context, c config.Config, log *slog.Logger, schema Schema) (*App, error) {
	a := &App{Config: c, Log: log, Now: clock(c.TestClock)}
	var err error
	if c.MongoURI != "" {
		err = a.openMongo(ctx, schema)
	} else {
		err = a.openSQLite(ctx, schema)
	}
	if err != nil {
		return nil, err
	}
	a.wire()
	if c.BootstrapKey != "" && schema != Existing {
		if err := a.Workspaces.Bootstrap(ctx, c.BootstrapKey); err != nil {
			_ = a.Close(context.WithoutCancel(ctx))
			return nil, fmt.Errorf("making the bootstrap key: %w", err)
		}
	}
	return a, nil
}

// DatabaseFile is the embedded store's file in a data directory.
func DatabaseFile(dir string) string { return filepath.Join(dir, "waymark.db") }

func (a *App) openSQLite(ctx context.Context, schema Schema) error {
	if _, err := os.Stat(DatabaseFile(a.Config.Data)); schema == Existing && errors.Is(err, os.ErrNotExist) {
		return NoStore(a.Config)
	}
	if err := os.MkdirAll(a.Config.Data, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	db, err := engine.OpenSQLite(ctx, DatabaseFile(a.Config.Data), engine.SQLiteOptions{})
	if err != nil {
		return err
	}
	steps := SQLiteSteps()
	have, err := db.SchemaVersion(ctx)
	if err == nil {
		err = a.look(have, schema, func() error { return db.Migrate(ctx, steps) }, func() error { return db.Verify(ctx, steps) })
	}
	if err != nil {
		_ = db.Close()
		return err
	}
	a.sqlite = db
	a.stores = stores{workspacesqlite.New(db), surveyssqlite.New(db), linksqlite.New(db), filessqlite.New(db), responsessqlite.New(db), mappingsqlite.New(db), idempotencysqlite.New(db), cellsqlite.New(db), quotasqlite.New(db)}
	return nil
}

// look does about a store of schema version have what schema says.
func (a *App) look(have int, schema Schema, migrate, verify func() error) error {
	switch {
	case have == 0 && schema == Existing:
		return NoStore(a.Config)
	case have == 0 || schema == Migrate:
		a.Fresh = have == 0
		return migrate()
	}
	return verify()
}

// NoStore is what commands say that found none and must not make one.
func NoStore(c config.Config) error {
	if c.MongoURI != "" {
		return errors.New("there is no store in this MongoDB database; is --mongo right?")
	}
	return fmt.Errorf("there is no store in %s; is --data right?", c.Data)
}

func (a *App) openMongo(ctx context.Context, schema Schema) error {
	m, err := engine.OpenMongo(ctx, a.Config.MongoURI)
	if err != nil {
		return err
	}
	steps := MongoSteps()
	have, err := m.SchemaVersion(ctx)
	if err == nil {
		err = a.look(have, schema, func() error { return m.Migrate(ctx, steps) }, func() error { return m.Verify(ctx, steps) })
	}
	if err != nil {
		_ = m.Close(context.WithoutCancel(ctx))
		return err
	}
	a.mongo = m
	a.stores = stores{workspacemongo.New(m), surveysmongo.New(m), linkmongo.New(m), filesmongo.New(m), responsesmongo.New(m), mappingmongo.New(m), idempotencymongo.New(m), cellmongo.New(m), quotamongo.New(m)}
	return nil
}

// At gives the same stores under another clock, to fill them with a past. It
// has no queue of its own and is not closed.
func (a *App) At(now func() time.Time) *App {
	b := &App{Config: a.Config, Log: a.Log, Now: now, sqlite: a.sqlite, mongo: a.mongo, stores: a.stores}
	b.wire()
	return b
}

func (a *App) wire() {
	a.Files = &files.Service{Store: a.stores.files, Now: a.Now}
	a.Workspaces = &workspace.Service{Store: a.stores.workspaces, Now: a.Now, Files: a.Files}
	a.Idempotency = &idempotency.Service{Store: a.stores.idempotency}
	a.Maps = &mapping.Service{Store: a.stores.maps, Now: a.Now, Seq: &a.seq}
	a.Surveys = &surveys.Service{Store: a.stores.surveys, Stages: a.Maps, Files: a.Files, Responses: a.stores.responses, Now: a.Now, Seq: &a.seq,
		Language: func(ctx context.Context, ws ident.Workspace) (string, error) {
			s, err := a.Workspaces.InForce(ctx, ws)
			return s.Language, err
		},
		RedirectHosts: func(ctx context.Context, ws ident.Workspace) ([]string, error) {
			s, err := a.Workspaces.InForce(ctx, ws)
			return s.RedirectHosts, err
		}}
	a.Maps.Surveys = a.Surveys // the two know each other
	a.Links = &link.Service{Store: a.stores.links, Surveys: a.Surveys, Now: a.Now, Seq: &a.seq}
	a.Responses = &responses.Service{Store: a.stores.responses, Slots: a.stores.slots, Surveys: a.Surveys, Files: a.Files, Now: a.Now, Seq: &a.seq,
		Changed: func(ident.Workspace, string) {},
		KnownMap: func(ctx context.Context, ws ident.Workspace, id string) error {
			_, err := a.Maps.Get(ctx, ws, id)
			return err
		}}
	a.Maps.KnownResponse = func(ctx context.Context, ws ident.Workspace, id string) error {
		_, err := a.Responses.Get(ctx, ws, id)
		return err
	}
	a.Pages = &page.Service{Links: a.Links, Surveys: a.Surveys, Responses: a.Responses, Files: a.Files, Now: a.Now,
		Look: func(ctx context.Context, ws ident.Workspace) (page.Look, error) {
			s, err := a.Workspaces.InForce(ctx, ws)
			return page.Look{Name: s.Name, Language: s.Language, Colour: s.Brand.Colour, Logo: s.Brand.Logo, RedirectHosts: s.RedirectHosts}, err
		}}
	lag := web.NewLag()
	a.lag = lag
	a.Roller = &cell.Roller{Cells: a.stores.cells, Responses: a.stores.responses, Versions: a.Surveys,
		Rolled: func(oldest when.Time) { lag.Observe(a.Now().Sub(oldest.Time()).Seconds()) }}
	a.Scores = &mapping.ScoresService{Maps: a.Maps, Surveys: a.Surveys, Windows: a.Roller, Now: a.Now,
		Ages: func(ctx context.Context, ws ident.Workspace) (fresh, stale time.Duration, err error) {
			s, err := a.Workspaces.InForce(ctx, ws)
			fresh, stale = s.FreshnessAges()
			return fresh, stale, err
		}}
}

// Server gives the HTTP server over the services.
func (a *App) Server() *web.Server {
	s := &web.Server{Workspaces: a.Workspaces, Surveys: a.Surveys, Links: a.Links, Files: a.Files, Responses: a.Responses, Pages: a.Pages, Maps: a.Maps, Scores: a.Scores, BaseURL: a.BaseURL(), Idempotency: a.Idempotency,
		Ready: a.ready, Gauges: a.gauges, Lag: a.lag, Now: a.Now, Log: a.Log, NoLimit: a.Config.LimitsOff, Proxies: a.Config.TrustedProxies}
	s.Handler()
	return s
}

// BaseURL is what the links that people get begin with: the configured one,
// else the address listened on.
func (a *App) BaseURL() string {
	if a.Config.BaseURL != "" {
		return a.Config.BaseURL
	}
	host, port, err := net.SplitHostPort(a.Config.Addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return "http://localhost:" + port
	}
	return "http://" + a.Config.Addr
}

func (a *App) ready(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var degraded []string
	if a.queueDown != nil && a.queueDown() {
		degraded = append(degraded, "redis")
	}
	if a.mongo != nil {
		return degraded, a.mongo.Ping(ctx)
	}
	return degraded, a.sqlite.Ping(ctx)
}

func (a *App) gauges() web.Gauges {
	var g web.Gauges
	if a.sqlite != nil {
		s := a.sqlite.Stats()
		g = web.Gauges{Commits: float64(s.Commits), Writes: float64(s.Writes), FailedCommits: float64(s.Failed), LargestCommit: float64(s.Largest), Waiting: float64(s.Waiting)}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	refs, oldest, err := a.stores.responses.Due(ctx, 1000)
	switch {
	case err != nil:
		g.OldestMarkSeconds = math.NaN() // a store that cannot be asked must not look rolled up
	case len(refs) > 0:
		g.OldestMarkSeconds = a.Now().Sub(oldest.Time()).Seconds()
	}
	return g
}

// Close ends the engine after what waits is written.
func (a *App) Close(ctx context.Context) error {
	if a.mongo != nil {
		return a.mongo.Close(ctx)
	}
	return a.sqlite.Close()
}

// Sweep removes what has run out, until ctx ends.
func (a *App) Sweep(ctx context.Context) {
	t := time.NewTicker(10 * time.Minute)
	defer t.Stop()
	for {
		c, cancel := context.WithTimeout(ctx, time.Minute)
		if _, err := a.Idempotency.Sweep(c, now(a.Now)); err != nil && !fault.Is(err, fault.Unavailable) {
			a.Log.Warn("sweeping idempotency records", "error", err)
		}
		if _, err := a.Links.Sweep(c); err != nil && !fault.Is(err, fault.Unavailable) {
			a.Log.Warn("sweeping previews", "error", err)
		}
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
