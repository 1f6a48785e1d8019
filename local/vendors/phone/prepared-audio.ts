import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registerClip } from '#local/vendors/speech-codec.ts';

const folder = fileURLToPath(new URL('../../../ws-fargate/audio', import.meta.url));

/** Whoever listens knows the sentences that are shipped as recordings, by their names: `‹fr/one-moment›`. */
export function registerPreparedAudio(): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ulaw'));
  for (const file of files) registerClip(file.slice(0, -'.ulaw'.length), readFileSync(join(folder, file)));
}
