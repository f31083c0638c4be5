#!/usr/bin/env bash
# FerretDB behind its one-writer proxy, for the tests of the MongoDB stores.
#
#   bash .ci/ferret.sh exec -- go test ./surveys/workspace/mongo/...
#       starts one of its own, runs the command with WAYMARK_TEST_FERRET_URI
#       set, stops it again and exits as the command did
#   eval "$(bash .ci/ferret.sh start [NAME])"
#       starts one in the background (it ends by itself after three hours) and
#       prints the line that exports WAYMARK_TEST_FERRET_URI
#   bash .ci/ferret.sh stop [NAME]
#       ends it and removes its data
#   bash .ci/ferret.sh build
#       only builds, and prints where the program is
#
# NAME keeps several apart; it defaults to "default".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${WAYMARK_CI_TMP:-${TMPDIR:-/tmp}/waymark-ferret-$(id -u)}
mkdir -p "$root"
bin=$root/ferret

build() {
	# go build is quick when nothing changed; the rename keeps a running
	# program and a second builder from seeing half a file.
	(cd "$here/ferret" && go build -tags ferretdb_no_postgresql -o "$bin.$$" . && mv "$bin.$$" "$bin")
}

# launch DIR LIFETIME leaves DIR/pid, DIR/uri and DIR/log behind.
launch() {
	local dir=$1 lifetime=$2 i
	rm -rf "$dir"
	mkdir -p "$dir"
	nohup "$bin" --addr 127.0.0.1:0 --data "$dir/data" --addr-file "$dir/uri" --lifetime "$lifetime" \
		>"$dir/log" 2>&1 </dev/null &
	echo $! >"$dir/pid"
	for ((i = 0; i < 200; i++)); do
		[ -s "$dir/uri" ] && return 0
		kill -0 "$(cat "$dir/pid")" 2>/dev/null || break
		sleep 0.05
	done
	echo "ferret.sh: FerretDB did not start:" >&2
	tail -20 "$dir/log" >&2
	return 1
}

# halt DIR ends what launch started there, if it still runs, and cleans up.
halt() {
	local dir=$1 pid i
	[ -s "$dir/pid" ] || return 0
	pid=$(cat "$dir/pid")
	# The number may have been given to another process since.
	if [ "$(readlink "/proc/$pid/exe" 2>/dev/null | sed 's/ (deleted)$//')" = "$bin" ]; then
		kill -TERM "$pid" 2>/dev/null || true
		for ((i = 0; i < 100; i++)); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL "$pid" 2>/dev/null || true
	fi
	rm -rf "$dir"
}

case ${1:-} in
build)
	build
	echo "$bin"
	;;
start)
	dir=$root/${2:-default}.d
	halt "$dir"
	build
	launch "$dir" 3h
	echo "export WAYMARK_TEST_FERRET_URI=$(cat "$dir/uri")"
	;;
stop)
	halt "$root/${2:-default}.d"
	;;
exec)
	shift
	[ "${1:-}" = -- ] && shift
	[ $# -gt 0 ] || { echo "ferret.sh: exec needs a command" >&2; exit 2; }
	build
	dir=$root/exec-$$.d
	trap 'halt "$dir"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	launch "$dir" 2h
	WAYMARK_TEST_FERRET_URI=$(cat "$dir/uri")
	export WAYMARK_TEST_FERRET_URI
	"$@" </dev/null
	;;
*)
	sed -n '2,/^set/p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//' >&2
	exit 2
	;;
esac
