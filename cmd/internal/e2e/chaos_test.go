package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// worker starts "waymark worker".
func worker(t *testing.T, args []string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(bin, append([]string{"worker"}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func TestSeveralProcessesNeedAStoreAndAQueueThatTheyShare(t *testing.T) {
	for _, name := range []string{"api", "worker"} {
		out, err := exec.Command(bin, name).CombinedOutput()
		if e, ok := err.(*exec.ExitError); !ok || e.ExitCode() != 2 || !strings.Contains(string(out), "--mongo") || !strings.Contains(string(out), "--redis") {
			t.Errorf("%s: %v %s", name, err, out)
		}
	}
}

// Two api and two worker processes share a store and a Redis. One of them is
// killed at random, again and again; in between Redis forgets everything, in
// every other round because it is stopped and started again while answers come
// in. WAYMARK_TEST_CHAOS_ROUNDS and WAYMARK_TEST_SEED choose how often and which.
func TestKilledProcessesAndAForgetfulRedisLoseNothing(t *testing.T) { // attacks 57, 58 and 60
	server := newRedis(t)
	args := append(mongoStore(t), "--redis", server.url())
	rounds, seed := 4, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("WAYMARK_TEST_CHAOS_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("WAYMARK_TEST_SEED"), 10, 64); err == nil {
		seed = n
	}
	r := rand.New(rand.NewPCG(seed, 0))
	opt, err := redis.ParseURL(args[3])
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	defer c.Close()
	apis := []*program{startCommand(t, "api", args, nil)}
	_, survey := apis[0].survey()
	apis = append(apis, startCommand(t, "api", args, nil))
	workers := []*exec.Cmd{worker(t, args), worker(t, args)}
	acknowledged, withoutRedis := map[string]bool{}, 0
	for round := range rounds {
		var mu sync.Mutex
		var load sync.WaitGroup
		for i, p := range apis {
			load.Go(func() {
				for n := range 15 {
					id := fmt.Sprintf("r%d-%d-%d", round, i, n)
					a, err := p.try("POST", "/v1/responses", strings.NewReader(fmt.Sprintf(`{"survey":%q,"id":%q,"answers":{"sat":%d}}`, survey, id, 1+n%5)))
					if err == nil && a.status == 201 {
						mu.Lock()
						acknowledged[id] = true
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
		switch victim := r.IntN(4); victim {
		case 0, 1:
			apis[victim].kill()
			load.Wait()
			apis[victim] = startCommand(t, "api", args, nil)
		default:
			_ = workers[victim-2].Process.Kill()
			_ = workers[victim-2].Wait()
			load.Wait()
			workers[victim-2] = worker(t, args)
		}
		if round%2 == 0 {
			if err := c.FlushAll(context.Background()).Err(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		server.stop()
		for i, p := range apis {
			o := &outage{t: t, p: p}
			o.ready(200, `"degraded":["redis"]`)
			for n := range 5 {
				id := fmt.Sprintf("w%d-%d-%d", round, i, n)
				p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":%q,"answers":{"sat":%d}}`, survey, id, 1+n%5))
				acknowledged[id], withoutRedis = true, withoutRedis+1
			}
		}
		server.start()
		for _, p := range apis { // by themselves: none of them is started again
			o := &outage{t: t, p: p}
			o.ready(200, `"degraded":[]`)
		}
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was acknowledged: the test tried nothing")
	}
	for id := range acknowledged {
		apis[0].want(200, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":%q,"answers":{"sat":%d}}`, survey, id, 1+number(id)%5))
	}
	apis[0].waitRolledUp()
	apis[0].verify(args...)
	t.Logf("%d acknowledged answers in %d rounds, %d of them while Redis was gone: none lost", len(acknowledged), rounds, withoutRedis)
}

func number(id string) int {
	n, _ := strconv.Atoi(id[strings.LastIndexByte(id, '-')+1:])
	return n
}
