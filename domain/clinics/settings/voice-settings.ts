import * as z from 'zod';

/** How the voice service speaks for the clinic. */
export const VoiceSettings = z.strictObject({
  /** `single`: one model speaks and does everything. `two`: a light one speaks, a larger one stands behind it and acts. */
  agents: z.enum(['single', 'two']).default('single'),
  /** Of the speech model; cannot change within a call. */
  voice: z
    .enum(['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'])
    .default('marin'),
  /** `server_vad` answers sooner; `semantic_vad` is patient with callers who pause within a sentence. */
  turnDetection: z.enum(['server_vad', 'semantic_vad']).default('server_vad'),
  /** `notice`: recorded after saying so. `explicit`: a caller who objects is not recorded any further. */
  recording: z.enum(['off', 'notice', 'explicit']).default('off'),
});
export type VoiceSettings = z.infer<typeof VoiceSettings>;
