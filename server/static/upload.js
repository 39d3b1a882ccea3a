// The upload form, made better: files can be dropped, folders too, and the upload shows its progress.
// Without this script the same form works as a plain one.

const form = document.querySelector("#upload");
if (form) {
  document.documentElement.classList.add("has-script");
  improve(form);
}

function improve(form) {
  const drop = form.querySelector(".drop");
  const input = form.querySelector("input[type=file]");
  let files = [];

  const choose = (chosen) => {
    files = chosen;
    input.required = files.length === 0;
    form.querySelector(".chosen").replaceChildren(...files.map(({ name }) => item(name)));
  };
  input.addEventListener("change", () => choose([...input.files].map((file) => ({ name: file.name, file }))));

  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over-it");
  });
  drop.addEventListener("dragleave", (event) => {
    if (!drop.contains(event.relatedTarget)) drop.classList.remove("over-it");
  });
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over-it");
    choose(await dropped(event.dataTransfer));
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const total = files.reduce((sum, { file }) => sum + file.size, 0);
    if (total > Number(form.dataset.limitBytes)) say(form, form.dataset.tooLarge);
    else send(form, files);
  });
}

function item(name) {
  const line = document.createElement("li");
  line.textContent = name;
  return line;
}

async function dropped(transfer) {
  // the entries must be taken before the first await: the browser empties the list after the event
  const entries = [...transfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) await collect(entry, found);
  return entries.length ? found : [...transfer.files].map((file) => ({ name: file.name, file }));
}

async function collect(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    const name = entry.fullPath.replace(/^\//, "");
    // of a folder only the Python files, of loose files whatever was dropped
    if (!name.includes("/") || name.endsWith(".py")) found.push({ name, file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const child of some) await collect(child, found);
  }
}

function send(form, files) {
  const data = new FormData();
  for (const field of form.querySelectorAll("input[type=hidden]")) data.append(field.name, field.value);
  for (const { name, file } of files) data.append("files", file, name);

  const request = new XMLHttpRequest();
  const bar = form.querySelector("progress");
  request.upload.addEventListener("progress", (event) => {
    bar.value = (100 * event.loaded) / event.total;
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    tell(form, form.dataset.checking);
  });
  request.addEventListener("load", () => finish(form, request));
  request.addEventListener("error", () => say(form, form.dataset.interrupted));
  request.open("POST", form.action);
  show(form, true);
  tell(form, form.dataset.uploading);
  request.send(data);
}

function finish(form, request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const problem = page.querySelector("#hand-in .note");
  if (request.status < 400) {
    location.assign(request.responseURL);
  } else if (problem) {
    show(form, false);
    const csrf = form.querySelector("[name=csrf]");
    csrf.value = page.querySelector("#upload [name=csrf]")?.value ?? csrf.value;
    note(form, document.importNode(problem, true));
  } else {
    // a page of its own, such as of a session that has ended: what is wrong, what to do, and where
    const told = page.querySelectorAll("#error h1, #error h1 + p, #error [role=button]");
    const parts = [...told].map((part) => (part.href ? document.importNode(part, true) : part.textContent));
    say(form, ...(parts.length ? parts : [form.dataset.interrupted]));
  }
}

function say(form, ...parts) {
  show(form, false);
  const problem = document.createElement("div");
  problem.className = "note bad";
  problem.setAttribute("role", "alert");
  const lines = document.createElement("div");
  for (const part of parts) lines.appendChild(document.createElement("p")).append(part);
  problem.append(lines);
  note(form, problem);
}

function note(form, problem) {
  form.parentElement.querySelector(".note")?.remove();
  form.before(problem);
}

function show(form, sending) {
  form.querySelector(".sending").hidden = !sending;
  form.querySelector("button").disabled = sending;
  const bar = form.querySelector("progress");
  bar.value = 0;
  if (sending) form.parentElement.querySelector(".note")?.remove();
}

function tell(form, text) {
  form.querySelector("#sending-text").textContent = text;
}
