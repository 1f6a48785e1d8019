import { type Document, isMap, isNode, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { Path } from './written-path.ts';

/** The node a path leads to, if the file has one there. */
export function nodeAt(document: Document, path: Path): Node | undefined {
  const node = document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

/** Where in the text a path is: at its key, at its entry in a list, or at the nearest that the file has of it. */
export function offsetAt(document: Document, path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const [parent, last] = [nodeAt(document, path.slice(0, length - 1)) ?? document.contents, path[length - 1]];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
      if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    } else if (isSeq(parent)) {
      const entry = parent.items[Number(last)];
      if (isNode(entry) && entry.range) return entry.range[0];
    }
  }
  return document.contents?.range?.[0];
}
