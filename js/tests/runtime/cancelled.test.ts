// A model whose load was cancelled is not kept in the worker, however far it had come.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { AssetCache } from "../../src/runtime/assets/cache";
import { type Client, Runtime } from "../../src/runtime/client";
import { engines, FakeSessions, makeModel, OPTIONS } from "./fake-model";
import { eventually, sourceOf, waiter } from "./helpers";

const { manifest, files } = makeModel("one");
const SERVER = {
  name: "server",
  open: (...[asset, options]: Parameters<ReturnType<typeof sourceOf>["open"]>) =>
    sourceOf(files.find((file) => file.asset.sha256 === asset.sha256)!.shipped).open(
      asset,
      options,
    ),
};

let sessions: FakeSessions;
/** Lets what waits for it go on. */
let open: () => void;
let gate: Promise<void>;

beforeEach(() => {
  sessions = new FakeSessions();
  gate = new Promise((resolve) => {
    open = resolve;
  });
});

function connect(start = engines(sessions).start): Client {
  const cache = new AssetCache({ factory: new IDBFactory() });
  return new Runtime({ start, cache }).connect();
}

async function answers(client: Client): Promise<void> {
  await client.load(manifest, [SERVER], waiter());
  const question = { passage: "it is the zebra", question: "where is it", options: OPTIONS };
  const result = await client.ask(question, { ...waiter(), onPartial: () => {} });
  expect(result.answers[0]?.text).toBe("zebra");
}

test("before the worker runs, its start is never begun", async () => {
  const { start } = engines(sessions);
  const client = connect(async (options) => {
    await gate;
    return start(options);
  });
  const own = waiter();
  const load = client.load(manifest, [SERVER], own);
  const total = files.reduce((sum, file) => sum + file.asset.bytes, 0);
  await eventually(() => expect(own.steps.at(-1)?.loaded).toBe(total));
  await new Promise((resolve) => setTimeout(resolve, 20));
  own.controller.abort();
  await expect(load).rejects.toThrow("aborted");
  open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(sessions.opened).toBe(0);
  await answers(client);
});

/** A client that has cancelled a load whose start waits for the gate. */
async function cancelledAtStart(): Promise<Client> {
  const start = sessions.open.bind(sessions);
  let begun = false;
  sessions.open = async (...given) => {
    begun = true;
    await gate;
    return start(...given);
  };
  const client = connect();
  const own = waiter();
  const load = client.load(manifest, [SERVER], own);
  await eventually(() => expect(begun).toBe(true));
  own.controller.abort();
  await expect(load).rejects.toThrow("aborted");
  return client;
}

test("once its start has begun, it is let go of as soon as that ends", async () => {
  const client = await cancelledAtStart();
  open();
  await eventually(() => expect(sessions.disposed).toBe(1));
  await answers(client);
  expect(sessions.opened).toBe(2);
});

test("wanted again before that ends, it stays", async () => {
  const client = await cancelledAtStart();
  const own = waiter();
  const load = client.load(manifest, [SERVER], own);
  await eventually(() => expect(own.steps.at(-1)?.stage).toBe("session"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  open();
  await load;
  await answers(client);
  expect([sessions.opened, sessions.disposed]).toEqual([1, 0]);
});
