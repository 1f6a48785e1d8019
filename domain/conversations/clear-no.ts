import { foldSpeech } from './folded-speech.ts';
import { soundsLikeEmergency } from './emergency-phrases.ts';

/** Said while thinking, or to hear the question again. No answer yet. */
const filler =
  /^(?:(?:euh|heu|hum|hmm?|mmm?|alors|ben|bah|bon|attendez|attends|une? (?:seconde|minute|instant)|pardon|comment|quoi|allo|oh|ah|uh|um|er|well|wait|hold on|one (?:second|moment|sec)|hello|sorry|excuse me|what|what was that|pardon me|vous pouvez repeter|can you repeat(?: that)?)(?: |$))+$/;

/** How a no begins. `Pas` alone is none: “pas bien du tout” says the opposite. */
const negator =
  /^(?:(?:ah|oh|euh|heu|ben|bah|mais|well|um|uh|alors) )*(?:(?:non|no|nope|nan|nah)(?: (?:non|no|nan|nope))*|pas (?:maintenant|en ce moment|du tout|actuellement)|not (?:now|right now|at the moment|at all|currently)|(?:ce n |c )est pas le cas|it s not|it isn t|it is not)(?= |$)/;

/** What may follow a no without weakening it. */
const harmless = new RegExp(
  `^(?:${[
    'merci(?: beaucoup| bien)?|madame|monsieur|docteur|s il vous plait|d accord|ok|okay|bien sur|voila|enfin',
    'non|no|nope|nan|pas (?:maintenant|en ce moment|la maintenant|du tout|actuellement|aujourd hui)',
    'ca (?:va|se passe pas (?:maintenant|en ce moment)|ne se passe pas (?:maintenant|en ce moment))(?: bien| tres bien| mieux)?|tout va (?:bien|tres bien)|je vais (?:bien|tres bien|mieux)|je me sens bien',
    '(?:ce )?n est pas (?:le cas|urgent|une urgence|maintenant|en ce moment)|c est pas (?:le cas|urgent|une urgence|maintenant|en ce moment)|rien (?:d urgent|de grave)|ne vous inquietez pas|vous inquietez pas',
    'c (?:est|etait) (?:passe|fini|termine|du passe|ancien|vieux|avant|autrefois|il y a longtemps)',
    '(?:c etait |c est arrive )?(?:il y a|y a) (?:longtemps|(?:\\w+ ){1,3}(?:ans?|annees?|mois|semaines?))',
    '(?:c etait |c est arrive )?(?:l annee derniere|l an dernier|l an passe|le mois dernier|la semaine derniere|en (?:19|20)\\d\\d)',
    'thanks|thank you(?: very much| so much)?|sir|madam|ma am|please|of course',
    'not (?:now|right now|at the moment|at all|currently|today|an emergency|urgent|happening(?: right)? now|happening)|right now|now|it s not|it isn t|it is not|that s not|an emergency|urgent|happening(?: right now| now)?',
    '(?:i m|i am|everything is|everything s|she s|he s|it s|all) (?:fine|ok|okay|good|all right|alright|well)|don t worry|nothing (?:urgent|serious)',
    '(?:it|that) (?:was|happened) (?:(?:a long time|ages|(?:\\w+ ){1,3}(?:years?|months?|weeks?)) ago|last (?:year|month|week)|in (?:19|20)\\d\\d|before|in the past|over)|(?:a long time|ages|(?:\\w+ ){1,2}(?:years?|months?|weeks?)) ago|last (?:year|month|week)|it s over',
  ].join('|')})(?= |$)`,
);

/** The caller goes on to what they called for. */
const errand =
  /^(?:(?:mais )?(?:je (?:voudrais|veux|voulais|souhaite|souhaiterais|viens|cherche|appelle|vous appelle)|c (?:est|etait) (?:juste |seulement |simplement )?pour|on voudrait|il me faut|juste|seulement|simplement)|(?:but )?(?:i (?:just |only )?(?:want|would like|wanted|need|d like|m calling)|i d (?:just )?like|just|it s (?:just |only )?(?:for|about)|can i|could i))(?= |$)/;

/** All that may be said of an errand: what for, when, with whom. Any other word and the no is no clear one. */
const errandWords = new RegExp(
  `^(?:${[
    '(?:le |la |the )?(?:docteur|docteure|dr|doctor) \\w+',
    'un|une|le|la|les|l|des|de|du|d|a|au|mon|ma|mes|pour|avec|et|en|s il vous plait|merci|svp',
    'prendre|avoir|reserver|fixer|deplacer|changer|annuler|confirmer|savoir|rendez vous|rdv|creneau|consultation|visite|controle|detartrage|nettoyage|suivi|bilan',
    'moi|nous|elle|lui|fille|fils|femme|mari|mere|pere|enfant|enfants|bebe|frere|soeur|docteur|docteure|medecin|dentiste',
    'lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|aujourd hui|demain|apres demain|matin|midi|apres midi|soir|semaine|mois|prochaine?|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|heures?|h|vers|apres|avant',
    'une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|\\d+',
    'an|the|my|for|with|to|on|at|in|of|and|please|thanks|thank you',
    'book|make|get|have|schedule|reschedule|move|change|cancel|confirm|appointment|check up|checkup|cleaning|visit|consultation|slot',
    'me|us|her|him|daughter|son|wife|husband|mother|father|child|children|kids?|baby|doctor|dentist',
    'monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|morning|noon|afternoon|evening|week|month|next|january|february|march|april|may|june|july|august|september|october|november|december|am|pm|o clock',
    'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve',
  ].join('|')})(?= |$)`,
);

/** What is left of a text once all that the pattern takes from its beginning is gone. */
function without(pattern: RegExp, text: string): string {
  let rest = text;
  for (let next = pattern.exec(rest); next; next = pattern.exec(rest)) rest = rest.slice(next[0].length).trim();
  return rest;
}

/** Any of these and the no is no clear one. */
const doubt =
  /(?:^| )(?:mais(?! je (?:voudrais|veux|voulais|souhaite))|sais pas|peut etre|un peu|encore|toujours|depuis|quand meme|parfois|mal|douleurs?|pire|vite|aide|aidez|secours|urgence|maintenant|moment|respir\w+|sang|don t know|not sure|maybe|a little|a bit|still|since|sometimes|hurts?|hurting|pain|worse|help|quick\w*|emergency|now|breath\w*|blood|dizzy|numb)(?= |$)/;

/** Nothing was answered yet: a hesitation, or a wish to hear the question again. */
export const isFiller = (utterance: string): boolean => {
  const said = foldSpeech(utterance);
  return said === '' || filler.test(said);
};

/**
 * Whether an utterance is a clear no to “is it happening now?”: a no, perhaps with thanks, a date long past or the
 * errand the caller came with. Whatever leaves a doubt is none.
 */
export function isClearNo(utterance: string): boolean {
  const said = foldSpeech(utterance);
  const no = negator.exec(said)?.[0];
  if (no === undefined || soundsLikeEmergency(utterance)) return false;
  const rest = without(harmless, said.slice(no.length).trim());
  if (rest === '') return true;
  const begun = without(errand, rest);
  return begun !== rest && !doubt.test(rest) && without(errandWords, begun) === '';
}
