/**
 * Rewrites a compiled module of re-exports to load each module on first use. Inventories import `host` or `text` from the
 * package, and commands that read inventories should not load the Pulumi SDK, which takes a second.
 */
export function lazily(source: string): string {
  const names: string[] = [];
  const withGetters = source.replace(
    /^var (\w+) = require\(("[^"]+")\);$/gm,
    (_, name: string, path: string) => {
      names.push(name);
      return `const ${name} = () => require(${path});`;
    },
  );
  return names.reduce((text, name) => text.replaceAll(`return ${name}.`, `return ${name}().`), withGetters);
}
