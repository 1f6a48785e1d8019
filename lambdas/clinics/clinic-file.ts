import { isScalar, LineCounter, parseDocument, type Document } from 'yaml';
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

/** Reads and checks one clinic file by itself. Answers all its problems, or the clinic. */
export function readClinicFile(
  file: string,
  text: string,
): { clinicFile: ClinicFile; problems?: undefined } | { problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number | undefined) => (offset === undefined ? undefined : lines.linePos(offset).line);
  const problemAt = (path: Path, message: string): Problem => ({
    file,
    line: lineOf(offsetAt(document, path)),
    ...(path.length && { path: pathText(path) }),
    message,
  });

  const broken = [...document.errors, ...document.warnings].map(({ code, message, pos }): Problem => ({
    file,
    line: lineOf(pos[0]),
    message: code === 'DUPLICATE_KEY' ? `${word(text, pos)} stands twice in the same place` : yamlSentence(message),
  }));
  // A key that stands twice leaves the rest of the file readable; after other errors nothing is where it seems to be.
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return { problems: broken };

  const { data, result } = parseAsWritten(document);
  const found = clinicProblems(data, result);
  const all = [...broken, ...found.map(({ path, message }) => problemAt(path, message))];
  if (all.length || !result.success) return { problems: all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  return { clinicFile: { file, clinic: result.data, problemAt } };
}

const word = (text: string, [from, to]: [number, number]): string =>
  (/^[^\s:]+/.exec(text.slice(from, Math.max(to, from + 60))) ?? ['a key'])[0];

const yamlSentence = (message: string): string => `cannot be read as YAML: ${message.split('\n')[0]}`;

/**
 * YAML reads `+12025550142` and `112` as numbers. Where the clinic wants text, what was written counts, so that nobody
 * has to know this.
 */
function parseAsWritten(document: Document) {
  const data = document.toJS() as unknown;
  const first = Clinic.safeParse(data);
  const asNumbers = (first.error?.issues ?? []).filter(
    (issue) => issue.code === 'invalid_type' && issue.expected === 'string',
  );
  for (const { path } of asNumbers) {
    const node = nodeAt(document, path as Path);
    if (isScalar(node) && typeof node.value === 'number' && node.source) document.setIn(path, node.source);
  }
  const asWritten = asNumbers.length ? (document.toJS() as unknown) : data;
  return { data: asWritten, result: asNumbers.length ? Clinic.safeParse(asWritten) : first };
}
