import { answerTo } from '#local/vendors/openai/json-answer.ts';

test('an argument nobody named is null where it may be, also when it is one of a list', () => {
  const schema = {
    type: 'object',
    required: ['date', 'weekday', 'mood'],
    properties: {
      date: { type: ['string', 'null'] },
      weekday: { type: ['string', 'null'], enum: ['monday', 'tuesday', null] },
      mood: { type: 'string', enum: ['positive', 'neutral'] },
    },
  };
  expect(answerTo(schema, { date: ['2026-12-01'] })).toEqual({ date: '2026-12-01', weekday: null, mood: 'neutral' });
  expect(answerTo(schema, { weekday: ['tuesday'] })).toEqual({ date: null, weekday: 'tuesday', mood: 'neutral' });
});
