package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"

	"waymark/cmd/internal/app"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
)

// v1Scores is what the program of version 1 answered over that store.
//
//go:embed testdata/version1.scores.json
var v1Scores []byte

// newest is the schema version of the program for the store that args name.
func newest(args []string) int {
	if args[0] == "--mongo" {
		return engine.MongoVersion(app.MongoSteps())
	}
	return engine.SQLiteVersion(app.SQLiteSteps())
}

func unmigrated(args []string, have int) string {
	return fmt.Sprintf("The store has schema version %d and this program needs version %d: run `waymark migrate`.", have, newest(args))
}

func TestAStoreOfTheVersionBeforeIsRefusedThenMigratedWhole(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		for have := 1; have < engine.SQLiteVersion(app.SQLiteSteps()); have++ {
			t.Run(fmt.Sprint("version ", have), func(t *testing.T) {
				args := v1SQLite(t)
				upToSQLite(t, args, have)
				p := migrates(t, args, have)
				p.newSince4()
			})
		}
	})
	t.Run("mongo", func(t *testing.T) {
		for have := 2; have < engine.MongoVersion(app.MongoSteps()); have++ {
			t.Run(fmt.Sprint("version ", have), func(t *testing.T) {
				t.Parallel() // each waits two seconds for older programs
				args, _ := v1Mongo(t)
				upToMongo(t, args, have)
				p := migrates(t, args, have)
				p.newSince4()
			})
		}
		args, _ := v1Mongo(t)
		p := migrates(t, args, 1)
		p.newSince4()
		// Of a pair with one id both links hold where none was revoked, and each
		// can now be revoked by itself; where one was revoked neither holds.
		p.want(200, "GET", "/m/freefreefreefreefreefreefre", "")
		p.want(404, "GET", "/m/twintwintwintwintwintwintwi", "")
		shares := p.want(200, "GET", "/v1/maps/"+v1Shop+"/shares", "").object(t)["data"].([]any)
		if len(shares) != 2 {
			t.Fatalf("shares: %v", shares)
		}
		p.want(204, "DELETE", "/v1/maps/"+v1Shop+"/shares/shr_liveaaaaaaaaaaaaaaaaaaaaaa", "")
		p.want(404, "GET", "/m/liveliveliveliveliveliveliv", "")
		p.want(200, "GET", "/m/freefreefreefreefreefreefre", "")
	})
}

// upToSQLite brings a store to a version that is not the newest, as the program
// of that version would have.
func upToSQLite(t *testing.T, args []string, have int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := engine.OpenSQLite(ctx, filepath.Join(args[1], "waymark.db"), engine.SQLiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	all := app.SQLiteSteps()
	if err := db.Migrate(ctx, slices.DeleteFunc(all, func(s engine.SQLiteStep) bool { return s.Version > have })); err != nil {
		t.Fatal(err)
	}
}

// upToMongo is upToSQLite for MongoDB. A version without steps there is only
// recorded.
func upToMongo(t *testing.T, args []string, have int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	m, err := engine.OpenMongo(ctx, args[1])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close(ctx) }()
	steps := slices.DeleteFunc(app.MongoSteps(), func(s engine.MongoStep) bool { return s.Version > have })
	steps = append(steps, engine.MongoStep{Version: have, Domain: "test", Run: func(context.Context, *engine.Mongo) error { return nil }})
	if err := m.Migrate(ctx, steps); err != nil {
		t.Fatal(err)
	}
}

