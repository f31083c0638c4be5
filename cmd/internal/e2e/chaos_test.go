package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
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

// Two api and two worker processes share a store and a Redis. Again and again,
// while answers come in, one of them is killed and started again, and Redis
// forgets everything, in every other round because it is stopped and started
// again. Each process is a victim before one is so twice.
// WAYMARK_TEST_CHAOS_ROUNDS and WAYMARK_TEST_SEED choose how often and which.
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
	random := rand.New(rand.NewPCG(seed, 0))
	opt, err := redis.ParseURL(server.url())
	if err != nil {
		t.Fatal(err)
	}
	flusher := redis.NewClient(opt)
	defer flusher.Close()
	forget := func() {
		t.Helper()
		if err := flusher.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	first := startCommand(t, "api", args, nil)
	_, survey := first.survey()
	l := newLoad(t, survey, first, startCommand(t, "api", args, nil))
	workers := []*exec.Cmd{worker(t, args), worker(t, args)}
	victims := random.Perm(4)
	for round := range rounds {
		victim := random.IntN(4)
		if round < len(victims) {
			victim = victims[round]
		}
		l.begin(round)
		l.goesOn()
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
		if victim < 2 {
			l.kill(victim)
		} else {
			_ = workers[victim-2].Process.Kill()
			_ = workers[victim-2].Wait()
		}
		l.goesOn()
		if round%2 == 0 {
			forget()
		} else {
			server.stop()
			l.ready(`"degraded":["redis"]`)
			before := l.answered.Load()
			l.goesOn()
			l.withoutRedis += l.answered.Load() - before
			server.start()
		}
		if victim < 2 {
			l.apis[victim].Store(startCommand(t, "api", args, nil))
		} else {
			workers[victim-2] = worker(t, args)
		}
		l.ready(`"degraded":[]`) // by themselves: Redis is back, and nobody told them
		l.goesOn()
		l.end()
		// Now: later answers could mend what a kill left behind.
		l.apis[0].Load().waitRolledUp()
		l.apis[0].Load().verify(args...)
	}
	if l.cut.Load() == 0 && rounds >= len(victims) {
		t.Error("no kill cut a request off: the test tried nothing")
	}
	// With no worker left, what is queued is forgotten, and no answer follows that
	// would have it queued again: only the store knows of it.
	for _, w := range workers {
		_ = w.Process.Kill()
		_ = w.Wait()
	}
	p := l.apis[0].Load()
	forget()
	for i := range 5 {
		id := fmt.Sprintf("last-%d", i)
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"id":%q,"answers":{"sat":5}}`, survey, id))
		l.acknowledged[id] = true
	}
	queued := func() bool { return len(flusher.Keys(context.Background(), "asynq:*:pending").Val()) > 0 }
	for end := time.Now().Add(10 * time.Second); !queued(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing was queued")
		}
	}
	forget()
	worker(t, args)
	p.waitRolledUp()
	p.verify(args...)
	stored := map[string]int{}
	for line := range bytes.Lines(p.want(200, "GET", "/v1/responses/export.ndjson?survey="+survey, "").body) {
		var r struct {
			ID string `json:"sender_id"`
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("a line of the export is not whole: %v %.200s", err, line)
		}
		if stored[r.ID]++; stored[r.ID] > 1 {
			t.Errorf("the answer %s is there %d times", r.ID, stored[r.ID])
		}
	}
	for id := range l.acknowledged {
		if stored[id] == 0 {
			t.Errorf("the acknowledged answer %s is lost", id)
		}
	}
	t.Logf("victims %v: %d acknowledged answers in %d rounds and %d repeats, %d requests cut off, %d answered while Redis was gone: none lost",
		victims, len(l.acknowledged), rounds, l.answered.Load()-int64(len(l.acknowledged)), l.cut.Load(), l.withoutRedis)
}
