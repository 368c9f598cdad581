/** Files with a password: a Secret mounted at their path, with the password encoded for the file format. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import type { Application, Service } from "../../src/model/application";
import {
  host,
  password,
  passwordInJson,
  passwordInUrl,
  port,
  type Text,
  text,
  username,
  usernameInUrl,
} from "../../src/model/text";
import { ENCODERS } from "../../src/plan/credentials/encodings";
import { fillText } from "../../src/plan/credentials/secret-text";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { application, ownEnv, planFor, problemsOf, redis, service, valuesOf } from "../support";
import { deployedFrom } from "./store-examples";

const NASTY = `p@:/?#%&'"\\$ \${x} $(HOST) {{ü}}, [y] # z`;
const credentials = { "bank-shop": NASTY };
const externalSecrets = { store: { name: "vault" }, path: "eu/shop" };

const shopWith = (files: NonNullable<Service["files"]>, env: NonNullable<Service["env"]> = {}): Application =>
  application({
    services: { web: service({ uses: ["bank", "db"], files, env }) },
    stores: {
      db: redis({
        kind: "mysql",
        accounts: { app: { username: "app", database: "app", credential: { generated: true } } },
      }),
    },
    externals: {
      bank: {
        host: "bank.example.com",
        port: 443,
        protocol: "https",
        reason: "all is paid there",
        accounts: { shop: { username: 'BANK\\shop"' } },
      },
    },
  });

/** Returns the content of a service's file, with the password of the bank. */
const contentOf = (path: string, file: Text): string => {
  const { secrets } = planFor(shopWith({ [path]: file }), { credentials });
  const [content] = Object.values(secrets["web-files"]?.keys ?? {});
  return fillText(content ?? [], { ...credentials, "db-app": "Generated1" });
};
const bank = password("bank", "shop");
const login = username("bank", "shop");

describe("a file with a password", () => {
  const files = {
    "/app/appsettings.json": text`{"Password": "${password("db", "app")}", "Host": "${host("db")}"}`,
    "/app/plain.json": text`{"Host": "${host("db")}", "Port": ${port("db")}}`,
  };

  it("is a key of a Secret mounted at its path; other files stay in the ConfigMap", () => {
    const plan = planFor(shopWith(files), { credentials });
    assert.deepEqual(plan.secrets["web-files"]?.keys, {
      "app-appsettings-json": [
        '{"Password": "',
        { credential: "db-app", encoding: "jsonString" },
        '", "Host": "db"}',
      ],
    });
    const { config, volumes, mounts } = valuesOf(plan, "web");
    assert.deepEqual(config?.files, {
      "app-plain-json": { path: "/app/plain.json", content: '{"Host": "db", "Port": 3306}' },
    });
    assert.deepEqual(volumes, { "secret-files": { secret: { name: "web-files" } } });
    assert.deepEqual(mounts, {
      "app-appsettings-json": {
        volume: "secret-files",
        path: "/app/appsettings.json",
        subPath: "app-appsettings-json",
        readOnly: true,
      },
    });
    assert.deepEqual(plan.releases.web?.secrets, ["web-files"]);
  });

  it("restarts its pods when its text or the generation of its password changes, and takes part in a rotation", () => {
    const shop = shopWith(files);
    const first = planFor(shop, { credentials });
    const checksum = (values: MicroserviceValues) => values.secretChecksum;
    const changed = planFor(shopWith({ ...files, "/app/appsettings.json": text`"${bank}"` }), {
      credentials,
    });
    const rotated = planFor(shop, { credentials, stores: { db: { generation: 2 } } }, deployedFrom(first));
    const sums = [first, changed, rotated].map((plan) => checksum(valuesOf(plan, "web")));
    assert.equal(new Set(sums).size, 3);
    assert.match(JSON.stringify(rotated.secrets["web-files"]?.keys), /db-app-2/);
    assert.deepEqual(rotated.secrets["web-files"]?.needs, ["db-rotate-2-begin"]);
  });

  it("has a separate key, even if another path is spelled alike", () => {
    const alike = { "/a/b": [bank], "/a-b": [bank], "/a_b": "x", "/A/b": "y" } as Record<string, Text>;
    const plan = planFor(shopWith(alike), { credentials });
    const { config, mounts } = valuesOf(plan, "web");
    const secret = Object.keys(plan.secrets["web-files"]?.keys ?? {});
    const keys = [...secret, ...Object.keys(config?.files ?? {})];
    assert.equal(new Set(keys).size, 4, keys.join());
    assert.equal(keys[0], "a-b");
    assert.deepEqual(
      [...Object.values(mounts ?? {}), ...Object.values(config?.files ?? {})].map(
        (one) => (one as { path: string }).path,
      ),
      Object.keys(alike),
    );
    assert.deepEqual(
      Object.values(mounts ?? {}).map((mount) => (mount as { subPath?: string }).subPath),
      secret,
    );
  });

  it("has a separate Secret from that of the variables, even if both have the same key", () => {
    const plan = planFor(shopWith({ "/a": [bank] }, { a: [password("db", "app")] }), { credentials });
    assert.deepEqual(ownEnv(valuesOf(plan, "web")), { a: { secret: "web-env", key: "a" } });
    assert.deepEqual(Object.keys(plan.secrets).sort(), [
      "db-accounts-env",
      "db-auth",
      "web-env",
      "web-files",
    ]);
  });

  it("is mounted whatever the length of the service's name", () => {
    const name = "w".repeat(53);
    const { services, ...rest } = shopWith(files);
    const shop = { ...rest, services: { [name]: services.web as Service } };
    assert.doesNotThrow(() => planFor(shop, { credentials }));
  });

  it("is filled by the cluster from its secret store", () => {
    const plan = planFor(
      shopWith({ "/a.json": text`{"a": "${bank}"}`, "/b.json": text`{"b": "${password("db", "app")}"}` }),
      { externalSecrets },
    );
    assert.deepEqual(Object.keys(valuesOf(plan, "web").volumes ?? {}), [
      "secret-files",
      "secret-files-external",
    ]);
    assert.deepEqual(Object.keys(plan.secrets["web-files-external"]?.external?.keys ?? {}), ["bank-shop"]);
    const mixed = { "/a.json": text`{"a": "${bank}", "b": "${password("db", "app")}"}` };
    assert.match(
      problemsOf(() => planFor(shopWith(mixed), { externalSecrets }))[0]?.what ?? "",
      /\/a\.json contains bank-shop and db-app, but only some of them/,
    );
  });

  it("is limited to the size of a Secret", () => {
    const large = { "/a": text`${"x".repeat(600_000)}${bank}`, "/b": text`${"x".repeat(600_000)}${bank}` };
    for (const config of [{ credentials }, { externalSecrets }])
      assert.match(
        problemsOf(() => planFor(shopWith(large), config))[0]?.what ?? "",
        /the keys have 1,200,000 bytes together .*, and a Secret holds at most 1,048,576 bytes/,
      );
  });
});