// newSince4 uses on a migrated store what version 4 brought.
func (p *program) newSince4() {
	p.t.Helper()
	path := "/v1/surveys/" + v1Delivery + "/links"
	made := p.want(201, "POST", path, `{"label":"Balcão","language":"pt-BR"}`).object(p.t)
	p.want(201, "POST", "/v1/surveys/"+v1Delivery+"/preview", "")
	list := p.want(200, "GET", path, "").object(p.t)["data"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["id"] != made["id"] {
		p.t.Errorf("links: %v", list)
	}
	p.want(204, "DELETE", path+"/"+made["id"].(string), "")
	file := p.upload("x.png", drawing(p.t)).object(p.t)
	p.want(200, "GET", "/v1/files/"+file["id"].(string), "")
}

// storeArgs are the arguments that name the store alone.
func storeArgs(args []string) []string { return args[:2] }

func migrates(t *testing.T, args []string, have int) *program {
	t.Helper()
	store := storeArgs(args)
	for range 2 { // the first refusal changed nothing
		command(t, 1, unmigrated(args, have), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
		command(t, 1, unmigrated(args, have), append([]string{"verify"}, store...)...)
		command(t, 1, unmigrated(args, have), append([]string{"keys", "list"}, store...)...)
	}
	for range 2 { // the second finds nothing to do
		command(t, 0, "up to date", append([]string{"migrate"}, store...)...)
	}
	p := startWith(t, args, v1Clock(t))
	p.key = v1Key
	p.waitRolledUp()
	p.readsVersion1()
	p.verify(store...)
	return p
}

// readsVersion1 reads every domain of the hand-written store.
func (p *program) readsVersion1() {
	p.t.Helper()
	holds := func(path string, parts ...string) {
		p.t.Helper()
		a := p.want(200, "GET", path, "")
		for _, s := range parts {
			if !strings.Contains(string(a.body), s) {
				p.t.Errorf("GET %s lacks %s: %.1500s", path, s, a.body)
			}
		}
	}
	holds("/v1/maps/"+v1Shop, `"version":2`, "Loja 🛒", `"updated_at":"2026-02-02T00:00:00.000Z"`, `"channel":"in_person"`)
	holds("/v1/maps/"+v1Shop+"/versions", `"pointer":"/title","from":"Loja","to":"Loja 🛒"`)
	holds("/v1/maps", v1Shop, v1Help)
	holds("/v1/surveys/"+v1Delivery, `"version":3`, "Como se sentiu?")
	holds("/v1/surveys/"+v1Delivery+"?version=1", `"version":1`, "Quão satisfeito está?")
	holds("/v1/surveys/srv_draftaaaaaaaaaaaaaaaaaaaaa", `"status":"draft"`, "Rascunho")
	holds("/v1/settings", `"version":2`, `"timezone":"America/Sao_Paulo"`)
	holds("/v1/responses/rsp_helpaaaaaaaaaaaaaaaaaaaaaa", `"calculated":{"total":1.50}`, `"language":"pt-BR"`, `"link":"lnk_1"`, `https://loja.example/?a=1&b=2`)
	p.want(404, "GET", "/v1/responses/rsp_crmsqfzh3dryzjtu5hpz6mzihu", "")
	p.want(200, "GET", "/m/liveliveliveliveliveliveliv", "")
	p.want(404, "GET", "/m/goneegoneegoneegoneegoneego", "")

	count := func(n int, query string) {
		p.t.Helper()
		if got := len(p.want(200, "GET", "/v1/responses?limit=100&"+query, "").object(p.t)["data"].([]any)); got != n {
			p.t.Errorf("%d responses of %s, want %d", got, query, n)
		}
	}
	count(15, "")
	count(14, "map="+v1Shop) // the map and the stage stand in columns of their own since version 2
	count(14, "map="+v1Shop+"&stage=delivery")
	count(0, "map="+v1Shop+"&stage=order")
	count(1, "map="+v1Help)
	count(1, "stage=chat")
	count(1, "status=suspect")
	count(1, "respondent=cust-3")
	count(5, "segment=state:RJ&status=counted")

	again := fmt.Sprintf(`{"survey":%q,"id":"o-1","answers":{"sat":5},"properties":{"state":"SP"}}`, v1Delivery)
	p.want(200, "POST", "/v1/responses", again)
	p.want(409, "POST", "/v1/responses", strings.Replace(again, "5", "4", 1))
	for _, deleted := range []string{"o-14", "o-15"} {
		p.want(410, "POST", "/v1/responses", strings.Replace(again, "o-1", deleted, 1))
	}
	if a := p.want(201, "POST", "/v1/maps", "{}", "Idempotency-Key", "k-1"); string(a.body) != `{"id":"`+v1Shop+`"}` {
		p.t.Errorf("the answer of an Idempotency-Key is %s", a.body)
	}
	gone := *p
	gone.key = "wm_gone_zyxwvutsrqponmlkjihgfedcba9876543210"
	gone.want(401, "GET", "/v1/maps", "")

	var before map[string]any
	if err := json.Unmarshal(v1Scores, &before); err != nil {
		p.t.Fatal(err)
	}
	for path, want := range before {
		var got any
		if err := json.Unmarshal(p.want(200, "GET", path, "").body, &got); err != nil {
			p.t.Fatal(err)
		}
		lacks(p.t, path, want, got)
	}
}

// lacks reports what stands in want and not in got, which may say more.
func lacks(t *testing.T, at string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for k, v := range w {
			if gv, ok := g[k]; !ok {
				t.Errorf("%s has no %s any more", at, k)
			} else {
				lacks(t, at+"/"+k, v, gv)
			}
		}
		// A distribution may not say more.
		if strings.HasSuffix(at, "/distribution") && len(g) != len(w) {
			t.Errorf("%s: %v, before %v", at, g, w)
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Errorf("%s: %v, before %v", at, got, want)
			return
		}
		for i := range w {
			lacks(t, fmt.Sprint(at, "/", i), w[i], g[i])
		}
	default:
		if got != want {
			t.Errorf("%s: %v, before %v", at, got, want)
		}
	}
}

func TestABackupOfTheVersionBeforeIsRestoredAndThenMigrated(t *testing.T) {
	args := v1SQLite(t)
	file := filepath.Join(t.TempDir(), "copy.db")
	command(t, 0, "holds the store", append([]string{"backup", file}, args...)...) // also before it is migrated
	other := []string{"--data", t.TempDir()}
	command(t, 0, "`waymark migrate` brings an older one up to date", append([]string{"restore", file}, other...)...)
	migrates(t, other, 1)
	migrates(t, args, 1)

	// A backup of a store from the future stays where it is.
	sqlExec(t, file, "PRAGMA user_version = 7")
	third := []string{"--data", t.TempDir()}
	command(t, 1, fmt.Sprint("the backup has schema version 7, and this program knows versions up to ", newest(third)), append([]string{"restore", file}, third...)...)
	command(t, 1, "there is no store in", append([]string{"backup", filepath.Join(t.TempDir(), "x.db")}, third...)...)
}

// A migration that is killed at any instant is finished by the next one.
func TestAKilledMigrationGoesOn(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		args := v1SQLite(t)
		file := filepath.Join(args[1], "waymark.db")
		// Many more answers of the other map, so that there is time to kill it.
		sqlExec(t, file, `WITH RECURSIVE many (value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM many WHERE value < 60000) INSERT INTO responses SELECT ws, 'rsp_' || printf('%026d', value), rev, seq + value, survey, version, status, 1772409600000, received_at, answers, properties, respondent, more, NULL, NULL
			FROM responses, many WHERE id = 'rsp_helpaaaaaaaaaaaaaaaaaaaaaa'`)
		killed := killMigrations(t, storeArgs(args), 25*time.Millisecond, 12)
		p := startWith(t, args, v1Clock(t))
		p.key = v1Key
		if n := len(p.want(200, "GET", "/v1/responses?limit=100&stage=chat&map="+v1Help, "").object(t)["data"].([]any)); n != 100 {
			t.Errorf("%d responses of the map", n)
		}
		t.Logf("%d migrations were killed", killed)
	})
	t.Run("mongo", func(t *testing.T) {
		args, _ := v1Mongo(t)
		killed := killMigrations(t, storeArgs(args), 700*time.Millisecond, 5)
		p := startWith(t, args, v1Clock(t))
		p.key = v1Key
		p.waitRolledUp()
		p.readsVersion1()
		p.want(404, "GET", "/m/twintwintwintwintwintwintwi", "")
		t.Logf("%d migrations were killed", killed)
	})
}

