import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { textingWordsOf } from '#domain/conversations/texting/words/words.ts';
import { refusals } from '#lambdas/describe-refusals.ts';
import { inPath, json, sent } from '#lambdas/describe-signed-in.ts';
import { internal } from '#lambdas/http.ts';
import {
  answeredElsewhere,
  badMessage,
  ChatRequest,
  noChat,
  noToken,
  originNotAllowed,
  over,
  tooMany,
} from './answer-chat.ts';

const clinic = z.object({ name: z.string() });
const Begun = z
  .object({
    token: z.string().meta({ description: 'Of this visitor’s conversation, for a day. Send it as Bearer.' }),
    clinic,
    language: z.string(),
    reply: z.string().meta({ description: 'The greeting.' }),
  })
  .meta({ id: 'BegunChat' });
const Replied = z.object({ reply: z.string() }).meta({ id: 'ChatReply' });
const SoFar = z
  .object({ clinic, messages: z.array(z.object({ by: z.enum(['visitor', 'clinic']), text: z.string() })) })
  .meta({ id: 'Chat' });

const slug = inPath('slug', z.string().meta({ description: 'Of the clinic.', example: 'clinique-benin' }));
const origin = z
  .string()
  .optional()
  .meta({
    param: { name: 'Origin', in: 'header' },
    description: 'Browsers send it. Only pages of origins that the clinic has named may ask.',
  });
const text = (description: string, type: string) => ({ description, content: { [type]: { schema: z.string() } } });
const chat = (operationId: string, summary: string) => ({ operationId, summary, tags: ['chat'] });

/** The chat of a clinic's site. */
export const chatPaths = (): ZodOpenApiPathsObject => ({
  '/api/chat/{slug}/messages': {
    post: {
      ...chat('sendChatMessage', 'Begin a chat, or send its next message'),
      description:
        'Without a text it begins a chat. With one it is the next message of the chat whose token comes along.',
      security: [{}, { chatToken: [] }],
      parameters: [slug, origin],
      requestBody: sent(ChatRequest.meta({ id: 'ChatMessage' })),
      responses: {
        '200': json('Answered, or answered before under this messageId', Replied),
        '201': json('Begun', Begun),
        ...refusals([
          badMessage,
          noToken,
          originNotAllowed,
          noChat,
          answeredElsewhere,
          over,
          tooMany(textingWordsOf('en').tooMany('the clinic’s number')),
          internal,
        ]),
      },
    },
    get: {
      ...chat('readChat', 'Read what was written so far'),
      security: [{ chatToken: [] }],
      parameters: [slug, origin],
      responses: { '200': json('In its order', SoFar), ...refusals([noToken, originNotAllowed, noChat, internal]) },
    },
    options: {
      ...chat('mayAskChat', 'What browsers ask before a page of another origin may ask'),
      security: [],
      parameters: [slug, origin],
      responses: { '204': { description: 'It may' }, ...refusals([originNotAllowed, noChat, internal]) },
    },
  },
  '/api/chat/{slug}': {
    get: {
      ...chat('chatPage', 'A page with nothing but the chat'),
      security: [],
      parameters: [slug],
      responses: { '200': text('The page', 'text/html'), ...refusals([noChat, internal]) },
    },
  },
  '/api/chat/widget.js': {
    get: {
      ...chat('chatWidget', 'The script that puts the chat onto a page'),
      security: [],
      responses: { '200': text('The script', 'text/javascript'), ...refusals([internal]) },
    },
  },
});
