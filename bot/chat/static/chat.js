"use strict";
// Sends and fetches without a new page, leaves at once, reads aloud. All of it works without this
// script too, a little slower.
(() => {
  const EVERY = 4000;
  const MINUTE = 60_000;
  const LONGEST = 30_000; // a request that is not answered by then failed
  let over = false;
  let last = null;
  let waiting = []; // texts pressed and not known to have arrived, oldest first
  let pressed = ""; // what the field held at the last press
  let isSending = false;
  let stirred = Date.now(); // when somebody last typed, wrote or was answered
  let told = Date.now(); // when the line last heard of it

  // Older phones have no replaceChildren.
  function put(place, what) {
    place.textContent = "";
    place.append(...what);
  }

  function gone() {
    over = true;
    window.speechSynthesis?.cancel();
    document.body.textContent = "";
    location.replace("/");
  }

  function quit() {
    if (over) return;
    // With the network away nothing hears of it: this mark tells the line at the next request.
    document.cookie = document.body.dataset.left;
    window.stop(); // no answer that comes late leaves its cookie here
    const words = new URLSearchParams(new FormData(document.getElementById("say")));
    words.delete("words");
    // What was pressed and is still under way goes along; the line knows a text that it has already.
    if (isSending) waiting.forEach((one) => words.append("words", one));
    navigator.sendBeacon(document.getElementById("leave").action, words);
    gone();
  }

  // The answer with the whole of its text; null when there was none.
  async function ask(place, more) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), LONGEST);
    try {
      const answer = await fetch(place, { ...more, signal: stop.signal });
      return { answer, html: await answer.text() };
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  function aloud(talk) {
    const voices = "speechSynthesis" in window ? speechSynthesis.getVoices() : [];
    for (const words of talk.querySelectorAll(".line p")) {
      if (!voices.some((voice) => voice.lang.startsWith(words.lang))) continue;
      if (words.nextElementSibling) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = document.body.dataset.aloud;
      button.addEventListener("click", () => {
        const said = new SpeechSynthesisUtterance(words.textContent);
        said.lang = words.lang;
        speechSynthesis.cancel();
        speechSynthesis.speak(said);
      });
      words.after(button);
    }
  }

  // Only what differs is put in, so that nothing is read out again or jumps under a reader.
  const plain = (list) => list.innerHTML.trim();
  function show(read) {
    if (plain(read) === last) return;
    last = plain(read);
    stirred = Date.now();
    const talk = document.getElementById("talk");
    put(talk, read.children);
    aloud(talk);
    talk.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  async function look() {
    if (over || document.hidden) return;
    // By this clock too: without a network the line cannot say that the visit is over.
    if (Date.now() - stirred > document.body.dataset.idle * 1000) return void quit();
    if (!document.getElementById("look")) return;
    const place = new URL(document.body.dataset.talk, location);
    if (stirred - told > MINUTE) {
      told = Date.now();
      place.searchParams.set("writes", "1");
    }
    const seen = last;
    const came = await ask(place);
    // A text sent meanwhile knows more than this does.
    if (over || !came || isSending || last !== seen) return;
    if (came.answer.status === 410) gone();
    else if (came.answer.ok) {
      show(new DOMParser().parseFromString(`<ol>${came.html}</ol>`, "text/html").querySelector("ol"));
    }
  }

  // Makes this page what the answer's is. Not loaded anew: no words in a field are lost, and
  // nothing is asked of a network that may be gone again.
  function take(page) {
    const say = document.getElementById("say");
    say.elements.nonce.value = page.querySelector("[name=nonce]").value;
    const [here, link] = [document, page].map((one) => one.getElementById("look"));
    if (link && !here) {
      say.after(link);
      instead("look", look);
    } else if (here && !link) here.remove();
    const [old, keep] = [document, page].map((one) => one.getElementById("keep"));
    if (keep.getAttribute("action") !== old.getAttribute("action") && !old.elements.phrase.value) {
      const isHere = old.contains(document.activeElement);
      old.replaceWith(keep);
      keep.addEventListener("submit", phrase);
      if (isHere) keep.elements.phrase.focus();
    }
    show(page.getElementById("talk"));
  }

  // What a phone pictures of its open pages, and who wakes it, sees an empty sheet.
  function turned() {
    document.body.classList.toggle("away", document.hidden);
    if (document.hidden) window.speechSynthesis?.cancel();
    else look();
  }

  // What is posted by the browser itself would stay in its history: the script posts instead.
  async function post(form, words = {}) {
    const notice = document.getElementById("notice");
    const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...words });
    const came = await ask(form.action, { method: "POST", body, redirect: "follow" });
    if (over) return null;
    const answer = came?.answer;
    if (!answer || answer.status === 400 || answer.status >= 500) {
      notice.textContent = document.body.dataset.notSent;
      return null;
    }
    const page = new DOMParser().parseFromString(came.html, "text/html");
    const said = page.getElementById("notice");
    put(notice, said?.childNodes ?? [document.body.dataset.notSent]);
    return { page, ok: answer.ok && said !== null, moved: answer.redirected };
  }

  // Adds the field's words to what waits. What waits already may stand in the field too, above.
  function press(words) {
    const known = isSending ? pressed : waiting.join("\n");
    pressed = words;
    if (words === known) return;
    if (known && words.startsWith(`${known}\n`)) waiting.push(words.slice(known.length + 1));
    else if (isSending) waiting.push(words);
    else waiting = [words];
  }

  // What did not arrive stands in the field, before what was written since.
  function restore(field) {
    const all = waiting.join("\n");
    const isMore = field.value.startsWith(pressed);
    const since = isMore ? field.value.slice(pressed.length) : field.value && `\n${field.value}`;
    if (field.value !== all + since) field.value = all + since;
  }

  // One text after the other, in the order in which they were pressed.
  async function send(event) {
    event.preventDefault();
    const form = event.target;
    const field = form.elements.words;
    if (!field.value.trim()) return;
    press(field.value);
    if (isSending) return;
    isSending = true;
    while (waiting.length) {
      const answer = await post(form, { words: waiting[0] });
      if (!answer?.ok) break;
      waiting.shift();
      take(answer.page);
    }
    isSending = false;
    if (over) return;
    if (waiting.length) restore(field);
    else if (field.value === pressed) field.value = "";
  }

  async function phrase(event) {
    event.preventDefault();
    const answer = await post(event.target);
    if (answer?.ok) {
      event.target.reset();
      take(answer.page);
    }
    document.getElementById("notice")?.scrollIntoView({ block: "center" });
  }

  function instead(id, what) {
    document.getElementById(id)?.addEventListener("click", (event) => {
      event.preventDefault();
      what(event.target);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) quit();
  });
  document.addEventListener("visibilitychange", turned);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("leave").addEventListener("submit", (event) => {
      event.preventDefault();
      quit();
    });
    document.getElementById("say").addEventListener("submit", send);
    document.addEventListener("input", () => { stirred = Date.now(); });
    document.getElementById("keep").addEventListener("submit", phrase);
    instead("language", (link) => location.replace(link.href));
    instead("look", look);
    const larger = document.createElement("button");
    larger.type = "button";
    larger.textContent = document.body.dataset.larger;
    larger.addEventListener("click", () => document.body.classList.toggle("larger"));
    document.querySelector("header").prepend(larger);
    const talk = document.getElementById("talk");
    last = plain(talk);
    aloud(talk);
    // A browser may know its voices only a moment later.
    if ("speechSynthesis" in window) {
      speechSynthesis.onvoiceschanged = () => aloud(talk);
    }
    setInterval(look, EVERY);
  });
})();
