/**
 * Scripts of the Jobs of a mysql store, for bash in the store's image. Passwords come from the environment and reach the server
 * through standard input and MYSQL_PWD, never as arguments.
 */

/**
 * Common part of the scripts. `try` checks a login; `as_root` runs SQL with the new root password, or with the previous one. Bash
 * does not stop when a command inside `$(...)` of a function fails, so each such place handles the failure itself.
 */
const PRELUDE = `client() {
  MYSQL_PWD="$3" mysql --host="$1" --port="$PORT" --user="$2" --connect-timeout=10 \\
    --get-server-public-key --batch --skip-column-names
}
try() { echo 'SELECT 1;' | client "$1" "$2" "$3" >/dev/null 2>&1; }
as_root() {
  local password="$ROOT_PASSWORD"
  if [ -n "\${ROOT_PASSWORD_BEFORE:-}" ] && ! try "$1" root "$password"; then password="$ROOT_PASSWORD_BEFORE"; fi
  client "$1" root "$password"
}
# usage: for_hosts USER CHANGE: the user under each of its hosts, with the change; nothing for an unknown user
for_hosts() {
  local host hosts list=""
  hosts=$(echo "SELECT host FROM mysql.user WHERE user='$1';" | as_root "$HOST") || return 1
  for host in $hosts; do list="$list\${list:+, }'$1'@'$host' $2"; done
  echo "$list"
}
`;

/** An account to create. */
export interface MysqlAccount {
  username: string;
  database: string;
  /** Name of the variable with the password. */
  variable: string;
  /** Whether the password only has letters and digits. Otherwise it is quoted for SQL. */
  isPlain: boolean;
}

/** Returns a script that creates missing databases and users. Existing ones are not changed. */
export function mysqlAccounts(accounts: readonly MysqlAccount[]): string {
  const make = accounts.map(
    ({ username, database, variable, isPlain }) => `${isPlain ? "" : quoted(variable)}as_root "$HOST" <<SQL
CREATE DATABASE IF NOT EXISTS \\\`${database}\\\`;
CREATE USER IF NOT EXISTS '${username}'@'%' IDENTIFIED BY '$${variable}';
GRANT ALL ON \\\`${literalPattern(database)}\\\`.* TO '${username}'@'%';
SQL
echo "${username} may use ${database}"
`,
  );
  return PRELUDE + make.join("");
}

/** Returns bash lines that quote a password for an SQL string. */
const quoted = (variable: string): string =>
  [`${variable}=\${${variable}//\\\\/\\\\\\\\}`, `${variable}=\${${variable}//\\'/\\'\\'}`, ""].join("\n");

/** Returns the name of a database for GRANT, where `_` matches any character. */
const literalPattern = (database: string): string => database.replaceAll("_", "\\_");

/** The input of the scripts of a rotation. */
export interface MysqlRotation {
  /** Users whose password changes, root first, with the names of the variables for the new and the previous password. */
  users: readonly { username: string; variable: string; previousVariable: string }[];
  /** Hosts of the secondaries. */
  secondaries: readonly string[];
  /** Name of the variable with the password of the replication user. */
  replicationVariable?: string;
}

/**
 * Returns a script that gives each user the new password in addition to the old one. mysql accepts both until the old one is
 * discarded (dev.mysql.com, "Dual Password Support"). Users that already have the new password are skipped, because setting it
 * twice would discard the old one. The old password is set again first, because a canceled rotation may have left another one.
 */
export function mysqlRotateBegin({ users, secondaries, replicationVariable }: MysqlRotation): string {
  const changes = users.map(
    ({ username, variable, previousVariable }) => `add ${username} "$${variable}" "$${previousVariable}"\n`,
  );
  const replication = secondaries.map(
    (host) => `as_root ${host} <<SQL
STOP REPLICA IO_THREAD;
CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD='$${replicationVariable}';
START REPLICA IO_THREAD;
SQL
echo "${host} replicates with the new password"
`,
  );
  return `${PRELUDE}# usage: add USER NEW OLD
add() {
  if try "$HOST" "$1" "$2"; then echo "$1 has the new password already"; return; fi
  local before after
  before=$(for_hosts "$1" "IDENTIFIED BY '$3'") || exit 1
  after=$(for_hosts "$1" "IDENTIFIED BY '$2' RETAIN CURRENT PASSWORD") || exit 1
  if [ -z "$before" ]; then echo "there is no $1 yet: it will be made with the new password"; return; fi
  # One statement for all hosts of a user: it is done for all or for none. The first keeps a second password as it is.
  echo "ALTER USER $before;" | as_root "$HOST"
  echo "ALTER USER $after;" | as_root "$HOST"
  echo "$1 has the new password besides the old one"
}
${changes.join("")}${replication.join("")}`;
}

