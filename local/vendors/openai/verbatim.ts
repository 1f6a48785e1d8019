const asksForIt = /exactly|word for word|verbatim|exactement|mot pour mot|textuellement|à la lettre/i;
const quotations = [/«\s*([\s\S]+?)\s*»/, /“([\s\S]+?)”/, /"([\s\S]+?)"/, /:\s*([\s\S]+)$/];

/** The sentence that instructions ask to be said as it is, if they do. */
export function verbatimIn(instructions: string | undefined): string | undefined {
  if (instructions === undefined || !asksForIt.test(instructions)) return undefined;
  for (const quotation of quotations) {
    const found = quotation.exec(instructions)?.[1]?.trim();
    if (found) return found;
  }
  return undefined;
}
