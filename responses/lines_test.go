package responses

import (
	"testing"
	"testing/synctest"
)

func TestLinesWaitForRoomSoThatABatchTakesBoundedMemory(t *testing.T) {
	for name, c := range map[string]struct{ size, most int }{
		"many short lines": {100, 500},
		"some long ones":   {256 << 10, 16}, // 4 MiB
		"one that is huge": {5 << 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newLineQueue()
				put := 0
				go func() {
					for put < 10_000 && q.put(line{number: put + 1, size: c.size}) {
						put++
					}
				}()
				synctest.Wait()
				if put != c.most {
					t.Errorf("%d lines wait, want %d", put, c.most)
				}
				if group := q.take(); len(group) != c.most {
					t.Errorf("a group of %d lines, want %d", len(group), c.most)
				}
				synctest.Wait()
				if put != 2*c.most { // room was made
					t.Errorf("after a group was taken %d lines had come, want %d", put, 2*c.most)
				}
				q.abandon()
			})
		})
	}
}
