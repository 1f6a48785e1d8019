const placeholder = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/**
 * Fills `{{variables}}` as Retell does: blanks inside the braces do not matter, `""` counts as a value, and a variable
 * nobody set stays as it is and is read aloud with its braces. Their names are added to `spokenInBraces`.
 */
export function fill(text: string, variables: Readonly<Record<string, string>>, spokenInBraces: Set<string>): string {
  return text.replace(placeholder, (whole, name: string) => {
    const value = variables[name];
    if (value === undefined) spokenInBraces.add(name);
    return value ?? whole;
  });
}
