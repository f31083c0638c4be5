package mongo_test

import (
	"testing"

	"waymark/surveys/engine/enginetest"
	"waymark/surveys/workspace"
	"waymark/surveys/workspace/mongo"
	"waymark/surveys/workspace/storetest"
)

func TestConformance(t *testing.T) {
	enginetest.Servers(t, func(t *testing.T, uri string) {
		storetest.Run(t, func(t *testing.T) workspace.Store { return mongo.New(enginetest.Mongo(t, uri, mongo.Steps)) })
	})
}
