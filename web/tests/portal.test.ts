import { expect, test } from "vitest";
import { timeLeft } from "../portal/countdown.ts";
import { brokenRules } from "../portal/password_rules.ts";
import { remaining } from "../portal/session.ts";

const minutes = (n: number): number => n * 60_000;

test("the time left of the seed: 7 days, 6 hours, 24 minutes", () => {
  expect(timeLeft(minutes(7 * 1440 + 6 * 60 + 24))).toEqual({ days: 7, hours: 6, minutes: 24 });
});

test("the last minute reads one, and nothing is ever negative", () => {
  expect(timeLeft(1)).toEqual({ days: 0, hours: 0, minutes: 1 });
  expect(timeLeft(minutes(60) - 1)).toEqual({ days: 0, hours: 1, minutes: 0 });
  expect(timeLeft(-5)).toEqual({ days: 0, hours: 0, minutes: 0 });
});

test("each rule is broken by its own password", () => {
  expect(brokenRules("Orage-violet-71")).toEqual([]);
  expect(brokenRules("Orage-vio71")).toEqual(["length"]);
  expect(brokenRules("ORAGE-VIOLET-71")).toEqual(["lower"]);
  expect(brokenRules("orage-violet-71")).toEqual(["upper"]);
  expect(brokenRules("Orage-violet-xy")).toEqual(["digit"]);
  expect(brokenRules("OrageViolet0071")).toEqual(["special"]);
  expect(brokenRules(`aB1-${"x".repeat(253)}`)).toEqual(["length"]);
  expect(brokenRules("ÉÀÇ-éèê-àçè-71")).toEqual(["lower", "upper"]);
});

test("the session ends at the first of its two ends", () => {
  const now = "2026-12-05T10:00:00Z";
  expect(remaining({ idle: "2026-12-05T10:30:00Z", absolute: "2026-12-05T14:00:00Z", now })).toBe(minutes(30));
  expect(remaining({ idle: "2026-12-05T10:30:00Z", absolute: "2026-12-05T10:10:00Z", now })).toBe(minutes(10));
});
