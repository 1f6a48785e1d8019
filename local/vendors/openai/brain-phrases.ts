import type { Language } from '#domain/language.ts';

/** What the scripted receptionist says where its script says nothing. */
interface Phrases {
  greeting(clinic: string | undefined): string;
  /** Half a sentence was heard. */
  goOn: string;
  sayAgain: string;
  listening: string;
  takeYourTime: string;
  areYouThere: string;
  oneMoment: string;
  cannot: string;
  goodbye: string;
}

export const phrases: Record<Language, Phrases> = {
  fr: {
    greeting: (clinic) => `Bonjour, ${clinic ?? 'vous êtes bien à la clinique'}. Que puis-je faire pour vous ?`,
    goOn: 'Oui ?',
    sayAgain: 'Excusez-moi, je n’ai pas bien compris. Que puis-je faire pour vous ?',
    listening: 'Je vous écoute.',
    takeYourTime: 'Je vous en prie, prenez votre temps.',
    areYouThere: 'Êtes-vous toujours là ?',
    oneMoment: 'Un instant, s’il vous plaît.',
    cannot: 'Je ne peux pas le faire moi-même. L’équipe va vous rappeler.',
    goodbye: 'Merci de votre appel. Au revoir.',
  },
  en: {
    greeting: (clinic) => `Hello, ${clinic ?? 'this is the clinic'}. How can I help you?`,
    goOn: 'Yes?',
    sayAgain: "Sorry, I didn't quite get that. How can I help you?",
    listening: "I'm listening.",
    takeYourTime: 'Of course, take your time.',
    areYouThere: 'Are you still there?',
    oneMoment: 'One moment, please.',
    cannot: "I can't do that myself. The team will call you back.",
    goodbye: 'Thank you for calling. Goodbye.',
  },
};

/** Folded, as the caller says them. */
export const farewells =
  /\b(au revoir|bonne (journee|soiree|nuit)|a bientot|bye|goodbye|good bye|merci|thanks|thank you)\b/;
