// What is said of the link to Python, which changes with what is typed.
import { expect, test } from "vitest";
import { component, host, startLoaded, stop } from "./started";

test.each(["reader", "host"])(
  "a link that changes with an edit by the %s is drawn with the new text",
  async (by) => {
    await startLoaded();
    host.link = ({ passage }) => (passage.length > 50 ? "too long" : "");
    const drawn: string[] = [];
    component.subscribe(({ inputs, link }) => drawn.push(`${inputs.passage} ${link}`), stop.signal);
    const set = (passage: string) =>
      by === "reader" ? component.actions.setPassage(passage) : host.set({ passage });
    const long = "x".repeat(60);
    set(long);
    expect(drawn.at(-1)).toBe(`${long} too long`);
    expect(drawn.every((text) => text.startsWith(long))).toBe(true);
    drawn.length = 0;
    set("y");
    expect(drawn.at(-1)).toBe("y ");
    expect(drawn.every((text) => text.startsWith("y"))).toBe(true);
  },
);
