import { reportHealth } from '#lambdas/clinics/report-health.ts';

test('whoever asks whether the service answers gets an answer', async () => {
  expect(await reportHealth()()).toEqual({ status: 200, body: { status: 'ok' } });
});
