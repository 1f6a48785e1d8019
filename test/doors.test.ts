import type { APIGatewayProxyEventV2, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { DeliveryInFlight } from '#domain/notifications/deliveries.ts';
import { httpHandler } from '#lambdas/http.ts';
import { queueHandler } from '#lambdas/queue.ts';
import { taskHandler } from '#lambdas/task.ts';
import { aConversationId, cotonou } from './fakes/conversation.ts';
import { rememberedLog } from './fakes/log.ts';

const context = {} as never;

describe('the door of a route', () => {
  const request = (body: string, isBase64Encoded = false) =>
    ({
      routeKey: 'POST /api/x',
      headers: {},
      body,
      isBase64Encoded,
      requestContext: { requestId: 'r1', http: { sourceIp: '192.0.2.1' } },
    }) as unknown as APIGatewayProxyEventV2;

  test('gives the exact bytes, also when the gateway has encoded them', async () => {
    const seen: string[] = [];
    const handler = httpHandler(rememberedLog(), async ({ rawBody }) => {
      seen.push(rawBody.toString('utf8'));
      return { status: 204 };
    });
    expect(await handler(request('{"a":"é"}'), context)).toEqual({ statusCode: 204 });
    await handler(request(Buffer.from('{"a":"é"}').toString('base64'), true), context);
    expect(seen).toEqual(['{"a":"é"}', '{"a":"é"}']);
  });

  test('a fault is answered with what to do and logged without its text', async () => {
    const log = rememberedLog();
    const handler = httpHandler(log, async () => {
      throw new TypeError('Zélie Canari +12025550117');
    });
    const answer = await handler(request('{}'), context);
    expect(answer).toMatchObject({ statusCode: 500, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ error: { code: 'internal' } });
    expect(log.entries).toMatchObject([
      { code: 'request.failed', fields: { errorName: 'TypeError', route: 'POST /api/x' } },
    ]);
    expect(JSON.stringify([answer, log.entries])).not.toMatch(/Zélie|2025550117/);
  });
});

describe('the door of a queue', () => {
  const Message = z.object({ n: z.number(), conversationId: z.string().optional() });
  const record = (messageId: string, body: object, group?: string) =>
    ({
      messageId,
      body: JSON.stringify(body),
      attributes: group ? { MessageGroupId: group } : {},
    }) as unknown as SQSRecord;

  test('what follows a failed message of its group waits with it; other groups go on', async () => {
    const done: number[] = [];
    const handler = queueHandler(rememberedLog(), Message, async ({ n }) => {
      if (n === 2) throw new Error('no');
      done.push(n);
    });
    const records = [
      record('a', { n: 1 }, 'x'),
      record('b', { n: 2 }, 'x'),
      record('c', { n: 3 }, 'x'),
      record('d', { n: 4 }, 'y'),
    ];
    expect(await handler({ Records: records }, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }],
    });
    expect(done).toEqual([1, 4]);
  });

  test('an unreadable message fails alone, and a failure names its conversation', async () => {
    const log = rememberedLog();
    const handler = queueHandler(log, Message, async ({ n }) => {
      if (n === 1) throw new Error('no');
    });
    const answer = await handler(
      {
        Records: [
          record('a', { n: 1, conversationId: aConversationId }),
          record('b', { n: 'x' }),
          record('c', { n: 3 }),
        ],
      },
      context,
    );
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['a', 'b']);
    expect(log.entries.map(({ fields }) => fields.conversationId)).toContain(aConversationId);
  });
});

describe('the door of a workflow step', () => {
  const input = { clinicId: cotonou, conversationId: aConversationId };

  test('a fault keeps its name for the workflow and its ids for the log', async () => {
    const log = rememberedLog();
    const handler = taskHandler(log, z.looseObject({}), async () => {
      throw new RangeError('Zélie Canari', { cause: new SyntaxError('x') });
    });
    await expect(handler(input, context)).rejects.toThrow(RangeError);
    expect(log.entries).toMatchObject([{ fields: { ...input, errorName: 'RangeError', causeName: 'SyntaxError' } }]);
    expect(JSON.stringify(log.entries)).not.toContain('Zélie');
  });

  test('a wait that was foreseen is thrown for the workflow and is no fault in the log', async () => {
    const log = rememberedLog();
    const handler = taskHandler(log, z.looseObject({}), async () => {
      throw new DeliveryInFlight('later');
    });
    await expect(handler(input, context)).rejects.toMatchObject({ name: 'DeliveryInFlight' });
    expect(log.entries).toEqual([]);
  });
});
