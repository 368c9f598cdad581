#!/bin/bash
# Writes the cookie, and starts RabbitMQ, which reads its first user from RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS.
set -euo pipefail
if [ -n "${RABBITMQ_ERLANG_COOKIE:-}" ]; then
  cookie=$HOME/.erlang.cookie
  rm -f "$cookie"
  (umask 077; printf %s "$RABBITMQ_ERLANG_COOKIE" >"$cookie")
  chmod 400 "$cookie"
  unset RABBITMQ_ERLANG_COOKIE
fi
[ $# -gt 0 ] || set -- rabbitmq-server
exec "$@"
