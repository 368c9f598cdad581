/** The part of a first process that starts daemons, and starts them again when they end: a shell script. */

export interface Daemon {
  name: string;
  command: string[];
  /** Whether it needs the API server. */
  afterApi: boolean;
}

/** Returns the end of a script in the folder of its files; it does not return. */
export const supervision = (daemons: readonly Daemon[]): string => `touch ground-ready

keep() {
  name=$1; condition=$2; shift 2
  while [ ! -e "$condition" ]; do sleep 0.2; done
  while [ ! -e stopping ]; do
    "$@" >> "log/$name.log" 2>&1 || echo "flotilla: $name ended with $?" >> "log/$name.log"
    sleep 1
  done
}
${daemons
  .map(({ name, command, afterApi }) => {
    const condition = afterApi ? "api-ready" : "ground-ready";
    return `keep ${name} ${condition} ${command.map(quoted).join(" ")} < /dev/null &`;
  })
  .join("\n")}
# Also reaps orphans.
while :; do wait; sleep 1; done
`;

/** Lets packets pass between interfaces. */
export const FORWARDING = `echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter`;

export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
