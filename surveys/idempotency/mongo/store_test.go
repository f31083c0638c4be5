package mongo_test

import (
	"testing"

	"waymark/surveys/engine/enginetest"
	"waymark/surveys/idempotency"
	"waymark/surveys/idempotency/mongo"
	"waymark/surveys/idempotency/storetest"
)

func TestConformance(t *testing.T) {
	enginetest.Servers(t, func(t *testing.T, uri string) {
		storetest.Run(t, func(t *testing.T) idempotency.Store { return mongo.New(enginetest.Mongo(t, uri, mongo.Steps)) })
	})
}
