// Draws the tray's "blocked lately" images into resources/tray: the shield of the other states with a bar across it.
// Run by hand after a change of the shape: "node resources/scripts/tray-images.mjs".
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const out = join(dirname(fileURLToPath(import.meta.url)), '..', 'tray');
const GREEN = [21, 147, 92];
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
const SAMPLES = 8;

/** All lengths are of a picture 32 wide and high. */
const bezier = ([a, b, c, d], t) => {
  const s = 1 - t;
  return a * s ** 3 + 3 * b * s * s * t + 3 * c * s * t * t + d * t ** 3;
};
const steps = Array.from({ length: 24 }, (_, step) => (step + 1) / 24);
const right = [
  [16, 2.25],
  [27.4, 6.1],
  [27.4, 15.4],
  ...steps.map((t) => [bezier([27.4, 27.4, 22.9, 16], t), bezier([15.4, 22.9, 27.3, 29.95], t)]),
];
const SHIELD = [
  ...right,
  ...right
    .slice(1, -1)
    .toReversed()
    .map(([x, y]) => [32 - x, y]),
];
const BAR = { from: [11, 16], to: [21, 16] };

function isInside([x, y]) {
  let inside = false;
  for (const [index, [x1, y1]] of SHIELD.entries()) {
    const [x2, y2] = SHIELD[(index + 1) % SHIELD.length];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

function distance([x, y], [x1, y1], [x2, y2]) {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const along = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
  return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
}
const onBar = (point, width) => distance(point, BAR.from, BAR.to) <= width / 2;
const onOutline = (point) =>
  SHIELD.some((corner, index) => distance(point, corner, SHIELD[(index + 1) % SHIELD.length]) <= 1.4);

/** Each of them: the colour at a point, or nothing. */
const coloured = (point) => (isInside(point) ? (onBar(point, 4) ? WHITE : GREEN) : undefined);
/** macOS takes the alpha alone and tints it. */
const template = (point) => (onOutline(point) || onBar(point, 3.4) ? BLACK : undefined);

function pixel(draw, x, y, size) {
  const sum = [0, 0, 0];
  let hits = 0;
  for (let sample = 0; sample < SAMPLES ** 2; sample += 1) {
    const dx = ((sample % SAMPLES) + 0.5) / SAMPLES;
    const dy = (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
    const colour = draw([((x + dx) * 32) / size, ((y + dy) * 32) / size]);
    if (colour === undefined) continue;
    hits += 1;
    for (const [channel, value] of colour.entries()) sum[channel] += value;
  }
  if (hits === 0) return [0, 0, 0, 0];
  return [...sum.map((value) => Math.round(value / hits)), Math.round((hits * 255) / SAMPLES ** 2)];
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function png(draw, size) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, colour with alpha; no interlacing.
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Array.from({ length: size }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: size }, (_, x) => pixel(draw, x, y, size)).flat()]),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function write(name, draw) {
  writeFileSync(join(out, `${name}.png`), png(draw, 16));
  writeFileSync(join(out, `${name}@2x.png`), png(draw, 32));
}
write('blocked-lately', coloured);
write('blocked-latelyTemplate', template);
