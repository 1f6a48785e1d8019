import fc from 'fast-check';

const [firstSurrogate, surrogates, last] = [0xd800, 0x800, 0x10ffff];

/** Any character there is. The `binary` of fast-check knows how to shrink each of them, and takes a second and a half for it. */
export const anyCharacter = fc
  .nat(last - surrogates)
  .map((code) => String.fromCodePoint(code < firstSurrogate ? code : code + surrogates));
