/**
 * The reaper as text for /bin/sh: inside Electron there is no Node to run (RunAsNode is off), and a POSIX shell is on
 * every machine that we support. It must run in dash and in busybox, needs nothing but `sleep` (and `ps` on macOS,
 * where it always is), and never evaluates what it reads.
 *
 * Arguments: `<group>,<start>` of each group that is known already. Lines on stdin: `add <group> <start>` (start `-`:
 * not known yet) and `remove <group>`. When stdin ends, for whatever reason, each group that is still the recorded
 * one gets SIGTERM and 2 s later SIGKILL. Still the recorded one means: its leader has the recorded start time; or
 * the leader is gone and the group has members, because the system gives no new process the number of a group that
 * still has any.
 *
 * `kill -TERM -1234` in that old form, because dash takes no `-0 --` and busybox no `--` at all. Reading /proc with
 * `read` and not `cat` keeps it at no further program; the name of a process may hold newlines.
 */
export const REAPER_SCRIPT = `
trap '' INT TERM HUP QUIT PIPE ALRM USR1 USR2 TSTP
cd / || :
groups=' '
for entry in "$@"; do groups="$groups$entry "; done

start_of() {
  found=
  if [ -r /proc/self/stat ]; then
    stat=
    while IFS= read -r part || [ -n "$part" ]; do stat="$stat $part"; done 2>/dev/null < "/proc/$1/stat" || return 0
    set -f; set -- \${stat##*)}; set +f
    [ $# -ge 20 ] && found=\${20}
  else
    set -- $(LC_ALL=C TZ=UTC /bin/ps -o lstart= -p "$1" 2>/dev/null)
    for part in "$@"; do found="\${found}\${found:+_}$part"; done
  fi
}

is_ours() {
  start_of "$1" 2>/dev/null
  if [ "$2" = - ] || [ -z "$found" ]; then kill -0 "-$1" 2>/dev/null
  else [ "$found" = "$2" ]
  fi
}

forget() {
  kept=' '
  for entry in $groups; do
    [ "\${entry%%,*}" = "$1" ] || kept="$kept$entry "
  done
  groups=$kept
}

while read -r verb group start rest; do
  case $group in ''|*[!0-9]*|0|1) continue ;; esac
  case $verb in
    add) forget "$group"; groups="$groups$group,\${start:--} " ;;
    remove) forget "$group" ;;
  esac
done

left=
for entry in $groups; do
  group=\${entry%%,*}; start=\${entry#*,}
  if is_ours "$group" "$start"; then
    kill -TERM "-$group" 2>/dev/null && left="$left $entry"
  fi
done
[ -n "$left" ] || exit 0
sleep 2
for entry in $left; do
  group=\${entry%%,*}; start=\${entry#*,}
  if is_ours "$group" "$start"; then kill -KILL "-$group" 2>/dev/null; fi
done
exit 0
`;
