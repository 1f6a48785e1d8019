import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { palettePng } from '#local/palette-png.ts';

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
}

/** A picture of RGB pixels as a browser writes it, its lines unfiltered. */
function png(width: number, rows: number[][]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const lines = Buffer.concat(rows.map((row) => Buffer.from([0, ...row])));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function bodyOf(picture: Buffer, type: string): Buffer {
  const at = picture.indexOf(type, 0, 'latin1');
  return picture.subarray(at + 4, at + 4 + picture.readUInt32BE(at - 4));
}

test('a picture in few colours keeps each of them', () => {
  const [white, green] = [
    [255, 255, 255],
    [28, 97, 88],
  ];
  const picture = palettePng(
    png(2, [
      [...white, ...white],
      [...white, ...green],
    ] as number[][]),
  );
  expect([...bodyOf(picture, 'PLTE')]).toEqual([...white, ...green]);
  expect([...inflateSync(bodyOf(picture, 'IDAT'))]).toEqual([0, 0, 0, 0, 0, 1]);
});

test('a picture in many colours keeps the commonest and at most 256', () => {
  const rows = Array.from({ length: 40 }, (_, y) => [
    ...[241, 244, 243],
    ...Array.from({ length: 40 }, (_, x) => [x * 6, y * 6, 100]).flat(),
  ]);
  const palette = bodyOf(palettePng(png(41, rows)), 'PLTE');
  expect(palette.length / 3).toBeLessThanOrEqual(256);
  expect([...palette.subarray(0, 3)]).toEqual([241, 244, 243]);
});

test('what is not such a picture is refused', () => {
  expect(() => palettePng(Buffer.from('GIF89a'))).toThrow('not a PNG');
});
