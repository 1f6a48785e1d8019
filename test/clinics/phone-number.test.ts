import {
  clinicNumberProblem,
  destinationProblem,
  displayPhone,
  normalizePhone,
  spokenPhone,
} from '#domain/phone-number.ts';

/** What a number is read as, without what does not matter to the case. */
const read = (input: string | null | undefined, country = 'FR') => {
  const { raw: _raw, ...rest } = normalizePhone(input, country);
  return rest;
};

test.each([
  ['+33\u202f1\u202f99\u202f00\u202f12\u202f34', 'narrow no-break spaces'],
  ['\u200e+33 1 99 00 12 34\u202c', 'marks of writing direction'],
  ['+33\u00a01\u200b99\ufeff00 12 34', 'no-break and zero-width spaces'],
  ['＋３３１９９００１２３４', 'full-width digits'],
  ['tel:+33-1-99-00-12-34', 'a tel: scheme'],
  ['01.99.00.12.34', 'the national form'],
])('%s is one French number, in spite of %s', (input) => {
  expect(read(input)).toMatchObject({ kind: 'e164', e164: '+33199001234', country: 'FR', valid: true });
});

test.each([
  ...['anonymous', 'Restricted', 'UNAVAILABLE', 'unknown', 'private', 'blocked', 'withheld', '', '  ', null, undefined],
  ...['266696687', '+266696687', '7378742833', '+7378742833', '86282452253', '8656696', '+2562533'],
])('%p is a caller who hides the number', (input) => {
  expect(read(input)).toEqual({ kind: 'withheld', valid: false });
});

test('a SIP address or client name is not mistaken for the number inside it', () => {
  expect(read('sip:+12025550142@carrier.example')).toEqual({ kind: 'sip', valid: false });
  expect(read('SIPS:+12025550142@carrier.example')).toEqual({ kind: 'sip', valid: false });
  expect(read('client:reception')).toEqual({ kind: 'client', valid: false });
});

test.each(['15', '112', '911', '3114'])('%s is a short public number', (input) => {
  expect(read(input)).toEqual({ kind: 'short', valid: false });
});

test.each([
  ['+229-1234-5678', '+2290112345678', false],
  ['+229-9876-5432', '+2290198765432', true],
  ['+229-8888-9999', '+2290188889999', false],
  ['00229 98 76 54 32', '+2290198765432', true],
])('an eight-digit Beninese number %s is read as %s', (input, e164, valid) => {
  expect(read(input)).toMatchObject({ kind: 'e164', e164, country: 'BJ', legacy: 'BJ8', valid });
});

test('eight digits are Beninese in a Beninese clinic only', () => {
  expect(read('98 76 54 32', 'BJ')).toMatchObject({ e164: '+2290198765432', legacy: 'BJ8', valid: true });
  expect(read('98 76 54 32', 'FR')).not.toMatchObject({ country: 'BJ' });
});

test('the leading zero of a Beninese number belongs to it', () => {
  expect(read('+229 01 97 00 00 00')).toMatchObject({ e164: '+2290197000000', type: 'MOBILE', valid: true });
  expect(read('+229 01 97 00 00 00')).not.toHaveProperty('legacy');
});

test('a national number is read by the clinic’s country', () => {
  expect(read('0197000000', 'BJ')).toMatchObject({ e164: '+2290197000000', country: 'BJ' });
  expect(read('0197000000', 'FR')).toMatchObject({ e164: '+33197000000', country: 'FR' });
});

test.each([
  '+15551234567',
  '+15559876543',
  '+15555551234',
  '+1234567890',
  '+0987654321',
  '+33639981234',
  '+2290112345678',
])('%s is not assigned, which never refuses a call', (input) => {
  expect(read(input)).toMatchObject({ valid: false });
  expect(clinicNumberProblem(input)).toMatch(/^is not a valid number/);
});

test('an extension is kept apart', () => {
  expect(read('+33 1 99 00 12 34 ext. 12')).toMatchObject({ e164: '+33199001234', extension: '12' });
});

test('the raw text is kept, and text without a number is invalid', () => {
  expect(normalizePhone('call me', 'FR')).toEqual({ kind: 'invalid', valid: false, raw: 'call me' });
});

test('a clinic’s number must exist, belong to a country and cost the caller nothing extra', () => {
  for (const good of ['+12025550142', '+33199001234', '+2290198765432', '+18765551234']) {
    expect(clinicNumberProblem(good)).toBeUndefined();
  }
  expect(clinicNumberProblem('+22912345678')).toBe('is not a valid number; Benin numbers have 10 digits since 2024');
  expect(clinicNumberProblem('+22998765432')).toBe('is not a valid number; Benin numbers have 10 digits since 2024');
  expect(clinicNumberProblem('+33639981234')).toBe('is not a valid number of France');
  expect(clinicNumberProblem('+19005550123')).toBe('is a premium-rate number');
  expect(clinicNumberProblem('+33899701234')).toBe('is a premium-rate number');
  for (const global of ['+870773111632', '+882161234567']) {
    expect(clinicNumberProblem(global)).toMatch(/^belongs to no country/);
  }
});

test('we dial only ordinary numbers of countries the clinic calls, judged by country and not by calling code', () => {
  const problem = (input: string) => destinationProblem(normalizePhone(input, 'US'), ['US', 'FR']);
  expect(problem('(202) 555-0142')).toBeUndefined();
  expect(problem('+33199001234')).toBeUndefined();
  expect(problem('+18765551234')).toBe('is in a country the clinic does not call');
  expect(problem('+19005550123')).toBe('is a premium-rate number');
  expect(problem('911')).toBe('is not a number that can be dialled (short)');
  expect(problem('anonymous')).toBe('is not a number that can be dialled (withheld)');
  expect(problem('+870773111632')).toMatch(/^belongs to no country/);
});

test('staff read numbers in the form of their country', () => {
  expect(displayPhone('+33199001234', 'FR')).toBe('01 99 00 12 34');
  expect(displayPhone('+12025550142', 'US')).toBe('(202) 555-0142');
  expect(displayPhone('+12025550142', 'BJ')).toBe('+1 202 555 0142');
});

test('digits are said in pairs in French and in groups in English', () => {
  expect(spokenPhone('+33199001234', 'fr')).toBe('01 99 00 12 34');
  expect(spokenPhone('+2290198765432', 'fr')).toBe('01 98 76 54 32');
  expect(spokenPhone('+12025550142', 'en')).toBe('202 555 0142');
});
