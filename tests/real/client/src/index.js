// Runs one of the programs; the arguments name it: store, load, slow, metrics, once, or misbehave.
const [program] = process.argv.slice(2);
await import(`./${program}.js`);
