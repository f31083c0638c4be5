package storetest_test

import (
	"testing"

	"waymark/surveys/engine"
	"waymark/surveys/engine/enginetest"
	"waymark/surveys/files"
	"waymark/surveys/files/mongo"
	"waymark/surveys/files/sqlite"
	"waymark/surveys/files/storetest"
)

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) files.Store { return sqlite.New(enginetest.SQLite(t, sqlite.Steps)) })
}

func TestMongo(t *testing.T) {
	enginetest.Mongos(t, mongo.Steps, func(t *testing.T, m *engine.Mongo) {
		n := 0
		storetest.Run(t, func(t *testing.T) files.Store {
			n++
			return mongo.New(enginetest.Fresh(t, m, mongo.Steps, n))
		})
	})
}
