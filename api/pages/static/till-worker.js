// The till's worker keeps the shell: the empty first page and what it is made of. Whatever is sent, and every page with
// money or a code on it, goes to the server and nowhere else. `told` stands before this in the answer.

const NAME = `obole-till:${told.home}`;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (told.files.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((found) => found ?? fetch(request)));
  } else if (request.mode === "navigate" && url.pathname === told.home && !url.search) {
    event.respondWith(caches.match(told.shell).then((found) => found ?? fetch(request)));
    event.waitUntil(renew());
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => offline()));
  }
});

async function fill() {
  const cache = await caches.open(NAME);
  await cache.addAll(told.files);
  await renew();
}

// Only for a device that is a till: another answer than the shell itself is not kept, and the old one goes.
async function renew() {
  try {
    const answer = await fetch(told.shell, { redirect: "manual", cache: "no-store", credentials: "same-origin" });
    const cache = await caches.open(NAME);
    if (answer.status === 200) await cache.put(told.shell, answer);
    else if (answer.status === 401) await cache.delete(told.shell);
  } catch {
    // No network: what is kept stays.
  }
}

async function forgetOthers() {
  const cache = await caches.open(NAME);
  const kept = new Set([...told.files, told.shell]);
  for (const request of await cache.keys()) {
    if (!kept.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function offline() {
  return (await caches.match(told.shell)) ?? Response.error();
}
