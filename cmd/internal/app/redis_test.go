package app

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/hibiken/asynq"
)

// fake is a Redis that answers INFO and CONFIG with what is given; nothing forbids the command.
func fake(t *testing.T, info, config string) asynq.RedisConnOpt {
	t.Helper()
	m := miniredis.RunT(t)
	m.Server().SetPreHook(func(p *server.Peer, cmd string, _ ...string) bool {
		switch {
		case cmd == "INFO" && info != "":
			p.WriteBulk(info)
		case cmd == "CONFIG" && config != "":
			p.WriteMapLen(1)
			p.WriteBulk("maxmemory-policy")
			p.WriteBulk(config)
		case cmd == "INFO" || cmd == "CONFIG":
			p.WriteError("ERR unknown command")
		default:
			return false
		}
		return true
	})
	return asynq.RedisClientOpt{Addr: m.Addr()}
}

func TestARedisThatMayEvictIsWarnedOf(t *testing.T) {
	const sentence = "Redis may evict (allkeys-lru): set maxmemory-policy noeviction"
	for _, c := range []struct{ name, info, config, want string }{
		{"by INFO", "# Memory\r\nused_memory:1\r\nmaxmemory_policy:allkeys-lru\r\n", "", sentence},
		{"by CONFIG", "# Memory\r\nused_memory:1\r\n", "allkeys-lru", sentence},
		{"INFO is forbidden", "", "allkeys-lru", sentence},
		{"it does not", "# Memory\r\nmaxmemory_policy:noeviction\r\n", "", ""},
		{"it tells nothing", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log strings.Builder
			w := &work{app: &App{Log: slog.New(slog.NewTextHandler(&log, nil))}}
			w.lookAtEviction(t.Context(), fake(t, c.info, c.config))
			if got := log.String(); !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("it logs %q, want %q", got, c.want)
			}
		})
	}
}
