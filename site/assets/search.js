// The search page. Without it the page still offers the tables' search and the list of all pages. Nothing is fetched
// of the index until the reader's cursor is in the box or a question is in the address.
import { fold, terms } from "./search_fold.js";

const SHOWN = 10; // results at a time: each is a file to fetch
const PAUSE_MS = 250; // after the last key
const RANKING = { termSimilarity: 3, pageLength: 0.1 }; // a whole word before one that begins alike; long pages count too
const TABLES = "/db/"; // what is there has no page
const LOOKED = 20; // results whose titles are looked at (see `rank`)
const WORD = /[\p{L}\p{N}\p{M}_\u200c.]+/gu;
const persian = document.documentElement.lang !== "en";
const WORDS = persian
  ? { none: "نتیجه‌ای نیست برای", found: "نتیجه برای", quotes: ["«", "»"], demo: "نمونهٔ ساختگی", wait: "در حال جست‌وجو…" }
  : { none: "Nothing found for", found: "results for", quotes: ["“", "”"], demo: "fictional sample", wait: "Searching…" };
const part = Object.fromEntries(
  ["ask", "q", "found", "results", "rest", "more", "hints", "nothing", "plain", "unable"].map((id) => [id, document.getElementById(id)]),
);
const number = new Intl.NumberFormat(persian ? "fa-IR" : "en");
let engine;
let turn = 0; // answers to an earlier question are not shown over a later one's
let found = [];
let wanted = [];

function loaded() {
  engine ??= import("../pagefind/pagefind.js").then(async (pagefind) => {
    await pagefind.options({ noWorker: true, ranking: RANKING }); // one file less, and no worker for the CSP to allow
    await pagefind.init();
    return pagefind;
  });
  return engine;
}

async function answer(asked) {
  const mine = ++turn;
  wanted = terms(asked);
  if (!wanted.length) return show([], "");
  if (!engine) part.found.textContent = WORDS.wait;
  try {
    const answered = await (await loaded()).search(wanted.join(" "));
    const ranked = await named(answered?.results ?? []);
    if (mine === turn) await show(ranked, asked);
  } catch (error) {
    console.error(error);
    engine = undefined;
    part.found.textContent = "";
    part.plain.hidden = part.unable.hidden = false;
  }
}

/** The results, the pages first that are called by what was asked for. */
async function named(results) {
  const looked = await Promise.all(results.slice(0, LOOKED).map(async (result) => [rank((await result.data()).meta), result]));
  looked.sort(([one], [other]) => one - other);
  return looked.map(([, result]) => result).concat(results.slice(LOOKED));
}

/** 0 for what the menus call so, then pages by how their titles begin, then those that name it before their colon. */
function rank({ url, title, label = "" }) {
  const begins = (said) => wanted.every((term, place) => said[place] === term);
  if (begins(terms(label))) return 0;
  if (url.startsWith(TABLES)) return 3;
  if (begins(terms(title))) return 1;
  const name = terms(title.split(":")[0]);
  return wanted.every((term) => name.includes(term)) ? 2 : 3;
}

async function show(results, asked) {
  found = results;
  const said = `${WORDS.quotes[0]}${asked.trim()}${WORDS.quotes[1]}`;
  const count = number.format(results.length);
  part.results.replaceChildren();
  part.hints.hidden = Boolean(asked);
  part.unable.hidden = true;
  part.nothing.hidden = part.plain.hidden = !asked || results.length > 0;
  part.rest.hidden = true;
  await more(turn);
  part.found.textContent = !asked ? "" : results.length ? `${count} ${WORDS.found} ${said}` : `${WORDS.none} ${said}`;
}

async function more(mine = turn) {
  const from = part.results.children.length;
  const next = await Promise.all(found.slice(from, from + SHOWN).map((result) => result.data()));
  if (mine !== turn) return;
  part.results.append(...next.map(({ meta }) => item(meta)));
  part.rest.hidden = part.results.children.length >= found.length;
  if (from && next.length) part.results.children[from].querySelector("a").focus();
}

function item(meta) {
  const link = element("a", { href: meta.url }, ...marked(meta.title));
  const kind = element("small", {}, meta.demo ? `${meta.kind} · ${WORDS.demo}` : meta.kind);
  return element("li", {}, link, " ", kind, element("p", { dir: "auto" }, meta.about));
}

/** A title with the words that were asked for in <mark>; spelled as they are, found as they fold. */
function marked(title) {
  const parts = [];
  let end = 0;
  for (const { 0: word, index } of title.matchAll(WORD)) {
    const said = terms(word);
    if (!said.some((term) => wanted.some((asked) => term.startsWith(asked)))) continue;
    parts.push(title.slice(end, index), element("mark", {}, word));
    end = index + word.length;
  }
  return [...parts, title.slice(end)];
}

function element(name, attributes, ...inside) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...inside);
  return made;
}

function ask() {
  const asked = part.q.value;
  const address = new URL(location.href);
  if (fold(asked)) address.searchParams.set("q", asked);
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
  return answer(asked);
}

let pause;
part.plain.hidden = true;
part.q.addEventListener("focus", () => loaded().catch(() => {}), { once: true });
part.q.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(ask, PAUSE_MS);
});
part.ask.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(pause);
  ask();
});
part.more.addEventListener("click", () => more());
part.q.value = new URLSearchParams(location.search).get("q") ?? "";
answer(part.q.value);
