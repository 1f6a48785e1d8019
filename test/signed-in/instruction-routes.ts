import { tagOf } from '#domain/conversations/talk/instructions/instruction-drafts.ts';
import {
  answerInstructionRequest,
  instructionRoutes,
} from '#lambdas/conversations/instructions/answer-instruction-request.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryInstructionDrafts } from '#test/fakes/instruction-drafts.ts';
import type { SignedInRoute } from './routes.ts';
import { people, type SignedInWorld } from './signed-in-world.ts';

const place = { channel: 'voice', scope: 'base' } as const;

/** Texts of both clinics, each with two versions and a draft. */
const instructions =
  ({ members, clinics, asked, clock }: SignedInWorld): ReturnType<SignedInRoute['answer']> =>
  async (request) => {
    const drafts = inMemoryInstructionDrafts(clock);
    const by = { actorType: 'user', actorId: people.owner, requestId: 'r0' } as const;
    for (const [clinicId, name] of [
      [cotonou, 'Exemple'],
      [elsewhere, 'Ailleurs'],
    ] as const) {
      for (const draft of ['one', 'two', 'three']) {
        await drafts.save(clinicId, place, `${name} ${draft}`, await drafts.read(clinicId, place), by);
        const seen = await drafts.read(clinicId, place);
        if (draft !== 'three') await drafts.publish(clinicId, place, seen, 'draft', by);
      }
    }
    drafts.records.length = 0;
    const answer = await answerInstructionRequest({ members, clinics, drafts, texts: drafts, clock })(request);
    asked.push(...drafts.records.map((record) => JSON.stringify(record)));
    return answer;
  };

/** Of a text with two versions, and the third draft since the first. */
const seen = { 'if-match': tagOf({ published: { version: 2 } as never, revision: 5 }) };
const asking: Partial<Record<keyof typeof instructionRoutes, Partial<SignedInRoute>>> = {
  'GET /api/instructions': {},
  'PUT /api/instructions/{channel}/{scope}/draft': { headers: seen, body: { text: 'Soyez bref.' } },
  'POST /api/instructions/{channel}/{scope}/publish': { headers: seen },
  'POST /api/instructions/{channel}/{scope}/roll-back': { headers: seen, body: { version: 1 } },
  'GET /api/instructions/{channel}/{scope}/versions/{version}': { path: { ...place, version: '1' } },
};

export const instructionsSignedIn: Readonly<Record<string, SignedInRoute>> = Object.fromEntries(
  Object.entries(instructionRoutes).map(([route, right]) => {
    const more = asking[route as keyof typeof instructionRoutes];
    return [route, { right, answer: instructions, path: place, ...more }];
  }),
);
