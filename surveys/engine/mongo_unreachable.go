package engine

import (
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/x/mongo/driver/topology"

	"waymark/surveys/fault"
)

// unreachable says in a sentence that none of the hosts answers, and why; the
// driver dumps all it knows of them. Other errors pass unchanged.
func unreachable(err error, hosts []string) error {
	var s topology.ServerSelectionError
	if !errors.As(err, &s) {
		return err
	}
	sentence := "no MongoDB answers at " + strings.Join(hosts, ", ")
	for _, server := range s.Desc.Servers {
		if server.LastError != nil {
			sentence += fmt.Sprintf(" (%v)", innermost(server.LastError))
			break
		}
	}
	return fault.New(fault.Unavailable, "store-down", "%s", sentence)
}

func innermost(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}
