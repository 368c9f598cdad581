#!/bin/bash
# Creates the data directory, root, and the first account, and starts mysqld. Options alone are options of mysqld.
set -euo pipefail
case ${1:--} in -*) set -- mysqld "$@" ;; esac

data=/var/lib/mysql
# Exists while the data directory is created.
begun=$data/.begun
# usage: text VALUE: the value as an SQL string
text() { local value=${1//\\/\\\\}; printf "'%s'" "${value//\'/\'\'}"; }

if [ "$1" = mysqld ] && { [ -e "$begun" ] || [ -z "$(ls -A "$data")" ]; }; then
  # Removes what an interrupted first start has left.
  find "$data" -mindepth 1 -delete
  touch "$begun"
  script=$(umask 077; mktemp)
  {
    echo "ALTER USER root@localhost IDENTIFIED BY $(text "$MYSQL_ROOT_PASSWORD");"
    echo "CREATE USER root@'%' IDENTIFIED BY $(text "$MYSQL_ROOT_PASSWORD");"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    if [ -n "${MYSQL_DATABASE:-}" ]; then echo "CREATE DATABASE \`$MYSQL_DATABASE\`;"; fi
    if [ -n "${MYSQL_USER:-}" ]; then
      echo "CREATE USER $(text "$MYSQL_USER")@'%' IDENTIFIED BY $(text "$MYSQL_PASSWORD");"
      echo "GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO $(text "$MYSQL_USER")@'%';"
    fi
  } >"$script"
  mysqld --initialize-insecure --init-file="$script"
  rm "$script"
  rm "$begun"
fi
exec "$@"
