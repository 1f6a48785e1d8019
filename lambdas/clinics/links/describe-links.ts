import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { inPath } from '#lambdas/describe-signed-in.ts';

const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: { type: 'string' as const } } },
});
const refused = {
  '404': page('It opens nothing: unknown, ended, replaced or taken back. Which of these is told to nobody.'),
  '503': page('Something failed on our side; opening it again is safe.'),
};
const link = (operationId: string, summary: string) => ({
  operationId,
  summary,
  tags: ['links'],
  security: [],
  parameters: [inPath('token')],
});

/** Links in e-mails. People open them in a browser, so all of it is pages. */
export const linkPaths = (): ZodOpenApiPathsObject => ({
  '/api/links/{token}': {
    get: {
      ...link('openLink', 'See what a link of an e-mail is for'),
      description: 'Changes nothing: mail programs open links before people do.',
      responses: { '200': page('What its button would do, or that it was done already'), ...refused },
    },
    post: {
      ...link('useLink', 'Do what the link is for, once'),
      responses: { '200': page('Done, now or before'), ...refused },
    },
  },
});
