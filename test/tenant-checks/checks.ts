/** One check that keeps clinics apart, and how the code looks without it. */
export interface TenantCheck {
  /** What somebody could do without it. */
  without: string;
  file: string;
  /** Stands once in the file. */
  code: string;
  instead: string;
  /** Where its absence must be noticed. */
  tests: string;
}

/** Every place where the code decides whose something is. Whoever adds one adds it here. */
export const tenantChecks: TenantCheck[] = [
  {
    without: 'a tool believes the clinic its arguments name',
    file: 'lambdas/conversations/run-tool.ts',
    code: 'if (contradicts(claimed, clinic)) {',
    instead: 'if (contradicts(undefined, clinic)) {',
    tests: 'test/conversations/run-tool',
  },
  {
    without: 'an event whose witnesses name two clinics goes to the first of them',
    file: 'domain/routing/find-clinic.ts',
    code: "if (speaking.some((witness) => testimony[witness] !== clinicId)) return { outcome: 'unrouted', reason: 'conflict' };",
    instead: '',
    tests: 'test/(routing|conversations)/',
  },
  {
    without: 'an operator hands a disputed call to a clinic nobody named',
    file: 'domain/routing/find-clinic.ts',
    code: 'return named\n',
    instead: 'return named || true\n',
    tests: 'test/routing/last-line',
  },
  {
    without: 'one of our own talks is filed under another clinic than it was opened for',
    file: 'lambdas/conversations/bind-conversation.ts',
    code: 'if (ownClinicId !== undefined && ownClinicId !== answer.session?.clinicId) {',
    instead: 'if (ownClinicId !== undefined && ownClinicId === undefined) {',
    tests: 'test/conversations/',
  },
  {
    without: 'two events of one call that race make it the call of two clinics',
    file: 'lambdas/conversations/bind-conversation.ts',
    code: "if (session.clinicId !== clinicId) return { outcome: 'unrouted', reason: 'conflict' };",
    instead: '',
    tests: 'test/conversations/bind-conversation',
  },
  {
    without: 'a binding of one call opens another',
    file: 'domain/routing/clinic-binding.ts',
    code: 'return holds ? clinicId.data : undefined;',
    instead: 'return holds || !holds ? clinicId.data : undefined;',
    tests: 'test/(routing|conversations|voice)/',
  },
  {
    without: 'a session of a call is taken over by a clinic that comes later',
    file: 'adapters/dynamodb/clinic-directory.ts',
    code: "{ condition: 'attribute_not_exists(PK)' },",
    instead: '{},',
    tests: 'test/routing/clinic-directory',
  },
  {
    without: 'a released number still rings at its former clinic',
    file: 'adapters/dynamodb/clinic-directory.ts',
    code: 'clinicId: released ? undefined : clinicId,',
    instead: 'clinicId,',
    tests: 'test/routing/last-line',
  },
  {
    without: 'a shared agent names a clinic',
    file: 'adapters/dynamodb/clinic-directory.ts',
    code: "if (kind === 'dedicated' && clinicId)",
    instead: "if ((kind === 'dedicated' || kind === 'shared') && clinicId)",
    tests: 'test/routing/last-line',
  },
  {
    without: 'a path with another clinic’s id opens its door to a ring',
    file: 'lambdas/routing/answer-inbound-call.ts',
    code: 'if (pathClinicId !== undefined && pathClinicId !== routing.clinicId)',
    instead: 'if (pathClinicId !== undefined && pathClinicId === undefined)',
    tests: 'test/routing/answer-inbound-call',
  },
  {
    without: 'the same, while the stores are down',
    file: 'lambdas/routing/answer-inbound-call.ts',
    code: 'if (found && (pathClinicId === undefined || pathClinicId === found.profile.id)) {',
    instead: 'if (found) {',
    tests: 'test/routing/answer-inbound-call',
  },
  {
    without: 'a number that moved is answered as its former clinic from memory',
    file: 'lambdas/routing/last-good-profiles.ts',
    code: 'if (known.get(number)?.found.profile.id !== clinicId) known.delete(number);',
    instead: '',
    tests: 'test/routing/',
  },
  {
    without: 'a Twilio call that is another clinic’s already is opened for this one',
    file: 'lambdas/routing/answer-twilio-call.ts',
    code: 'if (session.clinicId !== clinicId) return undefined;',
    instead: '',
    tests: 'test/routing/answer-twilio-call',
  },
  {
    without: 'a socket key opens the address of another clinic',
    file: 'ws-fargate/confirm-call.ts',
    code: "if (slugOf !== kept.clinicId) return { outcome: 'refused', reason: 'wrong-slug' };",
    instead: '',
    tests: 'test/voice/',
  },
  {
    without: 'any key of the right shape opens a socket',
    file: 'ws-fargate/confirm-call.ts',
    code: "if (!holds) return { outcome: 'refused', reason: 'wrong-key' };",
    instead: "if (!kept) return { outcome: 'refused', reason: 'wrong-key' };",
    tests: 'test/voice/',
  },
  {
    without: 'a talk of another clinic is gone on with',
    file: 'ws-fargate/confirm-call.ts',
    code: 'return session?.clinicId === clinicId ? talk : undefined;',
    instead: 'return session ? talk : undefined;',
    tests: 'test/voice/',
  },
  {
    without: 'a call of another clinic is spoken to in the words of this one',
    file: 'ws-fargate/confirm-call.ts',
    code: "if (routing.clinicId !== door.clinicId) return { outcome: 'refused', reason: 'other-clinic' };",
    instead: '',
    tests: 'test/voice/',
  },
  {
    without: 'a call bound elsewhere between look and claim is spoken to',
    file: 'ws-fargate/confirm-call.ts',
    code: "if (session.clinicId !== clinic.id) return { outcome: 'refused', reason: 'conflict' };",
    instead: '',
    tests: 'test/voice/',
  },
  {
    without: 'a token of another call opens a stream',
    file: 'ws-fargate/twilio-session.ts',
    code: 'timingSafeEqual(kept, given) && ',
    instead: '',
    tests: 'test/voice/twilio-media',
  },
  {
    without: 'a token opens two streams',
    file: 'ws-fargate/twilio-session.ts',
    code: 'return used;',
    instead: 'return { ...used, streamTokenHash: _hash, streamTokenExpiresAtMs: _expiry };',
    tests: 'test/voice/twilio-media',
  },
  {
    without: 'a time offered by one clinic is booked at another',
    file: 'domain/scheduling/slot-token.ts',
    code: "['frontdesk-slot-token-v1', clinicId, content]",
    instead: "['frontdesk-slot-token-v1', content]",
    tests: 'test/scheduling/',
  },
  {
    without: 'a made-up time is believed',
    file: 'domain/scheduling/slot-token.ts',
    code: 'if (!holds) return undefined;',
    instead: '',
    tests: 'test/scheduling/',
  },
  {
    without: 'the id of a key is enough to be a clinic’s software',
    file: 'lambdas/scheduling/api/authenticate.ts',
    code: "if (!key || !same) return unauthorized('unknown');",
    instead: "if (!key) return unauthorized('unknown');",
    tests: 'test/scheduling/api/booking-api',
  },
  ...(['appointmentTypes', 'providers', 'operatories'] as const).map((things) => ({
    without: `software names ${things} of another clinic`,
    file: 'lambdas/scheduling/actions/known-at-clinic.ts',
    code: `if (lacks(clinic.${things},`,
    instead: `if (lacks([{ id: ${{ appointmentTypes: 'named.typeId', providers: 'named.providerId ?? named.preferredProviderId', operatories: 'named.operatoryId' }[things]} ?? '' }],`,
    tests: 'test/scheduling/api/booking-api',
  })),
  {
    without: 'a token of one clinic’s chat reads the chats of another',
    file: 'lambdas/conversations/texting/answer-chat.ts',
    code: 'return token && token.clinicId === clinic.id ? token.visitor : undefined;',
    instead: 'return token ? token.visitor : undefined;',
    tests: 'test/conversations/texting/web-chat',
  },
  {
    without: 'a visitor writes the token they like',
    file: 'domain/conversations/texting/chat-token.ts',
    code: 'if (!isSigned) return undefined;',
    instead: '',
    tests: 'test/conversations/texting/',
  },
  {
    without: 'a number is taken from the clinic that holds it',
    file: 'adapters/dynamodb/routing-claims.ts',
    code: 'if (owner && !ours.has(owner)) throw new InTheWay();',
    instead: '',
    tests: 'test/routing/last-line',
  },
  {
    without: 'a dedicated agent is taken from the clinic that holds it',
    file: 'adapters/dynamodb/routing-claims.ts',
    code: 'if (held?.clinicId && !ours.has(held.clinicId)) throw new InTheWay();',
    instead: '',
    tests: 'test/routing/last-line',
  },
  {
    without: 'an agent that clinics share is taken from them by one',
    file: 'adapters/dynamodb/routing-claims.ts',
    code: 'if ((held?.sharers ?? 0) > shared.length) throw new InTheWay();',
    instead: '',
    tests: 'test/clinics/clinics.contract',
  },
  {
    without: 'the slug of a clinic is taken by another',
    file: 'adapters/dynamodb/routing-claims.ts',
    code: 'if (item && SlugRow.parse(item).clinicId !== after.id) throw new InTheWay();',
    instead: '',
    tests: 'test/routing/last-line',
  },
  {
    without: 'a member of one clinic acts in another by naming it',
    file: 'lambdas/signed-in.ts',
    code: 'const member = own.find((one) => one.clinicId === clinicId);',
    instead: 'const member = own[0] && clinicId ? { ...own[0], clinicId } : undefined;',
    tests: 'test/clinics/(members|signed-in)|test/signed-in',
  },
  {
    without: 'a right counts that the role does not have',
    file: 'lambdas/signed-in.ts',
    code: 'return allows(member.role, right) ? work(request, member) : notAllowed;',
    instead: 'return allows(member.role, right) || member ? work(request, member) : notAllowed;',
    tests: 'test/clinics/(members|signed-in)|test/signed-in',
  },
];
