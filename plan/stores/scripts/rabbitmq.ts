/**
 * What Jobs do inside a rabbitmq, for bash in the store's own image, through its management API. One user has one
 * password: a rotation makes another user with the same rights beside the old one, and deletes that later.
 *
 * USERNAME, PASSWORD, PREVIOUS_USERNAME, PREVIOUS_PASSWORD and OLDER (all earlier names) come from the environment.
 */

/** Bitnami's image has curl, the official one python. Credentials go through a file and through the environment. */
const PRELUDE = `export API="http://$HOST:15672/api"
# usage: request USER PASSWORD METHOD PATH < body
request() {
  if command -v curl >/dev/null; then
    (umask 077; printf 'user = "%s:%s"\\n' "$1" "$2" >/tmp/login)
    curl --config /tmp/login --silent --show-error --fail --max-time 30 --request "$3" \\
      --header 'content-type: application/json' --data-binary @- "$API/$4"
  else
    API_USER="$1" API_PASSWORD="$2" python3 -c "$PYTHON" "$3" "$4"
  fi
}
PYTHON='
import base64, os, sys, urllib.request
method, path = sys.argv[1:]
body = sys.stdin.buffer.read()
login = (os.environ["API_USER"] + ":" + os.environ["API_PASSWORD"]).encode()
request = urllib.request.Request(os.environ["API"] + "/" + path, data=body or None, method=method)
request.add_header("authorization", "Basic " + base64.b64encode(login).decode())
request.add_header("content-type", "application/json")
sys.stdout.buffer.write(urllib.request.urlopen(request, timeout=30).read())
'
works() { request "$1" "$2" GET whoami </dev/null >/dev/null 2>&1; }
`;

/** Makes the new user, an administrator like the old one, with the old one's rights everywhere. */
export const RABBITMQ_ROTATE_BEGIN = `${PRELUDE}if works "$USERNAME" "$PASSWORD"; then
  admin=("$USERNAME" "$PASSWORD")
else
  admin=("$PREVIOUS_USERNAME" "$PREVIOUS_PASSWORD")
fi
request "\${admin[@]}" PUT "users/$USERNAME" <<JSON >/dev/null
{"password": "$PASSWORD", "tags": "administrator"}
JSON
if request "\${admin[@]}" GET "users/$PREVIOUS_USERNAME" </dev/null >/dev/null 2>&1; then
  for kind in permissions topic-permissions; do
    rights=$(request "\${admin[@]}" GET "users/$PREVIOUS_USERNAME/$kind" </dev/null)
    rights=$(printf %s "$rights" | sed "s/\\"user\\":\\"$PREVIOUS_USERNAME\\"/\\"user\\":\\"$USERNAME\\"/g")
    printf '{"%s": %s}' "\${kind/-/_}" "$rights" | request "\${admin[@]}" POST definitions >/dev/null
  done
fi
works "$USERNAME" "$PASSWORD" || { echo "$USERNAME cannot log in" >&2; exit 1; }
echo "$USERNAME has the rights of $PREVIOUS_USERNAME"
`;

/** Deletes the old user, once it has been shown that the new one can log in. */
export const RABBITMQ_ROTATE_END = `${PRELUDE}works "$USERNAME" "$PASSWORD" || { echo "$USERNAME cannot log in" >&2; exit 1; }
for older in $OLDER; do
  if request "$USERNAME" "$PASSWORD" GET "users/$older" </dev/null >/dev/null 2>&1; then
    request "$USERNAME" "$PASSWORD" DELETE "users/$older" </dev/null >/dev/null
  fi
  echo "$older is no user any more"
done
`;
