/** Schedules and time zones, as Kubernetes accepts them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isTimeZone, scheduleProblem, timeZones } from "../../src/model/cron";

describe("a schedule", () => {
  it("is accepted in the forms of robfig/cron", () => {
    for (const schedule of [
      ...["* * * * *", "*/15 * * * *", "0 3 * * 1-5", "0,30 8-18/2 1,15 * ?", "5/10 * * * *", "0 0 29 2 *"],
      ...["0 0 * JAN-mar Sun", "59 23 31 12 6", "  0   3 * * *  ", "1,,2 * * * *", "*-5 * * * *"],
      ...["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"],
      ...["@every 1h30m", "@every 90s", "@every 1.5h", "0 0 31 2 1"],
    ])
      assert.equal(scheduleProblem(schedule), undefined, schedule);
  });

  it("is refused in words", () => {
    const wrong: [string, RegExp][] = [
      ["", /0 fields instead of five/],
      ["* * * *", /4 fields instead of five/],
      ["0 * * * * *", /6 fields instead of five/],
      ["60 * * * *", /the minute "60" must be from 0 to 59/],
      ["* 24 * * *", /the hour "24" must be from 0 to 23/],
      ["* * 0 * *", /the day of the month "0" must be from 1 to 31/],
      ["* * * 13 *", /the month "13" must be from 1 to 12/],
      ["* * * * 7", /the day of the week "7" must be from 0 to 6/],
      ["* * * * monday", /the day of the week "monday" is not a number, or a word such as mon/],
      ["x * * * *", /the minute "x" is not a number/],
      ["-5 * * * *", /the minute "-5" is not a number/],
      ["30-10 * * * *", /ends before it starts/],
      ["*/0 * * * *", /has a step of 0/],
      ["1-2-3 * * * *", /more than one hyphen/],
      ["*/2/3 * * * *", /more than one slash/],
      [", * * * *", /has no number/],
      ["0 0 31 2 *", /never occurs/],
      ["0 0 31 4,6,9,11 *", /never occurs/],
      ["CRON_TZ=UTC 0 3 * * *", /set `timeZone` instead/],
      ["TZ=Europe/Berlin 0 3 * * *", /set `timeZone` instead/],
      ["@reboot", /is not one of @yearly/],
      ["@Daily", /is not one of @yearly/],
      ["@every", /is not one of @yearly/],
      ["@every day", /"day" is not a duration/],
      ["@every 0s", /"0s" is not a duration/],
    ];
    for (const [schedule, problem] of wrong) assert.match(scheduleProblem(schedule) ?? "accepted", problem);
  });

  it("never ends in an error, whatever is written", () => {
    const character = fc.constantFrom(..."0123456789*/-,? @abcdefjmnostuw".split(""));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 24 }), (characters) => {
        const problem = scheduleProblem(characters.join(""));
        assert.ok(problem === undefined || problem.length > 0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a time zone", () => {
  it("is one of the time zone database, with its spelling", () => {
    for (const zone of [
      ...[
        "UTC",
        "GMT",
        "CET",
        "EST5EDT",
        "Etc/UTC",
        "Etc/GMT+5",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Asia/Calcutta",
      ],
      ...[
        "US/Eastern",
        "America/Argentina/Buenos_Aires",
        "America/Port-au-Prince",
        "Japan",
        "GB",
        "Africa/Dar_es_Salaam",
      ],
      ...timeZones(),
    ])
      assert.ok(isTimeZone(zone), zone);
    for (const zone of [
      ...[
        "",
        "Local",
        "utc",
        "Utc",
        "europe/berlin",
        "Europe/berlin",
        "EUROPE/BERLIN",
        "ASIA/KOLKATA",
        "+01:00",
      ],
      ...["Europe/Berln", "Mars/Olympus", "Europe", "Etc/Utc+1", "Europe/Berlin "],
    ])
      assert.ok(!isTimeZone(zone), zone);
  });
});
