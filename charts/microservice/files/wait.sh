# Waits for all entries of WAIT_FOR at the same time. An entry is NAME|UNTIL|HOST|PORT or NAME|UNTIL|HOST|PORT|SECONDS; UNTIL is
# `answers` or `resolves`. After SECONDS it gives up with exit code 75.
# Needs sh, and bash or an nc with -z; for `resolves` also getent or nslookup. Only exit codes decide, because messages differ.
set -f
trap 'exit 143' TERM

has() { command -v "$1" >/dev/null; }
lacks() {
  echo "the wait image has neither $1 nor $2; use another image" >&2
  exit 1
}
case $WAIT_FOR in *"|answers|"*) has bash || has nc || lacks bash nc ;; esac
case $WAIT_FOR in *"|resolves|"*) has getent || has nslookup || lacks getent nslookup ;; esac

# usage: answers HOST PORT
answers() {
  if has bash; then timeout 2 bash -c ': </dev/tcp/"$0"/"$1"' "$1" "$2"; else nc -z -w 2 "$1" "$2"; fi
}

# usage: resolves HOST
resolves() {
  if has getent; then
    getent hosts "$1"
    return
  fi
  # busybox's nslookup does not apply the search domains one by one, and exits with 0 for a name without addresses.
  for domain in $(sed -n 's/^search//p' /etc/resolv.conf) ""; do
    for type in a aaaa; do
      found=$(nslookup -type="$type" "$1${domain:+.$domain}") || continue
      case $found in *Name:*) return 0 ;; esac
    done
  done
  return 1
}

# usage: is_met ENTRY, in a subshell
is_met() {
  IFS='|'
  set -- $1
  unset IFS
  if [ "$2" = resolves ]; then resolves "$3"; else answers "$3" "$4"; fi
}

# usage: text_of ENTRY, in a subshell
text_of() {
  IFS='|'
  set -- $1
  if [ "$2" = resolves ]; then echo "$1 (the name $3)"; else echo "$1 ($3:$4)"; fi
}

# usage: limit_of ENTRY, in a subshell
limit_of() {
  IFS='|'
  set -- $1
  echo "${5:-}"
}

# Images without date also have the time since the node's start.
now() {
  read -r up rest </proc/uptime
  echo "${up%%.*}"
}

left=$WAIT_FOR
said=""
begin=$(now)
while :; do
  jobs=""
  for entry in $left; do
    is_met "$entry" >/dev/null 2>&1 &
    jobs="$jobs $!=$entry"
  done
  left=""
  for job in $jobs; do wait "${job%%=*}" || left="$left ${job#*=}"; done
  [ -n "$left" ] || exit 0
  if [ "$left" != "$said" ]; then
    texts=""
    for entry in $left; do texts="$texts, $(text_of "$entry")"; done
    echo "waiting for ${texts#, }"
    said=$left
  fi
  waited=$(($(now) - begin))
  for entry in $left; do
    limit=$(limit_of "$entry")
    if [ -n "$limit" ] && [ "$waited" -ge "$limit" ]; then
      echo "gave up after $waited seconds: $(text_of "$entry") is not available" >&2
      exit 75
    fi
  done
  sleep 1
done
