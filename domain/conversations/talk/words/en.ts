import type { TalkWords } from './talk-words.ts';

export const en: TalkWords = {
  greeting: (clinic) =>
    `Hello, you've reached ${clinic}. I'm the clinic's automated voice assistant, an artificial intelligence.`,
  outboundGreeting: (clinic) =>
    `Hello, this is ${clinic}. I'm the clinic's automated voice assistant, an artificial intelligence.`,
  writtenGreeting: (clinic) =>
    `Hello, you've reached ${clinic}. I'm the clinic's automated assistant, an artificial intelligence.`,
  recordingNotice: 'This call is recorded to follow up on your request. If you object, say "I decline".',
  recordingQuestion: 'Say "I agree" if this call may be recorded to follow up on your request.',
  howCanIHelp: 'How can I help you?',
  resumed: 'We were cut off. Let me continue.',
  silenceReminders: ['Are you still there?', "I can't hear you. Could you speak a little louder?"],
  silenceGoodbye: "I can't hear you any more. Please feel free to call again. Goodbye.",
  filler: 'One moment, let me check.',
  stillHere: 'Thank you for waiting a moment.',
  couldYouRepeat: 'Sorry, could you say that again?',
  unintelligible: "I can't hear you well. Could you say that again, please?",
  repair: "I'm sorry, I didn't quite follow. Could you say that again, please?",
  sorryTransferring: "I'm sorry, I have a technical problem. Let me connect you with the team. Please hold.",
  sorryLeaveMessage:
    "I'm sorry, I have a technical problem and nobody can answer you right now. Tell me your name, your number and your request, and I'll pass them on to the team.",
  supervisorFailed: "I'm sorry, I can't do that right now. Would you like to speak to someone from the team?",
};
