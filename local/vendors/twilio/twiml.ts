/** One element of a TwiML document. Names and attributes are case-sensitive. */
export interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly Element[];
  /** Its text without that of its children. */
  text: string;
}

/** Error 12100: the document cannot be read, and the caller hears that an application error has occurred. */
export class TwimlError extends Error {}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&([^;\s]*);?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(name);
    const decoded = code ? String.fromCodePoint(code[1] ? parseInt(code[1], 16) : Number(code[2])) : entities[name];
    if (decoded === undefined || !whole.endsWith(';')) throw new TwimlError(`${whole} is no entity`);
    return decoded;
  });
}

const tag = /^<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/;
const attribute = /([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Reads a document as strictly as XML is.
 *
 * @throws TwimlError when it is not well formed or its root is no `Response`
 */
export function parseTwiml(document: string): Element {
  type Open = Element & { children: Element[]; text: string };
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [root];
  let rest = document.replace(/^\uFEFF/, '').trimStart();
  while (rest !== '') {
    const parent = open.at(-1) as Open;
    const skipped = /^(?:<\?[^]*?\?>|<!--[^]*?-->)/.exec(rest);
    const literal = /^<!\[CDATA\[([^]*?)\]\]>/.exec(rest);
    const markup = tag.exec(rest);
    const text = /^[^<]+/.exec(rest);
    if (skipped) rest = rest.slice(skipped[0].length);
    else if (literal) {
      parent.text += literal[1];
      rest = rest.slice(literal[0].length);
    } else if (markup) {
      const [whole, closing, name = '', written = '', empty] = markup;
      rest = rest.slice(whole.length);
      if (closing) {
        if (parent === root || parent.name !== name) throw new TwimlError(`</${name}> closes nothing`);
        open.pop();
        continue;
      }
      const attributes = Object.fromEntries(
        [...written.matchAll(attribute)].map(([, key, double, single]) => [key, decode(double ?? single ?? '')]),
      );
      const element: Open = { name, attributes, children: [], text: '' };
      parent.children.push(element);
      if (!empty) open.push(element);
    } else if (text) {
      parent.text += decode(text[0]);
      rest = rest.slice(text[0].length);
    } else throw new TwimlError(`cannot be read from here: ${rest.slice(0, 40)}`);
  }
  if (open.length > 1) throw new TwimlError(`<${open.at(-1)?.name}> is never closed`);
  const [response] = root.children;
  if (!response || root.children.length > 1 || response.name !== 'Response' || root.text.trim() !== '') {
    throw new TwimlError('a document is one <Response>');
  }
  return response;
}
