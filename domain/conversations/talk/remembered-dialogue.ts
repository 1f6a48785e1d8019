import type { DialogueState, DialogueStore } from '../dialogue.ts';

export interface RememberedDialogue extends DialogueStore {
  /** As it was last read or written here. */
  copy(): DialogueState;
}

/** What the tools of one talk remember, in its store as ever, with a copy at hand for what cannot wait. */
export function rememberedDialogue(dialogues: DialogueStore, read: DialogueState): RememberedDialogue {
  let copy = read;
  const remember = (state: DialogueState): DialogueState => {
    // Answers may come in another order than they were asked for.
    if (state.version >= copy.version) copy = state;
    return state;
  };
  return {
    ...dialogues,
    copy: () => copy,
    get: async (...where) => remember(await dialogues.get(...where)),
    change: async (...what) => remember(await dialogues.change(...what)),
  };
}
