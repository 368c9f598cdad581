/**
 * Robot Shop's first data. It is in the images of the shop's own stores (mongo/ and mysql/ of instana/robot-shop), which also
 * contain a client: the Jobs run these images against the deployed stores. No script changes existing data.
 */
import type { Loader } from "../src/model/application";
import { host, members, password, port, replicaSet, text, username } from "../src/model/text";

const image = (name: string) => ({ repository: `docker.io/robotshop/rs-${name}`, tag: "2.1.0" });

/** Runs the image's own file unless the collection has documents. Existing indexes are not created again. */
const mongodb = (collection: string, file: string, indexes: readonly string[]) => `
shell=$(command -v mongosh || command -v mongo)
"$shell" --quiet "$URL" --eval '
  var collection = db.getCollection("${collection}");
  if (collection.countDocuments({}) === 0) {
    load("/docker-entrypoint-initdb.d/${file}");
    print("${collection}: loaded");
  } else {
    print("${collection}: has documents already");
  }
${indexes.map((index) => `  collection.createIndex(${index});\n`).join("")}'
`;

const mongodbUrl = (account: string) =>
  text`mongodb://${username("mongodb", account)}:${password("mongodb", account)}@${members("mongodb")}/${account}?authSource=${account}${replicaSet("mongodb")}`;

export const mongodbLoaders: Record<string, Loader> = {
  catalogue: {
    does: "Eleven products, and the text index that the search needs (mongo/catalogue.js)",
    image: image("mongodb"),
    env: { URL: mongodbUrl("catalogue") },
    script: mongodb("products", "catalogue.js", [
      '{ name: "text", description: "text" }',
      "{ sku: 1 }, { unique: true }",
    ]),
  },
  users: {
    does: "Three users: user, stan, partner-57 (mongo/users.js)",
    image: image("mongodb"),
    env: { URL: mongodbUrl("users") },
    script: mongodb("users", "users.js", ["{ name: 1 }, { unique: true }"]),
  },
};

/** The client in the images is MySQL 5.7. It must fetch the server's public key for the login method of MySQL 9. */
const mysqlClient = `
client() {
  MYSQL_PWD="$PASSWORD" mysql --host="$HOST" --port="$PORT" --user="$USERNAME" \\
    --get-server-public-key --batch --skip-column-names "$@"
}
`;

const mysqlEnv = (account: string) => ({
  HOST: [host("mysql")],
  PORT: [port("mysql")],
  USERNAME: [username("mysql", account)],
  PASSWORD: [password("mysql", account)],
});

export const mysqlLoaders: Record<string, Loader> = {
  cities: {
    does: "Cities and countries for shipping (mysql/scripts/10-dump.sql.gz)",
    image: image("mysql-db"),
    env: mysqlEnv("shipping"),
    // The dump fills cities first and codes last, so rows in codes mean that it is complete.
    script: `${mysqlClient}
rows=""
table=$(client --execute="SELECT 1 FROM information_schema.tables WHERE table_schema = 'cities' AND table_name = 'codes'")
if [ -n "$table" ]; then rows=$(client cities --execute='SELECT 1 FROM codes LIMIT 1'); fi
if [ -n "$rows" ]; then
  echo "cities and codes: have rows already"
else
  client cities --execute='DROP TABLE IF EXISTS cities, codes'
  gunzip -c /docker-entrypoint-initdb.d/10-dump.sql.gz | client cities
  rows=$(client cities --execute='SELECT 1 FROM codes LIMIT 1')
  if [ -z "$rows" ]; then echo "the dump left codes empty" >&2; exit 1; fi
  echo "cities and codes: loaded"
fi
`,
    seconds: 1200,
  },
  ratings: {
    does: "The table of ratings, empty (mysql/scripts/20-ratings.sql, whose grant MySQL 8 and later refuse)",
    image: image("mysql-db"),
    env: mysqlEnv("ratings"),
    script: `${mysqlClient}
client ratings <<SQL
CREATE TABLE IF NOT EXISTS ratings (
  sku varchar(80) NOT NULL,
  avg_rating DECIMAL(3, 2) NOT NULL,
  rating_count INT NOT NULL,
  PRIMARY KEY (sku)
) ENGINE=InnoDB;
SQL
echo "ratings: there"
`,
  },
};
