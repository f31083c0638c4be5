package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"waymark/surveys/engine/enginetest"
)

// redisServer starts a Redis of the test's own and gives its URL.
func redisServer(t *testing.T) string {
	t.Helper()
	return newRedis(t).url()
}

// ownRedis is a Redis that the test may stop and start again; it keeps nothing.
type ownRedis struct {
	t          *testing.T
	path, port string
	cmd        *exec.Cmd
}

func newRedis(t *testing.T) *ownRedis {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("NOT RUN: redis-server is not installed")
	}
	r := &ownRedis{t: t, path: path, port: freePort(t)}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return fmt.Sprint(ln.Addr().(*net.TCPAddr).Port)
}

func (r *ownRedis) url() string { return "redis://127.0.0.1:" + r.port + "/0" }

func (r *ownRedis) start() {
	r.t.Helper()
	r.cmd = exec.Command(r.path, "--port", r.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", r.t.TempDir())
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + r.port})
	defer c.Close()
	for range 100 {
		if c.Ping(context.Background()).Err() == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.t.Fatal("redis-server did not start")
}

func (r *ownRedis) stop() {
	if r.cmd != nil {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
		r.cmd = nil
	}
}

func (p *program) waitRolledUp() {
	p.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		a := p.want(200, "GET", "/metrics", "")
		if strings.Contains(string(a.body), "waymark_rollup_oldest_mark_seconds 0\n") {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("answers are still not rolled up:\n%s", p.log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (p *program) verify(args ...string) {
	p.t.Helper()
	out, err := exec.Command(bin, append([]string{"verify"}, args...)...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), " 0 differences") || strings.HasPrefix(string(out), "0 compared") {
		p.t.Fatalf("verify: %v %s", err, out)
	}
}

func (p *program) answers(survey string, n int) {
	p.t.Helper()
	for i := range n {
		p.want(201, "POST", "/v1/responses", fmt.Sprintf(`{"survey":%q,"answers":{"sat":%d},"properties":{"state":"SP"}}`, survey, 1+i%5))
	}
}

// Nothing in these tests calls the roll-up: the notifier, the queue, the
// worker and the sweep do.

func TestAnswersAreRolledUpByThemselves(t *testing.T) {
	args := []string{"--data", t.TempDir()}
	p := startWith(t, args, nil)
	_, survey := p.survey()
	p.answers(survey, 20)
	p.waitRolledUp()
	p.verify(args...)
	const count = "\nwaymark_rollup_lag_seconds_count "
	if body := string(p.want(200, "GET", "/metrics", "").body); !strings.Contains(body, count) || strings.Contains(body, count+"0\n") {
		t.Error("how long answers waited for their roll-up is not counted")
	}
}

func TestAFlushOfRedisLosesNothing(t *testing.T) { // attack 57
	url := redisServer(t)
	args := []string{"--data", t.TempDir(), "--redis", url}
	p := startWith(t, args, nil)
	_, survey := p.survey()
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	defer c.Close()
	for range 10 {
		p.answers(survey, 20)
		if err := c.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	p.waitRolledUp()
	p.verify(args...)
}

func TestTheProgramRunsOnMongoDBAndRedis(t *testing.T) {
	uri := os.Getenv(enginetest.FerretVariable)
	if uri == "" {
		t.Skipf("NOT RUN: %s names no server", enginetest.FerretVariable)
	}
	args := []string{"--mongo", enginetest.WithDatabase(t, uri), "--redis", redisServer(t)}
	p := startWith(t, args, nil)
	_, survey := p.survey()
	p.answers(survey, 30)
	p.waitRolledUp()
	p.verify(args...)
	if code := p.stop(); code != 0 {
		t.Errorf("a graceful stop gave exit code %d\n%s", code, p.log)
	}
	p = startWith(t, args, nil) // what was stored is still there
	if n := len(p.want(200, "GET", "/v1/responses?limit=100&survey="+survey, "").object(t)["data"].([]any)); n != 30 {
		t.Errorf("%d responses", n)
	}
}
