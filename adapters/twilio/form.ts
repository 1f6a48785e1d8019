/** A form as Twilio posts it, decoded. */
export interface TwilioForm {
  /** Every parameter, known to us or not: the signature is over all of them. A name sent twice has all its values. */
  params: Record<string, string | string[]>;
  /** The first value of a name; nothing for an empty one. */
  get(name: string): string | undefined;
}

/** Reads `application/x-www-form-urlencoded`: a `+` is a space, empty values count, what cannot be decoded stays as it is. */
export function readForm(rawBody: Uint8Array): TwilioForm {
  // Without a prototype: the names are whatever somebody sends.
  const params = Object.create(null) as TwilioForm['params'];
  for (const [name, value] of new URLSearchParams(Buffer.from(rawBody).toString('utf8'))) {
    const before = params[name];
    params[name] = before === undefined ? value : [before, value].flat();
  }
  return {
    params,
    get(name) {
      const value = params[name];
      return (Array.isArray(value) ? value[0] : value) || undefined;
    },
  };
}
