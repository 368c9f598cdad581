#!/bin/bash
# Creates the data directory with one superuser and one database, and starts postgres. Options alone are options of postgres.
set -euo pipefail
case ${1:--} in -*) set -- postgres "$@" ;; esac

if [ "$1" = postgres ] && [ ! -e "$PGDATA" ]; then
  # Its name changes when it is complete, so an interrupted first start begins again.
  new=$PGDATA.new
  rm -rf "$new"
  initdb --pgdata="$new" --username="${POSTGRES_USER:=postgres}" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
  if [ "${POSTGRES_DB:=$POSTGRES_USER}" != postgres ]; then
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$new" postgres
  fi
  mv "$new" "$PGDATA"
fi
unset POSTGRES_PASSWORD
[ "$1" != postgres ] || set -- "$@" -c "listen_addresses=*" -c jit=off -c unix_socket_directories=/var/run/postgresql
exec "$@"
