/**
 * Scripts of the Jobs of a mongodb store, for mongosh (`--nodb`) in the store's image. Passwords come from the environment.
 * A user has one password, so a rotation creates a new user with the roles of the old one, and drops the old one later.
 */

/** Common part of the scripts. `users` are the users to work on; the first is root, in the database admin. */
const PRELUDE = `const { MEMBERS, OPTIONS } = process.env;
const users = JSON.parse(process.env.USERS);
const login = (username, variable, database) =>
  connect("mongodb://" + username + ":" + process.env[variable] + "@" + MEMBERS + "/" + database + "?authSource=" + database + OPTIONS);
`;

/** Creates missing users. Existing users are not changed. */
export const MONGODB_ACCOUNTS = `${PRELUDE}const [root, ...accounts] = users;
const admin = login(root.username, root.variable, "admin");
for (const { username, database, variable, roles } of accounts) {
  const db = admin.getSiblingDB(database);
  if (!db.getUser(username)) db.createUser({ user: username, pwd: process.env[variable], roles });
  print(username + " may use " + database);
}
`;

/** Creates the new users with the roles of the old ones. */
export const MONGODB_ROTATE_BEGIN = `${PRELUDE}const [root] = users;
let admin;
try {
  admin = login(root.username, root.variable, "admin");
} catch (error) {
  admin = login(root.previous, root.previousVariable, "admin");
}
for (const { username, previous, database, variable, roles: own } of users) {
  const db = admin.getSiblingDB(database);
  const old = db.getUser(previous);
  const known = db.getUser(username);
  // Somebody may have given the old one more than it was made with.
  const roles = ((old || known || {}).roles || own).map(({ role, db }) => ({ role, db }));
  if (known) db.updateUser(username, { pwd: process.env[variable], roles });
  else db.createUser({ user: username, pwd: process.env[variable], roles });
  print(username + " may use " + database + " as " + previous + " does");
}
`;

/** Drops the old users, after it has checked that the new ones can log in. */
export const MONGODB_ROTATE_END = `${PRELUDE}for (const { username, database, variable } of users) login(username, variable, database);
const [root] = users;
const admin = login(root.username, root.variable, "admin");
for (const { older, database } of users) {
  const db = admin.getSiblingDB(database);
  for (const username of older) if (db.getUser(username)) db.dropUser(username);
  print(older.join(", ") + ": no user of " + database + " any more");
}
`;

/**
 * Sets passwords in the data directory DATA, for bash. It starts a server that needs no password and listens only inside the
 * Job's pod. Existing users keep their roles.
 */
export const MONGODB_RESET = `[ -e "$DATA/WiredTiger" ] || { echo "$DATA has no data of mongodb" >&2; exit 1; }
mongod --dbpath "$DATA" --bind_ip 127.0.0.1 --port 27017 --nounixsocket --noauth --logpath /tmp/mongod.log &
server=$!
# Where this script ends early, the server still ends in order.
trap 'kill "$server" 2>/dev/null && wait "$server"' EXIT
trap 'exit 143' TERM
until mongosh --quiet --norc --eval 'db.adminCommand("ping").ok || quit(1)' mongodb://127.0.0.1:27017 >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { tail -n 20 /tmp/mongod.log >&2; echo "mongod does not start on $DATA" >&2; exit 1; }
  sleep 1
done
cat >/tmp/reset.js <<'SCRIPT'
for (const { username, database, variable, roles } of JSON.parse(process.env.USERS)) {
  const own = db.getSiblingDB(database);
  const pwd = process.env[variable];
  if (own.getUser(username)) own.updateUser(username, { pwd });
  else own.createUser({ user: username, pwd, roles });
  print(username + " gets its new password");
}
SCRIPT
mongosh --quiet --norc mongodb://127.0.0.1:27017/admin --file /tmp/reset.js
kill "$server"
wait "$server"
echo "the passwords are set"
`;
