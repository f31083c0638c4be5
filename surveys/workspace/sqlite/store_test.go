package sqlite_test

import (
	"context"
	"testing"
	"time"

	"waymark/surveys/engine/enginetest"
	"waymark/surveys/ident"
	"waymark/surveys/workspace"
	"waymark/surveys/workspace/sqlite"
	"waymark/surveys/workspace/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) workspace.Store { return sqlite.New(enginetest.SQLite(t, sqlite.Steps)) })
}

// BenchmarkAuthenticate measures what every request pays for its key.
func BenchmarkAuthenticate(b *testing.B) {
	ctx := context.Background()
	svc := &workspace.Service{Store: sqlite.New(enginetest.SQLite(b, sqlite.Steps)), Now: time.Now}
	key, _, err := svc.CreateKey(ctx, "shop", ident.ScopeResponses, "")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := svc.Authenticate(ctx, key); err != nil {
				b.Error(err)
			}
		}
	})
}
