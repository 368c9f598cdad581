import type Table from "cli-table3";

/** A table without borders, which survives copying into a chat or a ticket. */
export const PLAIN_TABLE: Table.TableConstructorOptions = {
  chars: Object.fromEntries(
    [
      ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
      ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
    ].map((name) => [name, name === "middle" ? "  " : ""]),
  ),
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
};
