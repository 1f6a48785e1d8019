import { styleText } from 'node:util';

/** Coloured on a terminal that wants colours, plain in a pipe and with NO_COLOR. */
export function paint(
  format: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(format, text, { stream });
}
