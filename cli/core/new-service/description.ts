/** The TypeScript of a new service in an inventory: it deploys as it is, and is meant to be edited. */
import type { Application, Language } from "../../../src/model/application";
import { own } from "../../../src/model/graph";
import { factsOf } from "../../../src/model/store-kinds";
import { kindOf } from "../../../src/plan/stores/registry";

export interface NewService {
  name: string;
  language: Language;
  /** Names of the services, stores and externals it uses. */
  uses: readonly string[];
  image: { repository: string; tag: string };
}

/** The usual unprivileged port of each language. */
const PORTS: Record<Language, number> = {
  node: 3000,
  python: 8000,
  java: 8080,
  go: 8080,
  php: 8080,
  dotnet: 8080,
  nginx: 8080,
  // Rails, Phoenix.
  ruby: 3000,
  rust: 8080,
  elixir: 4000,
  generic: 8080,
};

/** Paths that they write to in addition to /tmp. */
const WRITABLE: Partial<Record<Language, string[]>> = {
  nginx: ["/var/cache/nginx", "/var/run"],
  php: ["/var/run/apache2", "/var/lock/apache2"],
};

/** Variables that a language's runtime or usual framework reads; without one, the image decides the port. */
const RUNTIME: Partial<Record<Language, Record<string, string>>> = {
  node: { PORT: String(PORTS.node), NODE_ENV: "production" },
  python: { PORT: String(PORTS.python), PYTHONUNBUFFERED: "1" },
  go: { PORT: String(PORTS.go) },
  ruby: { PORT: String(PORTS.ruby) },
  elixir: { PORT: String(PORTS.elixir), PHX_SERVER: "true" },
  // Percent of the container's memory; by default the heap gets only 25.
  java: { SERVER_PORT: String(PORTS.java), JAVA_TOOL_OPTIONS: "-XX:MaxRAMPercentage=75" },
  // Its diagnostics would need a writable file system.
  dotnet: { ASPNETCORE_HTTP_PORTS: String(PORTS.dotnet), DOTNET_EnableDiagnostics: "0" },
};

/** The text of a property of `services`, and the helpers of src/model/text it calls. */
export interface Described {
  lines: string[];
  helpers: string[];
  /** The account that it needs in each store, by store. */
  accounts: Record<string, string>;
}

export function describe(application: Application, service: NewService): Described {
  const { name, language, uses, image } = service;
  const port = PORTS[language];
  const variables = uses.map((target) =>
    variablesFor(application, target, accountOf(application, target, name)),
  );
  const runtime = Object.entries(RUNTIME[language] ?? {}).map(([key, value]) => `${key}: ${quote(value)},`);
  const env = [...runtime, ...variables.flatMap(({ lines }) => lines)];
  const writable = ["/tmp", ...(WRITABLE[language] ?? [])];
  return {
    lines: [
      `${keyOf(name)}: {`,
      `  language: "${language}",`,
      `  image: { repository: ${quote(image.repository)}, tag: ${quote(image.tag)} },`,
      `  ports: { http: { container: ${port}, protocol: "http" } },`,
      ...(uses.length === 0 ? [] : [`  uses: [${uses.map(quote).join(", ")}],`]),
      ...(env.length === 0 ? [] : ["  env: {", ...env.map((line) => `    ${line}`), "  },"]),
      "  // Ready: can serve requests, including its stores. Live: the process works, even if its stores do not.",
      '  probe: { http: { path: "/health/ready", port: "http" } },',
      '  liveness: { http: { path: "/health/live", port: "http" } },',
      `  writable: [${writable.map(quote).join(", ")}],`,
      "},",
    ],
    helpers: [...new Set(variables.flatMap(({ helpers }) => helpers))].sort(),
    accounts: Object.fromEntries(
      uses.flatMap((target) => {
        const store = own(application.stores, target);
        return store && store.noPassword === undefined && factsOf(store.kind).hasDatabases
          ? [[target, accountOf(application, target, name)]]
          : [];
      }),
    ),
  };
}

/** The account name of a service: its name without characters that user names cannot have, and not taken yet. */
function accountOf(application: Application, store: string, service: string): string {
  const taken = Object.values(own(application.stores, store)?.accounts ?? {});
  const keys = Object.keys(own(application.stores, store)?.accounts ?? {});
  const base = service.replaceAll("-", "").slice(0, 29);
  const candidates = [base, ...Array.from({ length: 98 }, (_, index) => `${base}${index + 2}`)];
  const isFree = (name: string) =>
    !keys.includes(name) && !taken.some(({ username, database }) => username === name || database === name);
  return candidates.find(isFree) ?? base;
}

/** The variables with everything that a client of the target needs to know. */
function variablesFor(
  application: Application,
  target: string,
  account: string,
): { lines: string[]; helpers: string[] } {
  const prefix = target.toUpperCase().replaceAll("-", "_");
  const store = own(application.stores, target);
  const line = (suffix: string, helper: string, ...args: string[]) =>
    `${prefix}_${suffix}: [${helper}(${[target, ...args].map(quote).join(", ")})],`;
  const address = { lines: [`${prefix}_ADDRESS: [...address(${quote(target)})],`], helpers: ["address"] };
  if (!store) {
    const external = own(application.externals ?? {}, target);
    const [port] = Object.values(own(application.services, target)?.ports ?? {});
    const protocol = external?.protocol ?? port?.protocol;
    const [login] = Object.keys(external?.accounts ?? {});
    const web = protocol === "http" || protocol === "https";
    const connection = web ? { lines: [line("URL", "url")], helpers: ["url"] } : address;
    return login === undefined
      ? connection
      : {
          lines: [
            ...connection.lines,
            line("USERNAME", "username", login),
            line("PASSWORD", "password", login),
          ],
          helpers: [...connection.helpers, "username", "password"],
        };
  }
  return kindOf(store.kind).clientVariables({ target, store, account, prefix, line });
}

const quote = (text: string): string => JSON.stringify(text);

/** A property name, quoted unless it is an identifier. */
export const keyOf = (name: string): string => (/^[a-z][a-z0-9]*$/.test(name) ? name : quote(name));