describe("a password in a file", () => {
  it("is encoded in JSON for its position: in a string, as a whole value, next to comments", () => {
    const file = text`{
  // it's "the" bank
  "a": "${bank}", "b": ${bank}, "c": "x=\\"${bank};${login}", /* " */ "d": "${passwordInUrl("bank", "shop")}",
  "e": "//", "f": "${bank}", "g": ${port("db")}
}`;
    const plain = contentOf("/app/appsettings.JSON", file)
      .replace(/\/\/ it.*/, "")
      .replace('/* " */', "");
    assert.deepEqual(JSON.parse(plain), {
      a: NASTY,
      b: NASTY,
      c: `x="${NASTY};BANK\\shop"`,
      d: ENCODERS.uri.encode(NASTY),
      e: "//",
      f: NASTY,
      g: 3306,
    });
  });

  it("is encoded in YAML for the quotes of its value", () => {
    const file = text`# it's "the" bank
a: "${bank}"
b: '${bank}'
c: ${bank}
d: "https://${login}@x"
e: |
  x ${bank}
f: [${bank}, "x"]
---
- ${bank}
`;
    const [first = "", second = ""] = contentOf("/etc/app.yml", file).split("---\n");
    assert.deepEqual(parse(first), {
      a: NASTY,
      b: NASTY,
      c: NASTY,
      d: 'https://BANK\\shop"@x',
      e: `x ${NASTY}\n`,
      f: [NASTY, "x"],
    });
    assert.deepEqual(parse(second), [NASTY]);
  });

  it("is refused in an unquoted YAML value, unless Flotilla generates it", () => {
    const of = (file: Text) =>
      problemsOf(() => planFor(shopWith({ "/a.yaml": file }), { credentials })).map(
        ({ where, what, todo }) => `${where}: ${what} ${todo}`,
      );
    assert.match(
      of(text`url: x://u:${bank}@h`)[0] ?? "",
      /service web, \/a\.yaml: the password of "bank" is part of a YAML value without quotes.* double quotes/,
    );
    const generated = text`url: x://u:${password("db", "app")}@h`;
    assert.equal(contentOf("/a.yaml", generated), "url: x://u:Generated1@h");
    for (const file of [text`url: x://u:${passwordInUrl("bank", "shop")}@h`, text`{{ if }}: ]: ${bank} x`])
      assert.doesNotThrow(() => planFor(shopWith({ "/a.yaml": file }), { credentials }));
  });

  it("is encoded in properties and XML, and unchanged elsewhere", () => {
    const properties = contentOf("/a.properties", text`a.password=${bank}`);
    assert.equal(decodedProperties(properties.replace("a.password=", "")), NASTY);
    assert.match(properties, /^[ -~]+$/);
    const xml = contentOf("/a.xml", text`<a b="${bank}">${bank}</a>`);
    const decoded = ENCODERS.xml.encode(NASTY).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
    assert.equal(decoded, NASTY);
    assert.equal(xml, `<a b="${ENCODERS.xml.encode(NASTY)}">${ENCODERS.xml.encode(NASTY)}</a>`);
    // CDATA needs no escaping.
    const cdata = contentOf("/a.xml", text`<a><![CDATA[x ${bank}]]>${bank}</a>`);
    assert.equal(cdata, `<a><![CDATA[x ${ENCODERS.cdata.encode(NASTY)}]]>${ENCODERS.xml.encode(NASTY)}</a>`);
    assert.equal(ENCODERS.cdata.encode("a]]>&"), "a]]]]><![CDATA[>&");
    assert.equal(contentOf("/a.conf", text`a = ${bank}`), `a = ${NASTY}`);
  });

  it("is the same again when the file is read, whatever its characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (plain) => {
        assert.equal(JSON.parse(ENCODERS.json.encode(plain)), plain);
        assert.equal(JSON.parse(`"a${ENCODERS.jsonString.encode(plain)}b"`), `a${plain}b`);
        assert.equal(parse(`"${ENCODERS.jsonString.encode(plain)}"`), plain);
        assert.equal(decodeURIComponent(ENCODERS.uri.encode(plain)), plain);
        assert.equal(decodedProperties(ENCODERS.properties.encode(plain)), plain);
        if (!/[\p{Cc}\s]/u.test(plain)) assert.equal(parse(`'${ENCODERS.yamlString.encode(plain)}'`), plain);
        const url = new URL(`x://${ENCODERS.uri.encode(plain)}@host/`);
        assert.equal(decodeURIComponent(url.username), plain);
      }),
    );
  });
});

