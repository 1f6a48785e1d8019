import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PreparedAudio, preparedNames } from '#domain/conversations/talk/speech/prepared-audio.ts';
import { languages } from '#domain/language.ts';

/** 400 ms a piece: what is cut off in the middle was not all sent at once. A multiple of three needs no padding. */
const pieceBytes = 3_198;

/** Reads the sentences that are shipped with the service. @throws Error when one is missing or is no raw µ-law */
export function readPreparedAudio(folder: string): PreparedAudio {
  const sentences = languages.map((language) => {
    const read = preparedNames.map((name) => [name, pieces(join(folder, language, `${name}.ulaw`))]);
    return [language, Object.fromEntries(read)];
  });
  return Object.fromEntries(sentences) as PreparedAudio;
}

function pieces(path: string): Buffer[] {
  const audio = readFileSync(path);
  // A header would be heard as a click before each sentence.
  if (audio.length === 0 || audio.toString('latin1', 0, 4) === 'RIFF') throw new Error(`${path} is no raw µ-law`);
  const cut: Buffer[] = [];
  for (let at = 0; at < audio.length; at += pieceBytes) {
    cut.push(Buffer.from(audio.toString('base64', at, Math.min(audio.length, at + pieceBytes)), 'latin1'));
  }
  return cut;
}
