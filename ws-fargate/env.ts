import * as z from 'zod';

/** What the voice service is told by its environment. Secrets are references; what differs between clinics is data. */
export const Env = z.object({
  /** The address to listen on: all of a container, whose callers come from outside it. */
  HOST: z.string(),
  PORT: z.coerce.number().int(),
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  NOTICES_QUEUE_URL: z.string(),
  WAITLIST_STATE_MACHINE_ARN: z.string(),
  RETELL_KEY_SECRET: z.string(),
  /** What the names of clinics' own secrets begin with. */
  CLINIC_SECRETS: z.string(),
  BINDING_KEY_SECRET: z.string(),
  /** JSON: `{accountSid, authToken, apiKeySid?, apiKeySecret?}`. */
  TWILIO_SECRET: z.string(),
  OPENAI_KEY_SECRET: z.string(),
  RETELL_BASE_URL: z.url(),
  TWILIO_BASE_URL: z.url(),
  /** Such as `https://api.openai.com/v1`. */
  OPENAI_BASE_URL: z.url(),
  /** Such as `wss://api.openai.com/v1/realtime`. */
  OPENAI_REALTIME_URL: z.url(),
  /** Where vendors reach our API and this service, as they were configured: signatures are over these. */
  API_URL: z.url(),
  VOICE_URL: z.url(),
  /** Speaks and does everything in single-agent mode. */
  REALTIME_MODEL: z.string(),
  /** Speaks in two-agent mode. */
  RECEPTIONIST_MODEL: z.string(),
  SUPERVISOR_MODEL: z.string(),
  /** Answers on wires of text. */
  TEXT_MODEL: z.string(),
  TRANSCRIPTION_MODEL: z.string(),
  /** Live calls this task takes. */
  MAX_CALLS: z.coerce.number().int().positive(),
  /** Of one clinic on this task. */
  MAX_CALLS_PER_CLINIC: z.coerce.number().int().positive(),
  MAX_CALL_MINUTES: z.coerce.number().positive(),
  /** After SIGTERM: how long calls may go on before they are handed over. */
  DRAIN_SECONDS: z.coerce.number().positive(),
  /** Set by ECS: where a task protects itself from scale-in. */
  ECS_AGENT_URI: z.url().optional(),
});
export type Env = z.infer<typeof Env>;
