import * as z from 'zod';

/** Renewed long before, so that one failure does not end it. */
const expiresInMinutes = 30;
const requestMs = 3_000;

/** Whether the platform may end this task when it needs fewer. */
export interface TaskProtection {
  /** @throws Error when the agent cannot be asked or refuses */
  set(isProtected: boolean): Promise<void>;
}

const Answer = z.looseObject({
  protection: z.looseObject({ ProtectionEnabled: z.boolean() }).optional(),
  failure: z.looseObject({ Reason: z.string().optional() }).nullish(),
  error: z.looseObject({ Code: z.string().optional() }).nullish(),
});

/** Protects a task of ECS from scale-in, through the agent that each task may ask. @param agentUri as ECS sets it */
export const createTaskProtection = (agentUri: string): TaskProtection => ({
  async set(isProtected) {
    const response = await fetch(`${agentUri}/task-protection/v1/state`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ProtectionEnabled: isProtected,
        ...(isProtected && { ExpiresInMinutes: expiresInMinutes }),
      }),
      signal: AbortSignal.timeout(requestMs),
    });
    const answer = Answer.parse(await response.json());
    // The agent answers 200 also when the service behind it would not.
    if (!response.ok || answer.protection?.ProtectionEnabled !== isProtected) {
      throw new Error(`task protection was answered with ${response.status}`);
    }
  },
});