/** Returns a script that discards the old passwords, after it has checked that the new ones work. */
export function mysqlRotateEnd({ users }: MysqlRotation): string {
  const check = users.map(
    ({ username, variable }) =>
      `try "$HOST" ${username} "$${variable}" || { echo "${username} cannot log in with the new password" >&2; exit 1; }\n`,
  );
  const discard = users.map(({ username }) => `discard ${username}\n`);
  return `${PRELUDE}discard() {
  local list
  list=$(for_hosts "$1" "DISCARD OLD PASSWORD") || exit 1
  echo "ALTER USER $list;" | as_root "$HOST"
  echo "$1 has no old password any more"
}
${check.join("")}${discard.join("")}`;
}

/** The input of the script that sets passwords in the data. */
export interface MysqlReset {
  /** Users, with the name of the variable for each password. */
  users: readonly { username: string; variable: string }[];
  /** Name of the variable with the password of the replication user, with which a secondary logs in to its primary. */
  replicationVariable?: string;
}

/**
 * Returns a script that sets passwords in the data directory DATA. It starts a server that needs no password and only accepts
 * connections from the script ("How to Reset the Root Password", dev.mysql.com). The server uses the existing binary log, which it
 * needs to recover after a crash. The changes are not written to that log, so replication positions stay the same: each replica's
 * data gets the changes from its own Job.
 */
export function mysqlReset({ users, replicationVariable }: MysqlReset): string {
  const changes = users.map(({ username, variable }) => `change ${username} "$${variable}"\n`);
  const replication =
    replicationVariable === undefined
      ? ""
      : `sources=$(echo "SELECT COUNT(*) FROM mysql.slave_master_info WHERE User_name <> '';" | client) || exit 1
if [ "$sources" != 0 ]; then
  echo "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD='$${replicationVariable}';" | client
  echo "replication gets its new password"
fi
`;
  return `[ -d "$DATA/mysql" ] || { echo "$DATA has no data of mysql" >&2; exit 1; }
client() { mysql --no-defaults --socket=/tmp/reset.sock --user=root --batch --skip-column-names; }
# A secondary finds its position only under the name that its relay logs have.
relay=relay
log=--disable-log-bin
for index in "$DATA"/*.index; do
  name=$(basename "$index" .index)
  case "$name" in
  "*") ;;
  *relay*) relay=$name ;;
  *) log=--log-bin=$name ;;
  esac
done
mysqld --no-defaults --datadir="$DATA" --socket=/tmp/reset.sock --pid-file=/tmp/reset.pid --tmpdir=/tmp \\
  --skip-grant-tables --skip-networking --mysqlx=OFF "$log" --skip-replica-start \\
  --relay-log="$relay" --secure-file-priv=NULL &
server=$!
# Where this script ends early, the server still ends in order.
trap 'kill "$server" 2>/dev/null && wait "$server"' EXIT
trap 'exit 143' TERM
until echo 'SELECT 1;' | client >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { echo "mysqld does not start on $DATA: its lines above say why" >&2; exit 1; }
  sleep 1
done
# Until the grants are read, the server refuses to change users.
statements="SET sql_log_bin = 0;
FLUSH PRIVILEGES;"
# usage: change USER PASSWORD: under each of its hosts; the Job of the accounts makes a user that is not there
change() {
  local host hosts
  hosts=$(echo "SELECT host FROM mysql.user WHERE user='$1';" | client) || exit 1
  if [ -z "$hosts" ]; then
    [ "$1" != root ] || { echo "the data has no user root" >&2; exit 1; }
    echo "there is no $1 yet"
    return
  fi
  for host in $hosts; do
    statements="$statements
ALTER USER '$1'@'$host' IDENTIFIED BY '$2';
ALTER USER '$1'@'$host' DISCARD OLD PASSWORD;"
  done
  echo "$1 gets its new password"
}
${changes.join("")}${replication}printf '%s\\nSHUTDOWN;\\n' "$statements" | client
wait "$server"
echo "the passwords are set"
`;
}