// Each step of the product's own migration may be the last before a crash.
func TestAMigrationThatIsCutOffBetweenStepsGoesOn(t *testing.T) {
	if os.Getenv(enginetest.FerretVariable) == "" {
		t.Skipf("NOT RUN: %s names no server", enginetest.FerretVariable)
	}
	// As they run: version by version, each in its order.
	all := app.MongoSteps()
	slices.SortStableFunc(all, func(a, b engine.MongoStep) int { return a.Version - b.Version })
	first := slices.IndexFunc(all, func(s engine.MongoStep) bool { return s.Version > 1 })
	cut := errors.New("cut off")
	for n := first; n < len(all); n++ {
		t.Run(fmt.Sprint("before ", all[n].Domain, " ", n), func(t *testing.T) {
			t.Parallel() // a migration waits two seconds for older programs
			args, _ := v1Mongo(t)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			m, err := engine.OpenMongo(ctx, args[1])
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = m.Close(ctx) }()
			have := all[n].Version - 1 // those without steps are recorded too
			steps := append(all[:n:n], engine.MongoStep{Version: all[n].Version, Domain: "test", Run: func(context.Context, *engine.Mongo) error { return cut }})
			if err := m.Migrate(ctx, steps); !errors.Is(err, cut) {
				t.Fatal(err)
			}
			command(t, 1, unmigrated(args, have), append([]string{"verify"}, storeArgs(args)...)...)
			command(t, 0, "up to date", append([]string{"migrate"}, storeArgs(args)...)...)
			p := startWith(t, args, v1Clock(t))
			p.key = v1Key
			p.waitRolledUp()
			p.readsVersion1()
			p.want(404, "GET", "/m/twintwintwintwintwintwintwi", "")
		})
	}
}

