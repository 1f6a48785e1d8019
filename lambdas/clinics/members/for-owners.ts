import { errorAnswer } from '#lambdas/http.ts';

export const forOwners = errorAnswer(403, 'owners-only', 'Only an owner makes or unmakes an owner. Ask one of them.');
