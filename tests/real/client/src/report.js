/** Prints one JSON line for each change of the counts, so that the log of a pod that ends is complete. */
export function reporter(read) {
  let last = "";
  const print = () => {
    const line = JSON.stringify(read());
    if (line !== last) process.stdout.write(`${line}\n`);
    last = line;
  };
  const timer = setInterval(print, 250);
  return {
    print,
    end: () => {
      clearInterval(timer);
      print();
    },
  };
}
