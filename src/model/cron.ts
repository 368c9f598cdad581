/** Cron schedules and time zones, as Kubernetes accepts them (robfig/cron v3, `ParseStandard`). */

interface Field {
  name: string;
  min: number;
  max: number;
  /** Words for the numbers from `min`. */
  words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day of the month", min: 1, max: 31 },
  {
    name: "month",
    min: 1,
    max: 12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of the week", min: 0, max: 6, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/** Days of each month, in a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Returns what is wrong with a schedule; undefined if Kubernetes accepts it and it occurs. */
export function scheduleProblem(schedule: string): string | undefined {
  if (/TZ/.test(schedule)) return "has a time zone: set `timeZone` instead";
  if (schedule.startsWith("@")) return descriptorProblem(schedule);
  const fields = schedule.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== FIELDS.length)
    return `has ${fields.length} fields instead of five: minute, hour, day of the month, month, day of the week`;
  const read = fields.map((text, index) => readField(text, FIELDS[index] as Field));
  const wrong = read.find((field): field is { problem: string } => "problem" in field);
  if (wrong) return wrong.problem;
  const [, , days, months, weekdays] = read as Numbers[];
  // With both a day of the month and a day of the week, either one is enough.
  const isPossible =
    !weekdays?.isAny ||
    months?.numbers.some((month) => Math.min(...(days?.numbers ?? [])) <= (DAYS[month - 1] ?? 0));
  return isPossible ? undefined : "never occurs: no such month has that day";
}

function descriptorProblem(schedule: string): string | undefined {
  if (DESCRIPTORS.includes(schedule)) return undefined;
  const [, duration] = /^@every (.*)$/.exec(schedule) ?? [];
  if (duration === undefined) return `is not one of ${DESCRIPTORS.join(", ")} and @every <duration>`;
  return /^(\d+(\.\d+)?(h|m|s))+$/.test(duration) && /[1-9]/.test(duration)
    ? undefined
    : `"${duration}" is not a duration, such as 1h30m`;
}

/** The numbers that a field stands for. */
interface Numbers {
  numbers: number[];
  /** Whether the field begins with * or ? and has no step. */
  isAny: boolean;
}

function readField(text: string, field: Field): Numbers | { problem: string } {
  const parts = text.split(",").filter((part) => part !== "");
  if (parts.length === 0) return { problem: `the ${field.name} "${text}" has no number` };
  const read = parts.map((part) => readPart(part, field));
  const wrong = read.find((part): part is { problem: string } => "problem" in part);
  if (wrong) return wrong;
  const found = read as Numbers[];
  return { numbers: found.flatMap(({ numbers }) => numbers), isAny: found.some(({ isAny }) => isAny) };
}

/** Reads `number`, `number-number`, `*` or `?`, each with an optional `/step`. */
function readPart(text: string, field: Field): Numbers | { problem: string } {
  const { name, min, max } = field;
  const refuse = (why: string) => ({ problem: `the ${name} "${text}" ${why}` });
  const [range = "", stepText, ...moreSteps] = text.split("/");
  const [low = "", high, ...moreBounds] = range.split("-");
  if (moreSteps.length > 0) return refuse("has more than one slash");
  if (moreBounds.length > 0) return refuse("has more than one hyphen");
  const isAny = low === "*" || low === "?";
  const first = isAny ? min : numberOf(low, field);
  // `5/10` is the same as `5-59/10`.
  const isOpen = isAny || (high === undefined && stepText !== undefined);
  const last = isOpen ? max : high === undefined ? first : numberOf(high, field);
  const step = stepText === undefined ? 1 : numberOf(stepText);
  if (first === undefined || last === undefined || step === undefined)
    return refuse(`is not a number${field.words ? `, or a word such as ${field.words[1]}` : ""}`);
  if (first < min || last > max) return refuse(`must be from ${min} to ${max}`);
  if (first > last) return refuse("ends before it starts");
  if (step === 0) return refuse("has a step of 0");
  const numbers = Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, index) => first + index * step,
  );
  return { numbers, isAny: isAny && step === 1 };
}

function numberOf(text: string, { words, min }: Partial<Field> = {}): number | undefined {
  const index = words?.indexOf(text.toLowerCase()) ?? -1;
  if (index >= 0) return index + (min ?? 0);
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The forms of names in the time zone database, whose case counts: `UTC`, `EST5EDT`, `Cuba`, `Etc/GMT+1`, `Europe/Berlin`. */
const ZONE_NAMES =
  /^([A-Z]{2,3}|[A-Z]{3}[0-9][A-Z]{3}|[A-Z][a-z]{3,}|GB-Eire|NZ-CHAT|W-SU|GMT[+-]?0|Etc\/[A-Z][A-Za-z0-9+-]*|(US|[A-Z][a-z]+)(\/[A-Z][A-Za-z_-]*[a-z][A-Za-z_-]*)+)$/;

/** The time zones that ICU lists. It knows more names, such as `Asia/Kolkata`, without listing them. */
export const timeZones = (): string[] => Intl.supportedValuesOf("timeZone");

/** Whether a time zone is in the time zone database. */
export function isTimeZone(zone: string): boolean {
  const listed = timeZones().find((name) => name.toLowerCase() === zone.toLowerCase());
  if (listed !== undefined) return listed === zone;
  if (!ZONE_NAMES.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
