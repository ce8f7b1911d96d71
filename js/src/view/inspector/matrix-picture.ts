// Paints a region of the start × end matrix: cells once per region, labels, and marked cells.
import type { Region, ScoreBounds } from "../../core/inspection";
import { opening } from "../excerpts";
import type { Palette } from "./colors";
import { type Model, tokenText } from "./model";

/** CSS pixels. */
const GUTTER = 20;
const LABELS = 92;
/** Cells narrower than this have no labels. */
const LABELLED = 11;
const LARGEST_CELL = 24;
const LARGEST_SIDE = 640;

/** Where the cells lie, in CSS pixels. */
export interface Layout {
  /** Left and top of the first cell: the labels stand before it. */
  readonly origin: number;
  readonly cell: number;
  readonly size: number;
  /** Width and height of all. */
  readonly side: number;
}

export function layoutOf(size: number, width: number): Layout {
  const room = (origin: number) => Math.min(width, LARGEST_SIDE + origin) - origin - 1;
  const labelled = Math.min(LARGEST_CELL, room(LABELS) / size) >= LABELLED;
  const origin = labelled ? LABELS : GUTTER;
  const widest = Math.min(LARGEST_CELL, room(origin) / size);
  // Whole pixels where that costs little: cells of even size look calm.
  const cell = widest >= 4 ? Math.floor(widest) : widest;
  return { origin, cell, size, side: origin + cell * size + 1 };
}

/** The cells alone, one pixel each. */
export function paintCells(
  { size, scores }: Region,
  { lowest, highest }: ScoreBounds,
  { scale }: Palette,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  const factor = (scale.pixels.length - 1) / (highest - lowest || 1);
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at]!;
    if (!Number.isNaN(score)) pixels[at] = scale.pixels[Math.round((score - lowest) * factor)]!;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

export function paintMatrix(
  context: CanvasRenderingContext2D,
  model: Model,
  region: Region,
  layout: Layout,
  cells: HTMLCanvasElement,
  palette: Palette,
): void {
  const { origin, cell, size } = layout;
  const extent = cell * size;
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, origin, origin, extent, extent);
  if (cell >= 8) paintGrid(context, layout, palette);
  context.font = `600 12px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = origin === LABELS ? "right" : "center";
  paintTitle(context, layout, palette, false);
  paintTitle(context, layout, palette, true);
  if (origin === LABELS) paintLabels(context, model, region, layout, palette);
  context.font = `700 ${Math.min(13, Math.max(9, cell - 6))}px ${palette.font}`;
  context.textAlign = "center";
  for (const { rank, span } of [...model.listed].reverse()) {
    const hue = palette.hues[rank <= 6 ? rank : 0]!;
    mark(context, region, layout, span.start_token, span.end_token, hue, palette, rank);
  }
  for (const { start_token, end_token } of model.pins) {
    mark(context, region, layout, start_token, end_token, palette.text, palette, null);
  }
}

/** Thin lines in the colour of the page keep cells apart. */
function paintGrid(
  context: CanvasRenderingContext2D,
  { origin, cell, size }: Layout,
  { line }: Palette,
): void {
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.globalAlpha = 0.5;
  context.beginPath();
  for (let at = 0; at <= size; at++) {
    const offset = origin + at * cell + 0.5;
    context.moveTo(origin, offset);
    context.lineTo(origin + size * cell, offset);
    context.moveTo(offset, origin);
    context.lineTo(offset, origin + size * cell);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** "starts at" before the rows, "ends at" above the columns. */
function paintTitle(
  context: CanvasRenderingContext2D,
  { origin, cell, size }: Layout,
  palette: Palette,
  columns: boolean,
): void {
  const labelled = origin === LABELS;
  context.save();
  context.fillStyle = columns ? palette.end_text : palette.start_text;
  if (labelled) {
    // In the empty corner, so that the labels have the rest.
    if (columns) context.translate(origin - 8, 12);
    else context.translate(origin - 8, origin - 12);
    context.fillText(columns ? "ends at →" : "starts at ↓", 0, 0);
  } else {
    const middle = origin + (cell * size) / 2;
    context.translate(columns ? middle : origin / 2, columns ? origin / 2 : middle);
    if (!columns) context.rotate(-Math.PI / 2);
    context.fillText(columns ? "ends at →" : "← starts at", 0, 0);
  }
  context.restore();
}

function paintLabels(
  context: CanvasRenderingContext2D,
  model: Model,
  { first_token, size }: Region,
  { origin, cell }: Layout,
  palette: Palette,
): void {
  context.font = `${Math.min(13, cell)}px ${palette.font}`;
  context.fillStyle = palette.muted;
  for (let at = 0; at < size; at++) {
    const text = tokenText(model, first_token + at);
    const label = opening(text, 14);
    const middle = origin + (at + 0.5) * cell;
    // The corner holds the titles.
    context.textAlign = "right";
    context.fillText(label, origin - 6, middle + 0.5, origin - 10);
    context.save();
    context.translate(middle + 0.5, origin - 6);
    context.rotate(-Math.PI / 2);
    context.textAlign = "left";
    context.fillText(label, 0, 0, origin - 10);
    context.restore();
  }
}

/** A ring around a cell, large enough to be seen, with an answer's number in it. */
function mark(
  context: CanvasRenderingContext2D,
  { first_token }: Region,
  { origin, cell, size }: Layout,
  start: number,
  end: number,
  color: string,
  { text }: Palette,
  rank: number | null,
): void {
  const [row, column] = [start - first_token, end - first_token];
  if (row < 0 || column < 0 || row >= size || column >= size) return;
  const side = Math.max(cell, 9);
  const x = origin + (column + 0.5) * cell - side / 2;
  const y = origin + (row + 0.5) * cell - side / 2;
  context.lineWidth = 2;
  if (rank === null) {
    context.strokeStyle = color;
    context.setLineDash([3, 2]);
    context.strokeRect(x + 1, y + 1, side - 2, side - 2);
    context.setLineDash([]);
    return;
  }
  if (cell >= LABELLED) {
    context.fillStyle = color;
    context.fillRect(x + 1, y + 1, side - 1, side - 1);
    context.fillStyle = rank === 6 ? "#fff" : "#000";
    context.fillText(String(rank), x + side / 2 + 0.5, y + side / 2 + 1);
  }
  context.strokeStyle = text;
  context.strokeRect(x + 0.5, y + 0.5, side, side);
}
