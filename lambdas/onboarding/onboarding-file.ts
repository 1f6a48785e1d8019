import { type OnboardingOrder, Wishes } from '#domain/onboarding/onboarding.ts';
import { sentences } from '#lambdas/clinics/clinic-sentences.ts';
import {
  isReadable,
  parseAsWritten,
  type Problem,
  problemIn,
  readClinic,
  readYaml,
  type ReadYaml,
} from '#lambdas/clinics/clinic-file.ts';

const key = 'onboarding';

/** An order, and where in its file something stands. */
export interface ReadOrder {
  order: OnboardingOrder;
  problemAt(path: (string | number)[], message: string): Problem;
}

/** Reads the clinics of a file, parted by `---`. Answers all problems, or an order for each. */
export function readOnboardingFile(file: string, text: string): { orders: ReadOrder[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const orders: ReadOrder[] = [];
  let above = 0;
  for (const part of text.split(/^(?=---[ \t]*$)/m)) {
    const yaml = readYaml(file, part.replace(/^---/, '   '), above);
    above += part.split('\n').length - 1;
    if (yaml.document.contents === null && yaml.document.errors.length === 0) continue;
    const read = readOrder(yaml);
    if ('order' in read) orders.push(read);
    else problems.push(...read.problems);
  }
  if (orders.length === 0 && problems.length === 0) problems.push({ file, message: 'holds no clinic' });
  return { orders, problems };
}

/** A clinic that joins as a clinic file has it, and under `onboarding` what it wants besides. */
function readOrder(yaml: ReadYaml): ReadOrder | { problems: Problem[] } {
  const { document } = yaml;
  if (!isReadable(yaml) || !document.has(key)) return withClinic(yaml, Wishes.parse({}), false, []);
  const { data, result } = parseAsWritten(document, Wishes, [key]);
  const problems = sentences(data, result.error?.issues ?? [], 'a wish of a clinic that joins', Wishes).map(
    ({ path, message }) => problemIn(yaml, [key, ...path], message),
  );
  const wishes = result.data ?? Wishes.parse({});
  const buys = document.hasIn([key, 'buyNumber']);
  if (buys && (document.has('numbers') || document.has('status'))) {
    problems.push(problemIn(yaml, [key, 'buyNumber'], 'a clinic that buys its number names none, and no status'));
  }
  document.delete(key);
  if (buys) {
    document.set('numbers', []);
    document.set('status', 'inactive');
  }
  return withClinic(yaml, wishes, buys, problems);
}

function withClinic(
  yaml: ReadYaml,
  wishes: Wishes,
  buys: boolean,
  before: Problem[],
): ReadOrder | { problems: Problem[] } {
  const read = readClinic(yaml);
  if (read.problems) {
    return { problems: [...before, ...read.problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  }
  const { clinic, problemAt } = read.clinicFile;
  const problems = [...before];
  if (!buys && clinic.status !== 'active') {
    problems.push(problemAt(['status'], 'a clinic that joins is active'));
  }
  if (clinic.agents.length === 0) problems.push(problemAt(['agents'], 'needs at least one agent'));
  for (const { number } of wishes.importNumbers) {
    if (clinic.numbers.some((own) => own.number === number)) continue;
    problems.push(problemAt(['numbers'], `${number} is to be imported, so it must be among the numbers`));
  }
  return problems.length ? { problems } : { order: { clinic, ...wishes }, problemAt };
}
