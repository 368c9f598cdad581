/**
 * Scripts of the Jobs of a rabbitmq store, for bash in the store's image. They use the management API. A user has one password,
 * so a rotation creates a new user with the rights of the old one, and deletes the old one later.
 *
 * USERNAME, PASSWORD, PREVIOUS_USERNAME, PREVIOUS_PASSWORD and OLDER (all earlier names) come from the environment.
 */

/**
 * Common part of the scripts. Bitnami's image has curl; the official images have neither curl nor, since December 2025, python
 * (docker-library/rabbitmq, dac149a). Both have bash, and cowboy answers HTTP/1.0 without chunks. Passwords are never arguments
 * of a program.
 */
const PRELUDE = `AUTHORITY="$HOST:15672"
# usage: request USER PASSWORD METHOD PATH < body: the answer, and its status in the last line
request() {
  if command -v curl >/dev/null; then
    (umask 077; printf 'user = "%s:%s"\\n' "$1" "$2" >/tmp/login)
    curl --config /tmp/login --silent --show-error --max-time 30 --request "$3" --write-out '\\n%{http_code}' \\
      --header 'content-type: application/json' --data-binary @- "http://$AUTHORITY/api/$4"
  else
    request_by_bash "$@"
  fi
}
# usage: as request
request_by_bash() {
  local LC_ALL=C body login answer=""
  body=$(cat -) || return 1
  login=$(printf '%s:%s' "$1" "$2" | base64) || return 1
  exec 3<>"/dev/tcp/\${AUTHORITY%:*}/\${AUTHORITY##*:}" || return 1
  printf '%s\\r\\n' "$3 /api/$4 HTTP/1.0" "Host: $AUTHORITY" "Authorization: Basic \${login//$'\\n'/}" \\
    "Content-Type: application/json" "Content-Length: \${#body}" "Connection: close" "" >&3 || return 1
  printf %s "$body" >&3 || return 1
  # It reads to the end; its status is 1 there, and above 128 after 30 seconds.
  IFS= read -r -d '' -t 30 answer <&3 || [ $? = 1 ] || { echo "$3 $4: no answer in 30 seconds" >&2; return 1; }
  exec 3>&-
  case "$answer" in
  HTTP/1.?" "[1-5][0-9][0-9]*$'\\r\\n\\r\\n'*) ;;
  *) echo "$3 $4: the answer is not HTTP" >&2; return 1 ;;
  esac
  printf '%s\\n%s' "\${answer#*$'\\r\\n\\r\\n'}" "\${answer:9:3}"
}
# usage: do_request ... : the answer; anything but success ends the script
do_request() {
  local answer
  answer=$(request "$@") || exit 1
  case "\${answer##*$'\\n'}" in
  2??) printf %s "\${answer%$'\\n'*}" ;;
  *) echo "$3 $4: \${answer##*$'\\n'}" >&2; exit 1 ;;
  esac
}
# usage: status ... : its status alone
status() {
  local answer
  answer=$(request "$@" </dev/null) || return 1
  printf %s "\${answer##*$'\\n'}"
}
works() { [ "$(status "$1" "$2" GET whoami)" = 200 ]; }
# usage: is_there USER PASSWORD NAME: only a clear no is a no
is_there() {
  local found
  found=$(status "$1" "$2" GET "users/$3") || exit 1
  case "$found" in
  200) return 0 ;;
  404) return 1 ;;
  *) echo "GET users/$3: $found" >&2; exit 1 ;;
  esac
}
`;

/** Creates the new user: an administrator with all permissions of the old one. */
export const RABBITMQ_ROTATE_BEGIN = `${PRELUDE}if works "$USERNAME" "$PASSWORD"; then
  admin=("$USERNAME" "$PASSWORD")
else
  admin=("$PREVIOUS_USERNAME" "$PREVIOUS_PASSWORD")
fi
do_request "\${admin[@]}" PUT "users/$USERNAME" <<JSON
{"password": "$PASSWORD", "tags": "administrator"}
JSON
if is_there "\${admin[@]}" "$PREVIOUS_USERNAME"; then
  for kind in permissions topic-permissions; do
    rights=$(do_request "\${admin[@]}" GET "users/$PREVIOUS_USERNAME/$kind" </dev/null) || exit 1
    rights=$(printf %s "$rights" | sed "s/\\"user\\":\\"$PREVIOUS_USERNAME\\"/\\"user\\":\\"$USERNAME\\"/g")
    printf '{"%s": %s}' "\${kind/-/_}" "$rights" | do_request "\${admin[@]}" POST definitions
  done
fi
works "$USERNAME" "$PASSWORD" || { echo "$USERNAME cannot log in" >&2; exit 1; }
echo "$USERNAME has the rights of $PREVIOUS_USERNAME"
`;

