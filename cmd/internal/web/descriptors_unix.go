//go:build unix

package web

import "syscall"

// descriptors is how many files and connections the process may have open; 0
// where nobody says.
func descriptors() uint64 {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return uint64(r.Cur) // signed on some systems
}

// exhausted are what accepting fails with while there is no room for another
// connection.
var exhausted = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED}
