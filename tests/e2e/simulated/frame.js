// One output frame as notebooks draw it: anywidget's model over a comm, whose other end is a widget in
// Python (../helpers/simulated.py). `window.kernel(text)` takes a message there and gives what it
// sends back; buffers travel as base64.
"use strict";

const base64 = {
  read: (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)),
  write: (view) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  },
};

class Model {
  #state;
  #changed = {};
  #listeners = new Map();

  constructor({ state, live, whole }) {
    this.#state = { ...state };
    this.live = live;
    // Colab gives buffers of their own, Jupyter's websocket views into a larger message.
    this.whole = whole;
    this.widget_manager = { get_model: async () => ({ comm_live: this.live }) };
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    this.#changed[name] = value;
    this.#put({ [name]: value });
  }

  save_changes() {
    const state = this.#changed;
    this.#changed = {};
    this.#tell({ method: "update", state, buffer_paths: [] }, []);
  }

  send(content, _callbacks, buffers = []) {
    this.#tell({ method: "custom", content }, buffers);
  }

  on(event, callback) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(callback));
  }

  off(event, callback) {
    this.#listeners.get(event)?.delete(callback);
  }

  #tell(data, buffers) {
    if (!this.live) throw new Error("no comm");
    const text = JSON.stringify({ data, buffers: buffers.map(base64.write) });
    void window.kernel(text).then((replies) => replies.forEach((one) => this.receive(one)));
  }

  /** A comm was opened for a model that was drawn from its state. */
  connect() {
    this.live = true;
    this.#call("comm_live_update");
  }

  receive({ data, buffers }) {
    const views = buffers.map(base64.read).map((bytes) => {
      if (this.whole) return new DataView(bytes.buffer);
      const larger = new Uint8Array(bytes.length + 16);
      larger.set(bytes, 8);
      return new DataView(larger.buffer, 8, bytes.length);
    });
    if (data.method === "update") this.#put(data.state);
    if (data.method === "custom") this.#call("msg:custom", data.content, views);
  }

  #put(state) {
    const names = Object.keys(state).filter((name) => this.#state[name] !== state[name]);
    Object.assign(this.#state, state);
    for (const name of names) this.#call(`change:${name}`);
  }

  #call(event, ...given) {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(...given);
  }
}

/** What anywidget does: import the module from a blob: URL, initialize it, render it. */
window.show = async (given) => {
  const model = new Model(given);
  window.model = model;
  const source = new Blob([given.state._esm], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(source));
  await widget.initialize({ model });
  await widget.render({ model, el: document.body.appendChild(document.createElement("div")) });
};
