// The election (scrutin) as published: its key and its questions. Its exact bytes are what voters' proofs
// are bound to, through the fingerprint.
import { fingerprint } from "./hash.ts";
import { Point } from "./group.ts";
import { canonical, fields, list, readCanonical, small, text, type Json } from "./json.ts";
import { Refusal } from "./refusal.ts";

/** Choose from `min` to `max` of the answers, or blank where allowed. */
export interface HomomorphicQuestion {
  readonly kind: "homomorphic";
  readonly question: string;
  readonly answers: readonly string[];
  readonly blank: boolean;
  readonly min: number;
  readonly max: number;
}

/** Choose one list and at least one of its candidates. `lists[l][0]` is the list's name. */
export interface ListsQuestion {
  readonly kind: "lists";
  readonly question: string;
  readonly lists: readonly (readonly string[])[];
}

/** Read, so that the election can be shown and its fingerprint checked, but no ballot can be made or verified. */
export interface NonHomomorphicQuestion {
  readonly kind: "non_homomorphic";
  readonly question: string;
  readonly answers: readonly string[];
}

export type Question = HomomorphicQuestion | ListsQuestion | NonHomomorphicQuestion;

export interface Election {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The key y that ballots are encrypted for. */
  readonly key: Point;
  readonly questions: readonly Question[];
  /** phi: base64 of SHA-256 of the exact bytes. */
  readonly fingerprint: string;
}

const MOST_ANSWERS = 1000;

export function parseElection(bytes: Uint8Array): Election {
  const draft = readCanonical(bytes, readElection, (value) => value.json);
  return { ...draft.election, fingerprint: fingerprint(bytes) };
}

interface Draft {
  election: Omit<Election, "fingerprint">;
  json: Json;
}

function readElection(json: Json): Draft {
  const names = ["version", "description", "name", "group", "public_key", "questions", "uuid"];
  const found = fields(json, "election", names, ["administrator", "credential_authority"]);
  if (found.get("version") !== 1) throw new Refusal("shape", "election.version");
  if (text(found.get("group"), "election.group") !== "Ed25519") throw new Refusal("group", "Ed25519 only");
  const id = text(found.get("uuid"), "election.uuid");
  if (!/^[1-9A-HJ-NP-Za-km-z]{14,}$/.test(id)) throw new Refusal("shape", "election.uuid");
  const key = Point.parse(text(found.get("public_key"), "election.public_key"), "election.public_key");
  if (key.isIdentity()) throw new Refusal("point", "election.public_key is the identity");
  const questions = list(found.get("questions"), "election.questions").map(readQuestion);
  if (questions.length === 0) throw new Refusal("shape", "election.questions is empty");
  const ordered: { [name: string]: Json } = {};
  for (const name of [...names, "administrator", "credential_authority"]) {
    const value = found.get(name);
    if (value === undefined) continue;
    ordered[name] = name === "questions" ? questions.map((question) => question.json) : value;
    if (name !== "version" && name !== "questions") text(value, `election.${name}`);
  }
  return {
    election: {
      id,
      name: text(found.get("name"), "election.name"),
      description: text(found.get("description"), "election.description"),
      key,
      questions: questions.map((question) => question.question),
    },
    json: ordered,
  };
}

interface QuestionDraft {
  question: Question;
  json: Json;
}

function readQuestion(json: Json, index: number): QuestionDraft {
  const where = `questions[${index}]`;
  const typed = typeof json === "object" && json !== null && !Array.isArray(json) && "type" in json;
  if (!typed) return readHomomorphic(json, where);
  const found = fields(json, where, ["type", "value"], ["extra"]);
  const type = text(found.get("type"), `${where}.type`);
  const value = found.get("value") ?? null;
  const draft = type === "Lists" ? readLists(value, where) : readNonHomomorphic(type, value, where);
  const extra = found.get("extra");
  return {
    question: draft.question,
    json: extra === undefined ? { type, value: draft.json } : { type, value: draft.json, extra },
  };
}

function readHomomorphic(json: Json, where: string): QuestionDraft {
  const found = fields(json, where, ["answers", "min", "max", "question"], ["blank"]);
  const answers = texts(found.get("answers"), `${where}.answers`);
  const question = text(found.get("question"), `${where}.question`);
  const min = small(found.get("min"), `${where}.min`);
  const max = small(found.get("max"), `${where}.max`);
  const blank = found.get("blank");
  if (blank !== undefined && typeof blank !== "boolean") throw new Refusal("shape", `${where}.blank`);
  if (min > max || max > answers.length) throw new Refusal("shape", `${where}: min and max`);
  const known: { [name: string]: Json } = { answers: [...answers] };
  if (blank !== undefined) known["blank"] = blank;
  Object.assign(known, { min, max, question });
  return { question: { kind: "homomorphic", question, answers, blank: blank === true, min, max }, json: known };
}

function readLists(json: Json, where: string): QuestionDraft {
  const found = fields(json, where, ["answers", "question"]);
  const lists = list(found.get("answers"), `${where}.answers`).map((names, l) => texts(names, `${where}.answers[${l}]`));
  if (lists.length === 0 || lists.length > MOST_ANSWERS) throw new Refusal("shape", `${where}.answers`);
  const question = text(found.get("question"), `${where}.question`);
  return {
    question: { kind: "lists", question, lists },
    json: { answers: lists.map((names) => [...names]), question },
  };
}

function readNonHomomorphic(type: string, json: Json, where: string): QuestionDraft {
  if (type !== "NonHomomorphic") throw new Refusal("question_unsupported", `${where}: ${canonical(type)}`);
  const found = fields(json, where, ["answers", "question"]);
  const answers = texts(found.get("answers"), `${where}.answers`);
  const question = text(found.get("question"), `${where}.question`);
  return { question: { kind: "non_homomorphic", question, answers }, json: { answers: [...answers], question } };
}

function texts(json: Json | undefined, where: string): string[] {
  const found = list(json, where).map((item, index) => text(item, `${where}[${index}]`));
  if (found.length === 0 || found.length > MOST_ANSWERS) throw new Refusal("shape", where);
  return found;
}
