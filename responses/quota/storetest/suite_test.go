package storetest_test

import (
	"testing"

	"waymark/responses/quota"
	"waymark/responses/quota/mongo"
	"waymark/responses/quota/sqlite"
	"waymark/responses/quota/storetest"
	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
)

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) quota.Store { return sqlite.New(enginetest.SQLite(t, sqlite.Steps)) })
}

func TestMongo(t *testing.T) {
	enginetest.Mongos(t, mongo.Steps, func(t *testing.T, m *engine.Mongo) {
		n := 0
		storetest.Run(t, func(t *testing.T) quota.Store {
			n++
			return mongo.New(enginetest.Fresh(t, m, mongo.Steps, n))
		})
	})
}
