/** Ranges of addresses, such as 10.1.0.0/16. */

/** Returns the first address of a valid range with its prefix: `10.0.0.0/8` for `10.0.0.5/8`. IPv6 is written in full. */
export function firstOfRange(range: string): string {
  const [address = "", prefix = ""] = range.split("/");
  const isV6 = address.includes(":");
  const { groups, bits, radix } = isV6
    ? { groups: groupsOf(address), bits: 16, radix: 16 }
    : { groups: address.split(".").map(Number), bits: 8, radix: 10 };
  const masked = groups.map((group, index) => {
    const kept = Math.min(bits, Math.max(0, Number(prefix) - index * bits));
    return (group >> (bits - kept)) << (bits - kept);
  });
  return `${masked.map((group) => group.toString(radix)).join(isV6 ? ":" : ".")}/${prefix}`;
}

/** Whether a range starts at its first address, as the API server requires. */
export const beginsAtFirst = (range: string): boolean => {
  const [address = ""] = range.split("/");
  const [first = ""] = firstOfRange(range).split("/");
  return address.includes(":")
    ? groupsOf(address).join() === groupsOf(first).join()
    : address.split(".").map(Number).join() === first.split(".").map(Number).join();
};

/** Whether a range has IPv4-mapped IPv6 addresses, which the API server refuses. */
export const isMapped = (range: string): boolean => {
  const [address = ""] = range.split("/");
  if (!address.includes(":")) return false;
  const groups = groupsOf(address);
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
};

/** Returns the eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [before = "", after] = plain.split("::");
  const numbers = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [head, tail] = [numbers(before), after === undefined ? [] : numbers(after)];
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
