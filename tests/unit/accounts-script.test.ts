/** The script that creates mysql's further accounts, run by a real shell under the options of each image's entrypoint. */
import assert from "node:assert/strict";
import execa from "execa";
import { planOf } from "../support";

const sql = [
  "CREATE DATABASE IF NOT EXISTS `ratings`;",
  "CREATE USER IF NOT EXISTS 'ratings'@'%' IDENTIFIED BY 'p4ss';",
  "GRANT ALL ON `ratings`.* TO 'ratings'@'%';",
].join("\n");

/** What the script prints, with `client` in place of the program that talks to the server. */
async function runScript(distribution: string, key: string, client: string): Promise<string> {
  const values = planOf({ distribution }).releases.mysql?.values ?? {};
  const script = (values[key] as Record<string, string>)["10-accounts.sh"];
  const { stdout } = await execa("bash", ["-euc", `${client}\n${script}`], {
    env: { MYSQL_ROOT_PASSWORD: "r00t", RATINGS_PASSWORD: "p4ss", MYSQL_ROOT_PASSWORD_FILE: undefined },
  });
  return stdout;
}

describe("the script for mysql's further accounts", () => {
  it("runs in Bitnami's image, which keeps no password file variable", async () => {
    // bitnami/containers: mysql-env.sh reads *_FILE into the plain variable and unsets it.
    const client = 'mysql() { echo "as $1 with $MYSQL_PWD"; cat; }';
    assert.equal(await runScript("bitnami", "initdbScripts", client), `as -uroot with r00t\n${sql}`);
  });

  it("runs in the upstream image, through its entrypoint's own function", async () => {
    assert.equal(await runScript("upstream", "initScripts", "docker_process_sql() { cat; }"), sql);
  });
});
