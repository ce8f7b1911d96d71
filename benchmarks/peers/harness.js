// One contender on one page; benchmarks/peers/page.py drives it. A plug-in exports load(options),
// and ask(passage, question) or forward(ids) or both.
let plugin;
let stall = 0;

// Tasks of the main thread of 50 ms and more; Chromium reports no shorter ones.
const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ type: "longtask" });
const note = (tasks) => {
  for (const { duration } of tasks) stall = Math.max(stall, duration);
};

/** Lets the task that is under way end and be reported. */
async function settle() {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  note(observer.takeRecords());
}

/** What `work` took, what it gave, and the longest that the page stood still meanwhile. */
async function timed(work) {
  await settle();
  stall = 0;
  const begun = performance.now();
  const value = await work();
  const ms = performance.now() - begun;
  await settle();
  return { ms, stall, value };
}

const load = async (file, options) => {
  plugin = await import(`/plugins/${file}`);
  await plugin.load(options);
};

/** Word ids of a window of `length` tokens; the same for everybody. */
const ids = (length) => Array.from({ length }, (_, i) => 1000 + ((i * 7919) % 20000));

window.bench = {
  load: (file, options) => timed(() => load(file, options)),
  /** From nothing to the first answer. */
  first: (file, options, passage, question) =>
    timed(async () => {
      await load(file, options);
      return plugin.ask(passage, question);
    }),
  ask: (passage, question) => timed(() => plugin.ask(passage, question)),
  forward: (length) => timed(() => plugin.forward(ids(length))),
};
