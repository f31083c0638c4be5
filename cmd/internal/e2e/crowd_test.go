package e2e

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// More connections than the process may open ended it: accepting failed.
func TestACrowdOfConnectionsNeitherEndsTheServerNorKeepsOthersOut(t *testing.T) { // attack 52
	const descriptors, crowd = 200, 700
	p := startWith(t, []string{"--data", t.TempDir()}, nil, "sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$@"`, descriptors), "sh")
	_, survey := p.survey()
	p.http.CloseIdleConnections()
	for name, says := range map[string]string{"silent ones": "", "half a header": "GET /livez HTTP/1.1\r\nX-Slow: ", "idle after a request": "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"} {
		var all []net.Conn
		for range crowd {
			c, err := net.DialTimeout("tcp", strings.TrimPrefix(p.base, "http://"), 5*time.Second)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, c)
			_, _ = io.WriteString(c, says)
		}
		for i := range 20 {
			p.http.CloseIdleConnections()
			a, err := p.try("POST", "/v1/responses", strings.NewReader(fmt.Sprintf(`{"survey":%q,"answers":{"sat":4}}`, survey)))
			if err != nil || a.status != 201 {
				t.Errorf("%s: request %d: %d %v %.300s", name, i, a.status, err, a.body)
			}
		}
		for _, c := range all {
			_ = c.Close()
		}
	}
	if code := p.stop(); code != 0 || t.Failed() {
		t.Errorf("exit code %d\n%s", code, p.log)
	}
}
