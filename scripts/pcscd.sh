# A PC/SC stack with two virtual readers, for scripts that source this file (POSIX sh):
#   pcscd_start [DIR]   use the pcscd that answers, or start one whose log and process id are kept in DIR; wait for the
#                       readers
#   pcscd_stop [DIR]    stop what pcscd_start started with this DIR; a pcscd that ran before is left alone
# DIR is build/pcscd unless given. Both may be called again and again. Messages go to standard error; the exit status is
# not 0 where there is no stack.

pcscd_socket=/run/pcscd/pcscd.comm
pcscd_dir=build/pcscd
pcscd_ports='8C7B 8C7C' # 35963 and 35964 in hexadecimal, where Debian's vpcd waits for virtual cards
pcscd_sudo=
[ "$(id -u)" = 0 ] || pcscd_sudo=sudo

pcscd_say() { echo "pcscd: $*" >&2; }

# Whether a pcscd accepts a connection. Where systemd holds the socket, this starts its pcscd.
pcscd_answers() {
  perl -MIO::Socket::UNIX -e 'exit(IO::Socket::UNIX->new(Peer => $ARGV[0]) ? 0 : 1)' "$pcscd_socket" 2>/dev/null
}

# Whether both virtual readers wait for cards. Only looks: a connection would be a card.
pcscd_has_readers() {
  for port in $pcscd_ports; do
    awk -v end=":$port" '$4 == "0A" && substr($2, length($2) - 4) == end { found = 1 } END { exit !found }' \
      /proc/net/tcp || return 1
  done
}

# Waits up to 10 seconds for a command to succeed.
pcscd_await() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || return 1
    sleep 0.1
  done
}

# The number of the pcscd that runs, or that left its number behind. It writes a zero byte after it.
pcscd_id() { tr -d '\000' 2>/dev/null </run/pcscd/pcscd.pid; }

pcscd_is() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = pcscd ]; }

pcscd_ended() { ! pcscd_is "$1"; }

# What an earlier pcscd left behind. Its number may be another process's by now, and then a new pcscd would not start.
pcscd_clear_traces() {
  [ -e /run/pcscd/pcscd.pid ] || return 0
  pcscd_is "$(pcscd_id)" || $pcscd_sudo rm -f /run/pcscd/pcscd.pid "$pcscd_socket"
}

pcscd_launch() {
  if ! command -v pcscd >/dev/null && ! [ -x /usr/sbin/pcscd ]; then
    pcscd_say 'not installed; scripts/packages run lists what is needed'
    return 1
  fi
  mkdir -p "$1"
  pcscd_clear_traces
  # In a session of its own, so that a Ctrl-C at the terminal does not take the readers away from under the cards, and with no
  # open file of the caller, who may wait for the end of a pipe.
  $pcscd_sudo perl -MPOSIX -e 'POSIX::setsid(); POSIX::close($_) for 3 .. 1023; exec @ARGV or die' \
    "$(command -v pcscd || echo /usr/sbin/pcscd)" --foreground </dev/null >"$1/pcscd.log" 2>&1 &
  pcscd_failed=no
  pcscd_await pcscd_answers || pcscd_failed=yes
  pcscd_id >"$1/pcscd.pid" || pcscd_failed=yes
  if [ $pcscd_failed = yes ]; then
    pcscd_say "does not start; see $1/pcscd.log"
    pcscd_stop "$1"
    return 1
  fi
  pcscd_say "started, process $(cat "$1/pcscd.pid"), log $1/pcscd.log"
}

pcscd_start() {
  if pcscd_answers; then
    pcscd_say "using the one that runs, process $(pcscd_id || echo unknown)"
  elif [ -d /run/systemd/system ] && systemctl cat pcscd.socket >/dev/null 2>&1; then
    $pcscd_sudo systemctl start pcscd.socket && pcscd_await pcscd_answers || return 1
    pcscd_say 'started through systemd (pcscd.socket)'
  else
    pcscd_launch "${1:-$pcscd_dir}" || return 1
  fi
  pcscd_await pcscd_has_readers && return 0
  pcscd_say 'no virtual reader waits on ports 35963 and 35964. To mend it: have /etc/reader.conf.d/vpcd as the Debian'
  pcscd_say 'package vsmartcard-vpcd brings it (apt-get install --reinstall vsmartcard-vpcd), see that no other program'
  pcscd_say 'listens there, and start pcscd again (systemctl restart pcscd, or end it and call this once more)'
  return 1
}

pcscd_stop() {
  set -- "${1:-$pcscd_dir}"
  mine=$(cat "$1/pcscd.pid" 2>/dev/null) || return 0
  rm -f "$1/pcscd.pid"
  pcscd_is "$mine" || return 0
  $pcscd_sudo kill "$mine"
  pcscd_await pcscd_ended "$mine" || $pcscd_sudo kill -KILL "$mine"
  pcscd_say "stopped, process $mine"
}