describe("a password in a URL", () => {
  const warnings = (URL: Text) =>
    planFor(shopWith({}, { URL }), { credentials }).warnings.filter((warning) => /InUrl/.test(warning));

  it("causes a warning if it is not encoded and may contain reserved characters", () => {
    const [first = "", second = ""] = warnings(text`x://${login}:${bank}@${host("bank")}/y`);
    assert.match(
      first,
      /service web, URL: the username of bank is not encoded in a URL.* usernameInUrl\("bank", "shop"\)/,
    );
    assert.match(second, /the password of bank is not encoded in a URL.*passwordInUrl\("bank", "shop"\)/);
  });

  it("causes no warning elsewhere, encoded, or generated", () => {
    const encoded = passwordInUrl("bank", "shop");
    for (const file of [
      text`x://${usernameInUrl("bank", "shop")}:${encoded}@h`,
      text`x://app:${password("db", "app")}@h`,
      text`app:${bank}@tcp(h)/db`,
      text`x://h/ ${bank}@`,
      [bank],
    ])
      assert.deepEqual(warnings(file), []);
  });
});

describe("a password in a variable", () => {
  it("is encoded if the inventory says so, and Kubernetes expands nothing in it", () => {
    const env = {
      JSON: text`{"user": "${login}", "password": "${passwordInJson("bank", "shop")}"}`,
      PLAIN: [bank],
      COMBINED: "a $(PLAIN) b",
    };
    const plan = planFor(shopWith({}, env), { credentials });
    const keys = plan.secrets["web-env"]?.keys ?? {};
    assert.deepEqual(Object.values(ownEnv(valuesOf(plan, "web"))), [
      { secret: "web-env", key: "JSON" },
      { secret: "web-env", key: "PLAIN" },
      { secret: "web-env", key: "COMBINED" },
    ]);
    assert.match(fillText(keys.JSON ?? [], credentials), /"password": "p@:\/\?#%&'\\"\\\\\$ /);
    assert.equal(fillText(keys.COMBINED ?? [], credentials), `a ${NASTY} b`);
  });
});

/** Reads a value the way java.util.Properties does. */
const decodedProperties = (value: string): string =>
  value.replace(/\\(u([0-9a-f]{4})|.)/gs, (_, one: string, code?: string) =>
    code === undefined ? (one === "n" ? "\n" : one) : String.fromCharCode(Number.parseInt(code, 16)),
  );
