// Folds a question as scripts/shahrnama/persian.py folds what is indexed, so that every spelling finds the same.
// Both pass tests/cases/search_folding.json; letters and word lists are Python's own (search_words.js, written at build).
import { FOLDING } from "./search_words.js";

const TOKEN = /[\p{L}\p{N}_]+(?:\.\p{Nd}+)*/gu;
const THOUSANDS = /(?<=[0-9]),(?=[0-9]{3}(?![0-9]))/g;
const NUMBER = /^\p{Nd}+(?:\.\p{Nd}+)*$/u;
const letters = new Map(Object.entries(FOLDING.letters));
const alone = new Set(FOLDING.alone);
const whole = new Set(FOLDING.whole);

/** Words as search compares them, joined by spaces. */
export function fold(text) {
  const words = split(text);
  const kept = words.filter((word) => !alone.has(word)).map(stem);
  return (kept.length ? kept : words).join(" ");
}

/** Folded words as the index of pages has them: a number ends with a letter, so that 1 is not the beginning of 12. */
export function terms(text) {
  return fold(text).split(" ").filter(Boolean).map((word) => (NUMBER.test(word) ? `${word.replaceAll(".", "d")}n` : word));
}

function split(text) {
  const apart = Array.from(text.normalize("NFKD"), (sign) => letters.get(sign) ?? caseless(sign)).join("");
  return apart.normalize("NFC").replace(THOUSANDS, "").match(TOKEN) ?? [];
}

/** Unicode's full case folding of one sign: up and down again gives it, but for the dotless i. */
function caseless(sign) {
  return sign === "ı" ? sign : sign.toUpperCase().toLowerCase();
}

function stem(word) {
  if (whole.has(word)) return word;
  const length = Array.from(word).length;
  const found = FOLDING.suffixes.find((suffix) => word.endsWith(suffix) && length - suffix.length >= FOLDING.shortest_stem);
  return found ? word.slice(0, -found.length) : word;
}
