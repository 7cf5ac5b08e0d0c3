"use strict";
// Puts syllabic keys above each field marked data-syllabics. Without this script one types
// roman letters, which the line writes in syllabics itself.
(() => {
  const ROWS = [
    "ᐃᐄᐅᐆᐊᐋ", "ᐱᐲᐳᐴᐸᐹᑉ", "ᑎᑏᑐᑑᑕᑖᑦ", "ᑭᑮᑯᑰᑲᑳᒃ", "ᒋᒌᒍᒎᒐᒑᒡ", "ᒥᒦᒧᒨᒪᒫᒻ", "ᓂᓃᓄᓅᓇᓈᓐ",
    "ᓯᓰᓱᓲᓴᓵᔅ", "ᓕᓖᓗᓘᓚᓛᓪ", "ᔨᔩᔪᔫᔭᔮᔾ", "ᕕᕖᕗᕘᕙᕚᕝ", "ᕆᕇᕈᕉᕋᕌᕐ", "ᕿᖀᖁᖂᖃᖄᖅ",
    "ᖏᖐᖑᖒᖓᖔᖕ", "ᙱᙲᙳᙴᙵᙶᖖ", "ᖠᖡᖢᖣᖤᖥᖦ", "ᕼ",
  ];

  function put(field, sign) {
    field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function key(field, sign, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name || sign;
    if (!name) button.lang = "iu";
    // The field keeps its place and the phone's own keyboard stays away.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => put(field, sign));
    return button;
  }

  function keys(field) {
    const box = document.createElement("details");
    box.className = "keys";
    const title = document.createElement("summary");
    title.textContent = field.dataset.syllabics;
    box.append(title);
    for (const row of ROWS) {
      const line = document.createElement("div");
      line.append(...[...row].map((sign) => key(field, sign)));
      box.append(line);
    }
    const last = document.createElement("div");
    last.append(key(field, " ", field.dataset.space));
    box.append(last);
    // Before the field, so that the next stop after it is still the button that sends.
    field.before(box);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-syllabics]").forEach(keys);
  });
})();
