#!/bin/bash
# Fakes a mysql client and the users of its server, for the scripts of Jobs. $STATE has a file per host and user, with the
# current password in the first line and, while there are two, the older one in the second. SQL comes from standard input.
# The client fails at statement number $FAIL_AT: before it runs, or after it with FAIL_AFTER=1.
set -u
for argument in "$@"; do
  case "$argument" in
  --host=*) host="${argument#*=}" ;;
  --user=*) user="${argument#*=}" ;;
  esac
done
# Uses no other programs, because a test runs this hundreds of times.
passwords=()
[ -f "$STATE/$user" ] && passwords=($(<"$STATE/$user"))
[[ " ${passwords[*]} " == *" $MYSQL_PWD "* ]] || { echo "ERROR 1045 (28000): Access denied for user '$user'" >&2; exit 1; }
IFS= read -r -d '' sql
sql="${sql%$'\n'}"
echo "$host $user: ${sql//$'\n'/ }" >>"$STATE.log"
if [[ "$sql" == "SELECT 1;" ]]; then echo 1; exit 0; fi
count=1
[ -f "$STATE.count" ] && count=$(($(<"$STATE.count") + 1))
echo "$count" >"$STATE.count"
fail() { echo "ERROR 2013 (HY000): Lost connection to MySQL server during query" >&2; exit 1; }
if [ "${FAIL_AT:-0}" = "$count" ] && [ -z "${FAIL_AFTER:-}" ]; then fail; fi
if [[ "$sql" =~ "SELECT host FROM mysql.user WHERE user='"([a-z_]+)"'" ]]; then
  if [ -f "$STATE/${BASH_REMATCH[1]}" ]; then printf '%%\nlocalhost\n'; fi
  if [ "${FAIL_AT:-0}" = "$count" ]; then fail; fi
  exit 0
fi
case "$sql" in
*"RETAIN CURRENT PASSWORD"*)
  [[ "$sql" =~ "ALTER USER '"([a-z_]+)"'@'%' IDENTIFIED BY '"([A-Za-z0-9]+)"' RETAIN CURRENT PASSWORD, '"[a-z_]+"'@'localhost' IDENTIFIED BY '"[A-Za-z0-9]+"' RETAIN CURRENT PASSWORD;" ]] ||
    { echo "ERROR 1064 (42000): $sql" >&2; exit 1; }
  # Drops the previous older password: only one is retained.
  read -r current <"$STATE/${BASH_REMATCH[1]}"
  printf '%s\n%s\n' "${BASH_REMATCH[2]}" "$current" >"$STATE/${BASH_REMATCH[1]}"
  ;;
"ALTER USER '"*"' IDENTIFIED BY '"*)
  [[ "$sql" =~ "ALTER USER '"([a-z_]+)"'@'%' IDENTIFIED BY '"([A-Za-z0-9]+)"', '"[a-z_]+"'@'localhost' IDENTIFIED BY '"[A-Za-z0-9]+"';" ]] ||
    { echo "ERROR 1064 (42000): $sql" >&2; exit 1; }
  # Keeps an older password.
  { read -r current; read -r second; } <"$STATE/${BASH_REMATCH[1]}"
  printf '%s\n' "${BASH_REMATCH[2]}" ${second:+"$second"} >"$STATE/${BASH_REMATCH[1]}"
  ;;
*"DISCARD OLD PASSWORD"*)
  [[ "$sql" =~ "ALTER USER '"([a-z_]+)"'@'%' DISCARD OLD PASSWORD, '"[a-z_]+"'@'localhost' DISCARD OLD PASSWORD;" ]] ||
    { echo "ERROR 1064 (42000): $sql" >&2; exit 1; }
  read -r current <"$STATE/${BASH_REMATCH[1]}"
  echo "$current" >"$STATE/${BASH_REMATCH[1]}"
  ;;
"STOP REPLICA IO_THREAD;"*"CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD='"*"START REPLICA IO_THREAD;") ;;
"CREATE DATABASE IF NOT EXISTS \`"*)
  while [[ "$sql" =~ "CREATE USER IF NOT EXISTS '"([a-z_]+)"'@'%' IDENTIFIED BY '"([A-Za-z0-9]+)"';"(.*) ]]; do
    [ -f "$STATE/${BASH_REMATCH[1]}" ] || echo "${BASH_REMATCH[2]}" >"$STATE/${BASH_REMATCH[1]}"
    sql="${BASH_REMATCH[3]}"
  done
  ;;
*) echo "ERROR 1064 (42000): $sql" >&2; exit 1 ;;
esac
if [ "${FAIL_AT:-0}" = "$count" ]; then fail; fi
exit 0
