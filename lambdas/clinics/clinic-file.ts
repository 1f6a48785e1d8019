import { type Document, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { Clinic } from '#domain/clinics/clinic.ts';
import { clinicProblems } from './clinic-problems.ts';
import { type Path, pathText } from './written-path.ts';
import { nodeAt, offsetAt } from './yaml-places.ts';

/** One thing that is wrong, and where. */
export interface Problem {
  file: string;
  line?: number;
  /** In the file: `numbers[0].number`. Absent when it is the file as a whole. */
  path?: string;
  /** Says what is wrong with what stands there, without naming the place again. */
  message: string;
}

/** A problem in one line: `clinique-benin.yaml:14 numbers[0].number: …`. */
export const problemText = ({ file, line, path, message }: Problem): string =>
  `${line ? `${file}:${line}` : file}${path ? ` ${path}` : ''}: ${message}`;

/** A file that holds a clinic. */
export interface ClinicFile {
  file: string;
  clinic: Clinic;
  /** A problem found later, at its place in this file. */
  problemAt(path: Path, message: string): Problem;
}

/** A file, or the part of one that holds a clinic, as it was read. */
export interface ReadYaml {
  file: string;
  text: string;
  document: Document;
  lines: LineCounter;
  /** Lines of the file above it. */
  above: number;
}

export function readYaml(file: string, text: string, above = 0): ReadYaml {
  const lines = new LineCounter();
  return { file, text, document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines, above };
}

/** A key that stands twice leaves the rest of the file readable; after other errors nothing is where it seems to be. */
export const isReadable = ({ document }: ReadYaml): boolean =>
  document.errors.every(({ code }) => code === 'DUPLICATE_KEY');

const lineOf = ({ lines, above }: ReadYaml, offset: number | undefined) =>
  offset === undefined ? undefined : above + lines.linePos(offset).line;

/** A problem at its place. */
export const problemIn = (yaml: ReadYaml, path: Path, message: string): Problem => ({
  file: yaml.file,
  line: lineOf(yaml, offsetAt(yaml.document, path)),
  ...(path.length && { path: pathText(path) }),
  message,
});

/** Reads and checks one clinic file by itself. Answers all its problems, or the clinic. */
export const readClinicFile = (file: string, text: string): ReadClinic => readClinic(readYaml(file, text));

type ReadClinic = { clinicFile: ClinicFile; problems?: undefined } | { problems: Problem[] };

export function readClinic(yaml: ReadYaml): ReadClinic {
  const { file, text, document } = yaml;
  const problemAt = (path: Path, message: string): Problem => problemIn(yaml, path, message);

  const broken = [...document.errors, ...document.warnings].map(({ code, message, pos }): Problem => ({
    file,
    line: lineOf(yaml, pos[0]),
    message: code === 'DUPLICATE_KEY' ? `${word(text, pos)} stands twice in the same place` : yamlSentence(message),
  }));
  if (!isReadable(yaml)) return { problems: broken };

  const { data, result } = parseAsWritten(document, Clinic);
  const found = clinicProblems(data, result);
  const all = [...broken, ...found.map(({ path, message }) => problemAt(path, message))];
  if (all.length || !result.success) return { problems: all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  return { clinicFile: { file, clinic: result.data, problemAt } };
}

const word = (text: string, [from, to]: [number, number]): string =>
  (/^[^\s:]+/.exec(text.slice(from, Math.max(to, from + 60))) ?? ['a key'])[0];

const yamlSentence = (message: string): string => `cannot be read as YAML: ${message.split('\n')[0]}`;

/**
 * What stands at a path. YAML reads `+12025550142` and `112` as numbers; where text is wanted, what was written counts,
 * so that nobody has to know this.
 */
export function parseAsWritten<T>(document: Document, schema: z.ZodType<T>, at: Path = []) {
  const read = (): unknown => {
    const node = nodeAt(document, at);
    return at.length ? node?.toJS(document) : document.toJS();
  };
  const data = read();
  const first = schema.safeParse(data);
  const asNumbers = (first.error?.issues ?? []).filter(
    (issue) => issue.code === 'invalid_type' && issue.expected === 'string',
  );
  for (const { path } of asNumbers) {
    const place = [...at, ...(path as Path)];
    const node = nodeAt(document, place);
    if (isScalar(node) && typeof node.value === 'number' && node.source) document.setIn(place, node.source);
  }
  const asWritten = asNumbers.length ? read() : data;
  return { data: asWritten, result: asNumbers.length ? schema.safeParse(asWritten) : first };
}
