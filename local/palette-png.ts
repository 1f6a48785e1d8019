import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Bytes of a pixel by PNG colour type; browsers write these two. */
const bytesPerPixel: Record<number, number> = { 2: 3, 6: 4 };

/**
 * A screenshot with a palette of at most 256 colours, about a third of its size: pages are painted in few colours, the
 * rest are the edges of letters. The commonest colours stay as they are; opacity is dropped.
 *
 * @throws Error for anything but the 8-bit PNG a browser makes.
 */
export function palettePng(png: Uint8Array): Buffer {
  const { width, height, pixels } = decode(Buffer.from(png));
  const { palette, indexes } = reduce(pixels);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) indexes.copy(lines, y * (width + 1) + 1, y * width, (y + 1) * width);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The pixels as `0xRRGGBB`, row by row. */
function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('not a PNG');
  const [width, height, depth, colourType] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25] ?? 0];
  const step = bytesPerPixel[colourType];
  if (depth !== 8 || !step) throw new Error(`PNG of depth ${depth} and colour type ${colourType} is not expected`);
  const compressed: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') compressed.push(png.subarray(at + 8, at + 8 + length));
  }
  const lines = inflateSync(Buffer.concat(compressed));
  const lineLength = width * step;
  const pixels = new Uint32Array(width * height);
  let above = Buffer.alloc(lineLength);
  for (let y = 0; y < height; y += 1) {
    const start = y * (lineLength + 1);
    const line = lines.subarray(start + 1, start + 1 + lineLength);
    unfilter(lines[start] ?? 0, line, above, step);
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = line.readUIntBE(x * step, 3);
    above = line;
  }
  return { width, height, pixels };
}

/** Undoes the filter of one line in place, as the PNG standard numbers them. */
function unfilter(filter: number, line: Buffer, above: Buffer, step: number): void {
  for (let i = 0; i < line.length; i += 1) {
    const left = i < step ? 0 : (line[i - step] ?? 0);
    const up = above[i] ?? 0;
    const corner = i < step ? 0 : (above[i - step] ?? 0);
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    if (predicted === undefined) throw new Error(`PNG filter ${filter} does not exist`);
    line[i] = ((line[i] ?? 0) + predicted) & 255;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(left + up - corner - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Puts colours that look alike together under the commonest of them, more coarsely until 256 are enough. */
function reduce(pixels: Uint32Array): { palette: Buffer; indexes: Buffer } {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const commonestFirst = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  for (let dropped = 0; ; dropped += 1) {
    const mask = ((0xff << dropped) & 0xff) * 0x010101;
    const buckets = new Map<number, { index: number; colour: number }>();
    for (const colour of commonestFirst) {
      if (!buckets.has(colour & mask)) buckets.set(colour & mask, { index: buckets.size, colour });
    }
    if (buckets.size > 256) continue;
    const palette = Buffer.alloc(buckets.size * 3);
    for (const { index, colour } of buckets.values()) palette.writeUIntBE(colour, index * 3, 3);
    return { palette, indexes: Buffer.from(pixels.map((pixel) => buckets.get(pixel & mask)?.index ?? 0)) };
  }
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
