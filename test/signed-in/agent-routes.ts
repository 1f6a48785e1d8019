import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { agentRoutes } from '#lambdas/clinics/agents/answer-agent-request.ts';
import { agentsOf, agentWorld, keysOf } from '#test/clinics/agents/agent-world.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import type { SignedInRoute } from './routes.ts';
import type { SignedInWorld } from './signed-in-world.ts';

const by = { actorType: 'user', actorId: 'an owner', requestId: 'r0' } as const;

/** Two clinics that keep keys; `connected`: the one in Cotonou has an agent of its own already. */
const agents =
  ({ connected = false } = {}) =>
  (signedIn: SignedInWorld): ReturnType<SignedInRoute['answer']> =>
  async (request) => {
    const world = agentWorld(signedIn);
    await world.credentials.put(cotonou, 'retell-api-key', keysOf.clinic, by);
    await world.credentials.put(elsewhere, 'retell-api-key', keysOf.other, by);
    const before = await world.clinics.profile(cotonou);
    if (connected && before) {
      const own = { provider: 'retell', id: agentsOf.clinic, kind: 'dedicated' } as const;
      const after = { ...clinicOf(before), agents: [...before.agents, own] };
      await world.clinics.save([{ before, after, events: [] }], world.clock.now());
    }
    world.store.records.length = 0;
    const answer = await world.answer(request);
    signedIn.asked.push(
      ...world.store.records.map(({ reason }) => `key ${reason}`),
      ...world.accounts.calls.map(({ agentId }) => `call of ${agentId}`),
    );
    return answer;
  };

const route = (key: keyof typeof agentRoutes, rest: Partial<SignedInRoute> = {}) =>
  ({ right: agentRoutes[key], answer: agents(), ...rest }) satisfies SignedInRoute;
const ofKind = { path: { kind: 'retell-api-key' } };

export const agentsSignedIn: Readonly<Record<keyof typeof agentRoutes, SignedInRoute>> = {
  'POST /api/retell/connect-agent': route('POST /api/retell/connect-agent', { body: { agentId: agentsOf.clinic } }),
  'DELETE /api/retell/disconnect-agent': route('DELETE /api/retell/disconnect-agent', {
    answer: agents({ connected: true }),
  }),
  'GET /api/retell/agent-status': route('GET /api/retell/agent-status', { answer: agents({ connected: true }) }),
  'POST /api/retell/create-web-call': route('POST /api/retell/create-web-call', {
    answer: agents({ connected: true }),
    headers: { 'idempotency-key': 'k1' },
    body: {},
  }),
  'GET /api/credentials': route('GET /api/credentials'),
  'PUT /api/credentials/{kind}': route('PUT /api/credentials/{kind}', { ...ofKind, body: { value: keysOf.ours } }),
  'POST /api/credentials/{kind}/test': route('POST /api/credentials/{kind}/test', ofKind),
  'DELETE /api/credentials/{kind}': route('DELETE /api/credentials/{kind}', ofKind),
};