// killMigrations kills migrations later and later, then lets one end.
func killMigrations(t *testing.T, args []string, step time.Duration, n int) (killed int) {
	t.Helper()
	for i := range n {
		cmd := exec.Command(bin, append([]string{"migrate"}, args...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i+1) * step)
		_ = cmd.Process.Kill()
		if err := cmd.Wait(); err == nil {
			break // it was quicker
		}
		killed++
	}
	if killed == 0 {
		t.Fatal("no migration was killed: the test tried nothing")
	}
	command(t, 0, "up to date", append([]string{"migrate"}, args...)...)
	return killed
}

// Attack 62: the older program refuses what a newer one migrated, at its start
// and while it runs. The newer one is played by the version it would record.
func TestAttack62AnOlderProgramDoesNotTouchANewerStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		args := []string{"--data", t.TempDir()}
		refusesNewer(t, args, func() {
			sqlExec(t, filepath.Join(args[1], "waymark.db"), fmt.Sprint("PRAGMA user_version = ", newest(args)+1))
		}, 0)
	})
	t.Run("mongo", func(t *testing.T) {
		args := mongoArgs(t)
		var db *mongo.Database
		// A migration announces itself, waits until older programs have looked
		// (two seconds), and then begins.
		refusesNewer(t, args, func() {
			if db == nil {
				db = mongoDatabase(t, args[1])
			}
			if _, err := db.Collection("meta").UpdateOne(context.Background(), bson.D{{Key: "_id", Value: "schema"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "next", Value: newest(args) + 1}}}}); err != nil {
				t.Fatal(err)
			}
		}, 2*time.Second)
	})
}

func refusesNewer(t *testing.T, args []string, migrate func(), after time.Duration) {
	newer := fmt.Sprintf("The store has schema version %d, which is newer than version %d, the newest this program knows: use a newer program.", newest(args)+1, newest(args))
	p := startWith(t, args, nil)
	_, survey := p.survey()
	p.answers(survey, 5)
	migrate()
	time.Sleep(after)
	for range 3 {
		for path, body := range map[string]string{
			"/v1/responses": fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`, survey),
			"/v1/maps":      `{"title":"x","stages":[{"id":"a","name":"A"}]}`,
		} {
			if a := p.want(503, "POST", path, body); !strings.Contains(string(a.body), newer) {
				t.Errorf("POST %s: %s", path, a.body)
			}
		}
	}
	p.want(503, "GET", "/readyz", "")
	if n := len(p.want(200, "GET", "/v1/responses?survey="+survey, "").object(t)["data"].([]any)); n != 5 {
		t.Errorf("%d responses are stored", n)
	}
	p.stop()
	if !strings.Contains(p.log.String(), newer) {
		t.Errorf("the log does not say why it is not ready:\n%s", p.log)
	}
	store := storeArgs(args)
	for _, c := range [][]string{append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), append([]string{"migrate"}, store...), append([]string{"verify"}, store...), append([]string{"rebuild"}, store...)} {
		command(t, 1, newer, c...)
	}
}
