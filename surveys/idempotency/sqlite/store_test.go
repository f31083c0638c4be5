package sqlite_test

import (
	"testing"

	"waymark/surveys/engine/enginetest"
	"waymark/surveys/idempotency"
	"waymark/surveys/idempotency/sqlite"
	"waymark/surveys/idempotency/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) idempotency.Store { return sqlite.New(enginetest.SQLite(t, sqlite.Steps)) })
}
