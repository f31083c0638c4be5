package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// lookAtEviction warns of a Redis that throws tasks away when its memory is
// full. One that tells nothing of it, or does not answer, is left alone.
func (w *work) lookAtEviction(ctx context.Context, opt asynq.RedisConnOpt) {
	client, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return
	}
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if p := evictionPolicy(ctx, client); p != "" && p != "noeviction" {
		w.app.Log.Warn(fmt.Sprintf("Redis may evict (%s): set maxmemory-policy noeviction", p))
	}
}

// evictionPolicy asks by INFO first: hosted servers often forbid CONFIG.
func evictionPolicy(ctx context.Context, client redis.UniversalClient) string {
	if info, err := client.Info(ctx, "memory").Result(); err == nil {
		for line := range strings.Lines(info) {
			if p, found := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:"); found {
				return p
			}
		}
	}
	c, err := client.ConfigGet(ctx, "maxmemory-policy").Result()
	if err != nil {
		return ""
	}
	return c["maxmemory-policy"]
}
