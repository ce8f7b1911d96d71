// The matrix's colours, and the page's, as a canvas wants them.

/** Cividis: as readable with as without red and green, and as bright in grey as in colour. */
const CIVIDIS = [
  [0, 32, 77],
  [0, 48, 111],
  [42, 64, 108],
  [72, 82, 107],
  [94, 98, 110],
  [114, 115, 116],
  [135, 132, 121],
  [158, 150, 119],
  [182, 169, 113],
  [208, 190, 103],
  [234, 211, 87],
  [255, 234, 70],
] as const;

const STEPS = 256;

export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly start: string;
  readonly end: string;
  /** The same two, readable as text. */
  readonly start_text: string;
  readonly end_text: string;
  /** Of the answers 1 to 6; 0 for all others. */
  readonly hues: readonly string[];
  readonly font: string;
  /** Colours of a share from 0 to 1: what is high stands out from the page. */
  readonly scale: Scale;
}

export interface Scale {
  /** As ImageData holds them, lowest first. */
  readonly pixels: Uint32Array;
  css(share: number): string;
}

/** Reads the page's colours as they are now below `place`. */
export function readPalette(place: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  // Canvases are not recoloured for forced colours: they want the colours as they are given.
  probe.style.setProperty("forced-color-adjust", "none");
  place.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    text: read("--qna-text"),
    muted: read("--qna-muted"),
    line: read("--qna-line"),
    surface: read("--qna-surface"),
    start: read("--qna-start"),
    end: read("--qna-end"),
    start_text: read("--qna-start-text"),
    end_text: read("--qna-end-text"),
    hues: [0, 1, 2, 3, 4, 5, 6].map((hue) => {
      probe.dataset.hue = String(hue);
      return read("--hue");
    }),
    font: getComputedStyle(place).fontFamily,
    scale: scale(isDark(read("--qna-bg"))),
  };
  probe.remove();
  return palette;
}

/** On dark the lowest is the darkest, on light the lightest. */
function scale(dark: boolean): Scale {
  const color = (share: number): [number, number, number] => {
    const at = Math.min(1, Math.max(0, dark ? share : 1 - share)) * (CIVIDIS.length - 1);
    const from = CIVIDIS[Math.floor(at)]!;
    const to = CIVIDIS[Math.ceil(at)]!;
    // On light, what is low fades into the page.
    const fade = dark ? 0 : 0.7 * (1 - share) ** 1.5;
    const mix = (i: 0 | 1 | 2) => {
      const pure = from[i] + (to[i] - from[i]) * (at % 1);
      return Math.round(pure + (255 - pure) * fade);
    };
    return [mix(0), mix(1), mix(2)];
  };
  const bytes = new Uint8ClampedArray(4 * STEPS);
  for (let step = 0; step < STEPS; step++) bytes.set([...color(step / (STEPS - 1)), 255], 4 * step);
  return {
    pixels: new Uint32Array(bytes.buffer),
    css: (share) => `rgb(${color(share).join(" ")})`,
  };
}

/** Any CSS colour: the browser itself paints it and says what came out. */
function isDark(color: string): boolean {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return 0.299 * red! + 0.587 * green! + 0.114 * blue! < 128;
}
