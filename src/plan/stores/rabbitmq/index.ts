/** rabbitmq. It has one account, and each generation of its password is a new user. Its nodes share an Erlang cookie. */
import { resources } from "../../../model/resources";
import { credentialName, rotatedAccounts, userName, userOf } from "../../credentials";
import type { StoreKindDescriptor } from "../kind";
import { olderNames, variableOf } from "../script";
import { RABBITMQ_RESET, RABBITMQ_ROTATE_BEGIN, RABBITMQ_ROTATE_END } from "./scripts";
import { bitnamiRabbitmq, upstreamRabbitmq } from "./values";

const VOLUME = "/opt/bitnami/rabbitmq/.rabbitmq/mnesia";

export const rabbitmq: StoreKindDescriptor = {
  name: "rabbitmq",
  facts: {
    port: 5672,
    protocol: "amqp",
    serviceSuffixes: ["", "-headless"],
    logins: "one account",
    mayLackPassword: false,
    hasDatabases: false,
    hasUsersPerDatabase: false,
    renamesUsers: true,
    resources: resources(["100m", "1"], ["512Mi", "1Gi"]),
  },
  image: { repository: "docker.io/library/rabbitmq", tag: "4.1.3-management" },
  timeoutSeconds: 600,
  // Jobs change its users through the management API.
  jobPorts: [5672, 15672],
  values: { bitnami: bitnamiRabbitmq, upstream: upstreamRabbitmq },
  endpoint: ({ name, at }) => at(name),
  internalAccounts: () => [],
  clusterKey: { account: "erlang-cookie", profiles: ["standalone", "replicated"] },
  secretKeys: (shape, of) => ({
    "rabbitmq-password": of(Object.keys(shape.store.accounts ?? {})[0] as string),
    "rabbitmq-erlang-cookie": of("erlang-cookie"),
  }),
  rotationWork: (shape, before, { host }) => {
    // The inventory has exactly one account.
    const [account] = rotatedAccounts(shape) as [string];
    const nameIn = (generation: typeof shape) => userName(generation, account, userOf(shape.store, account));
    return {
      begin: { runner: "bash", text: RABBITMQ_ROTATE_BEGIN },
      end: { runner: "bash", text: RABBITMQ_ROTATE_END },
      env: {
        HOST: host,
        USERNAME: nameIn(shape),
        PREVIOUS_USERNAME: nameIn(before),
        OLDER: olderNames(shape, nameIn).join(" "),
      },
      secretEnv: {
        PASSWORD: [{ credential: credentialName(shape, account) }],
        PREVIOUS_PASSWORD: [{ credential: credentialName(before, account) }],
      },
    };
  },
  reset: {
    places: {
      bitnami: { mount: VOLUME, data: VOLUME },
      upstream: { mount: "/var/lib/rabbitmq", data: "/var/lib/rabbitmq/mnesia" },
    },
    profiles: ["standalone"],
    hasNodeName: true,
    work: (shape, accounts) => {
      const users = accounts.map(
        (account) => `${userName(shape, account, userOf(shape.store, account))}:${variableOf(account)}`,
      );
      return { env: { USERS: users.join(" ") }, script: RABBITMQ_RESET };
    },
  },
  clientVariables: ({ store, line }) => {
    const [login = ""] = Object.keys(store.accounts ?? {});
    return {
      lines: [
        line("HOST", "host"),
        line("PORT", "port"),
        line("USERNAME", "username", login),
        line("PASSWORD", "password", login),
      ],
      helpers: ["host", "port", "username", "password"],
    };
  },
  // With `OrderedReady` the pods would wait for each other.
  canGrow: ({ podManagementPolicy }) => podManagementPolicy === "Parallel",
};