/** Deletes the old users, after it has checked that the new one can log in. */
export const RABBITMQ_ROTATE_END = `${PRELUDE}works "$USERNAME" "$PASSWORD" || { echo "$USERNAME cannot log in" >&2; exit 1; }
for older in $OLDER; do
  if is_there "$USERNAME" "$PASSWORD" "$older"; then
    do_request "$USERNAME" "$PASSWORD" DELETE "users/$older" </dev/null
  fi
  echo "$older is no user any more"
done
`;

/**
 * Sets passwords in the data directory DATA. It starts a node that only this script can reach and that reads the passwords from
 * its environment. The name of the node is part of the data, and resolves to the Job's own pod. USERS is a list of
 * `name:variable`.
 */
export const RABBITMQ_RESET = `node=""
for path in "$DATA"/rabbit@*/; do
  name=$(basename "$path")
  case "$name" in "rabbit@*" | *-plugins-expand) continue ;; esac
  [ -z "$node" ] || { echo "$DATA has the data of several nodes: $node, $name" >&2; exit 1; }
  node=$name
done
[ -n "$node" ] || { echo "$DATA has no data of rabbitmq" >&2; exit 1; }
export HOME=/tmp/reset
mkdir -p "$HOME"
(umask 077; head -c 32 /dev/urandom | base64 | tr -dc A-Za-z0-9 >"$HOME/.erlang.cookie")
echo '[].' >"$HOME/plugins"
: >"$HOME/rabbitmq.conf"
: >"$HOME/environment"
export RABBITMQ_NODENAME="$node" RABBITMQ_MNESIA_BASE="$DATA" RABBITMQ_MNESIA_DIR="$DATA/$node" \\
  RABBITMQ_CONF_ENV_FILE="$HOME/environment" RABBITMQ_CONFIG_FILE="$HOME/rabbitmq.conf" \\
  RABBITMQ_ENABLED_PLUGINS_FILE="$HOME/plugins" RABBITMQ_PID_FILE="$HOME/pid" RABBITMQ_LOG_BASE="$HOME" RABBITMQ_LOGS=- \\
  RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 ERL_EPMD_ADDRESS=127.0.0.1 \\
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
case "$node" in *.*) export RABBITMQ_USE_LONGNAME=true ;; esac
rabbitmq-server &
server=$!
# Where this script ends early, the server still ends in order.
trap 'kill "$server" 2>/dev/null && wait "$server"' EXIT
trap 'exit 143' TERM
until rabbitmqctl --quiet await_startup --timeout 10 >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { echo "rabbitmq does not start on $DATA: its lines above say why" >&2; exit 1; }
done
for user in $USERS; do
  name=\${user%%:*}
  rabbitmqctl --quiet eval "
    Name = <<\\"$name\\">>, Actor = <<\\"flotilla\\">>, All = <<\\".*\\">>,
    Password = list_to_binary(os:getenv(\\"\${user#*:}\\")),
    case rabbit_auth_backend_internal:lookup_user(Name) of
      {ok, _} -> ok = rabbit_auth_backend_internal:change_password(Name, Password, Actor);
      {error, not_found} ->
        ok = rabbit_auth_backend_internal:add_user(Name, Password, Actor),
        ok = rabbit_auth_backend_internal:set_tags(Name, [administrator], Actor),
        [ok = rabbit_auth_backend_internal:set_permissions(Name, VHost, All, All, All, Actor) || VHost <- rabbit_vhost:list_names()]
    end,
    {ok, _} = rabbit_access_control:check_user_pass_login(Name, Password), ok." >/dev/null
  echo "$name gets its new password"
done
rabbitmqctl --quiet stop
wait "$server"
echo "the passwords are set"
`;
